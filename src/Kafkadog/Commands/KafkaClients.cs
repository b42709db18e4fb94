using System.CommandLine;
using Confluent.Kafka;
using Kafkadog.Messaging;

namespace Kafkadog.Commands;

/// <summary>Clients of the commands: quiet, impatient, and set up alike.</summary>
/// <param name="Bootstrap">host:port, comma separated.</param>
/// <param name="Settings">Further librdkafka settings from the command line.</param>
internal sealed record KafkaClients(string Bootstrap, IReadOnlyDictionary<string, string> Settings)
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public static readonly Option<string[]> SettingsOption = new("--client", "-X")
    {
        Description = "A librdkafka setting, such as security.protocol=sasl_ssl",
        HelpName = "KEY=VALUE",
        AllowMultipleArgumentsPerToken = false,
    };

    /// <summary>Settles the address and checks it, so that a missing broker is an answer and not a wait.</summary>
    public static async Task<KafkaClients> ConnectAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        NativeKafka.Load();
        var bootstrap = KafkaAddress.Choose(parsed);
        await KafkaAddress.CheckAsync(bootstrap, cancellationToken);
        return new KafkaClients(bootstrap, CommonOptions.Pairs(parsed.GetValue(SettingsOption) ?? [], "security.protocol=ssl"));
    }

    public IAdminClient Admin() => new AdminClientBuilder(Common()).SetLogHandler((_, _) => { }).Build();

    public IProducer<byte[]?, byte[]?> Producer() => new ProducerBuilder<byte[]?, byte[]?>(With(
            ("enable.idempotence", "true"),
            ("partitioner", "murmur2_random"),
            ("message.timeout.ms", "30000")))
        .SetLogHandler((_, _) => { }).Build();

    /// <param name="group">Null reads without a group.</param>
    public IConsumer<byte[]?, byte[]?> Consumer(string? group, bool fromBeginning) => new ConsumerBuilder<byte[]?, byte[]?>(With(
            ("group.id", group ?? "kafkadog-cli"),
            ("enable.auto.commit", group is null ? "false" : "true"),
            ("auto.offset.reset", fromBeginning ? "earliest" : "latest"),
            ("isolation.level", "read_committed"),
            ("enable.partition.eof", "true"),
            ("fetch.wait.max.ms", "100")))
        .SetLogHandler((_, _) => { }).Build();

    private Dictionary<string, string> With(params (string Key, string Value)[] own)
    {
        var all = Common();
        foreach (var (key, value) in own)
        {
            all.TryAdd(key, value);
        }

        return all;
    }

    private Dictionary<string, string> Common()
    {
        var all = new Dictionary<string, string>(Settings, StringComparer.Ordinal) { ["bootstrap.servers"] = Bootstrap };
        all.TryAdd("client.id", "kafkadog-cli");
        all.TryAdd("allow.auto.create.topics", "false");
        all.TryAdd("socket.timeout.ms", "10000");
        return all;
    }
}
