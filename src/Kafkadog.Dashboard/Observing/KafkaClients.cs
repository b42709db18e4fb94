using Confluent.Kafka;
using Kafkadog.Messaging;
using Microsoft.Extensions.Options;

namespace Kafkadog.Dashboard.Observing;

/// <summary>Kafka clients that look and never touch: no group is joined, nothing is committed, no topic is created.</summary>
public sealed class KafkaClients(IOptions<DashboardOptions> options)
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public IConsumer<byte[]?, byte[]?> Reader(string name, Action<Error>? onError = null)
    {
        NativeKafka.Load();
        return new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig(Common(name))
        {
            GroupId = "kafkadog-dashboard", // required by the library; nothing joins or commits
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            AllowAutoCreateTopics = false,
            IsolationLevel = IsolationLevel.ReadCommitted,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            FetchWaitMaxMs = 500,
            QueuedMinMessages = 1000,
            QueuedMaxMessagesKbytes = 16 * 1024,
        })
            .SetErrorHandler((_, error) => onError?.Invoke(error))
            .SetLogHandler((_, _) => { }) // its errors come through the error handler
            .Build();
    }

    public IAdminClient Admin()
    {
        NativeKafka.Load();
        return new AdminClientBuilder(new AdminClientConfig(Common("dashboard-admin")))
            .SetErrorHandler((_, _) => { }) // every call tells its own error
            .SetLogHandler((_, _) => { })
            .Build();
    }

    private ClientConfig Common(string name) => new(new Dictionary<string, string>(options.Value.Client, StringComparer.Ordinal))
    {
        BootstrapServers = options.Value.BootstrapServers,
        ClientId = name,
        ReconnectBackoffMs = 50,
        ReconnectBackoffMaxMs = 500,
        SocketNagleDisable = true,
    };
}
