using System.Globalization;
using System.Text.Json.Nodes;
using Kafkadog.Broker.Security;
using Kafkadog.Broker.Tests.Clients;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>
/// A case says the same to this broker and to Apache Kafka; both must answer the same in every field. What differs on purpose is
/// given with the case and has its row in docs/deviations.md.
/// </summary>
public abstract class DifferentialTest(DifferentialTarget kafkadog, ApacheKafka apacheKafka) : IClassFixture<DifferentialTarget>
{
    private static readonly string s_run = Guid.NewGuid().ToString("N")[..5];
    private static int s_cases;

    internal async Task CompareAsync(Func<Conversation, Task> steps, params KnownDifference[] except)
    {
        await apacheKafka.StartAsync();
        var prefix = string.Create(CultureInfo.InvariantCulture, $"d{s_run}-{Interlocked.Increment(ref s_cases)}");
        var both = await Task.WhenAll(RunAsync(kafkadog.Port, prefix, steps), RunAsync(apacheKafka.Port, prefix, steps));
        var differences = Comparison.Of(both[0], both[1]);
        var unknown = differences.Where(difference => !except.Any(known => known.Covers(difference))).ToList();
        Assert.True(unknown.Count == 0, Comparison.Describe(unknown, both[0], both[1]));
        Assert.All(except, known => Assert.True(differences.Exists(known.Covers), $"'{known.Row}' does not differ any more."));
    }

    private static async Task<List<(string Label, JsonNode? Answer)>> RunAsync(int port, string prefix, Func<Conversation, Task> steps)
    {
        await using var conversation = new Conversation(port, prefix, TestContext.Current.CancellationToken);
        try
        {
            await steps(conversation);
        }
        catch (ConversationEndedException)
        {
            // The last step of the transcript says so.
        }

        return conversation.Transcript;
    }
}

/// <summary>This broker, set up as the Apache Kafka that it is compared with.</summary>
public sealed class DifferentialTarget : KafkaTarget, IAsyncLifetime
{
    private KafkaBroker? _broker;

    public override string Servers => _broker!.BootstrapServers;

    public KafkaBroker Broker => _broker!;

    public async ValueTask InitializeAsync() => _broker = await KafkaBroker.StartAsync(
        new BrokerOptions
        {
            Port = 0,
            ClampReplicationFactor = false,
            Authorization = new AuthorizationOptions { SuperUsers = ["User:ANONYMOUS"], AllowEveryoneIfNoAclFound = true },
        },
        TestContext.Current.CancellationToken);

    public override Task StartAsync() => Task.CompletedTask;

    public ValueTask DisposeAsync() => _broker?.DisposeAsync() ?? ValueTask.CompletedTask;
}
