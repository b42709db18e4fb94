using System.Collections.Concurrent;
using System.Globalization;
using Confluent.Kafka;
using Kafkadog.Broker.Faults;

namespace Kafkadog.Broker.Tests.Faults;

/// <summary>
/// An idempotent producer with five requests in flight, of which one in five is carried out without its client hearing of it: what was
/// acknowledged is there once, in order, and where the client was told that it is.
/// </summary>
public sealed class LostAnswerTests
{
    private const string Topic = "numbers";
    private const int Partitions = 3, PerRequest = 50;
    private const double Lost = 0.2;
    private static readonly TimeSpan Patience = Nightly.IsOn ? TimeSpan.FromMinutes(15) : TimeSpan.FromSeconds(60);

    /// <summary>The client closes the connection itself, after a timeout that it looks at once a second: therefore fewer.</summary>
    [Fact]
    public Task Answers_that_never_come_lose_repeat_and_reorder_nothing() =>
        ProduceAsync(Nightly.Rounds(ci: 1_000, nightly: 20_000), (faults, scope) => faults.DropAnswer(KafkaApi.Produce, scope));

    [Fact]
    public Task Connections_that_close_instead_of_an_answer_lose_repeat_and_reorder_nothing() =>
        ProduceAsync(Nightly.Rounds(ci: 5_000, nightly: 100_000), (faults, scope) => faults.CloseConnection(KafkaApi.Produce, carriedOut: true, scope));

    private static async Task ProduceAsync(int records, Func<BrokerFaults, FaultScope, InjectedFault> inject)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var data = new TemporaryDirectory();
        await using var broker = await KafkaBroker.StartAsync(new() { Port = 0, DataDirectory = data.Path, Topics = [new(Topic, Partitions)] }, cancel);
        using var fault = inject(broker.Faults, new() { Share = Lost, Seed = 20260801 });
        var told = new ConcurrentDictionary<string, TopicPartitionOffset>(StringComparer.Ordinal);
        var failures = new ConcurrentQueue<Error>();
        using (var producer = new ProducerBuilder<Null, string>(new ProducerConfig
        {
            BootstrapServers = broker.BootstrapServers, EnableIdempotence = true, MaxInFlight = 5, BatchNumMessages = PerRequest, LingerMs = 5,
            SocketTimeoutMs = 500, ReconnectBackoffMs = 10, ReconnectBackoffMaxMs = 50, RetryBackoffMs = 10, RetryBackoffMaxMs = 50,
            MessageTimeoutMs = (int)Patience.TotalMilliseconds, QueueBufferingMaxMessages = 1_000_000,
        }).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build())
        {
            for (var number = 0; number < records; number++)
            {
                producer.Produce(new TopicPartition(Topic, number % Partitions), new() { Value = number.ToString(CultureInfo.InvariantCulture) }, report =>
                {
                    if (report.Error.IsError)
                        failures.Enqueue(report.Error);
                    else
                        told[report.Message.Value] = report.TopicPartitionOffset;
                });
            }

            Assert.Equal(0, producer.Flush(Patience));
        }

        Assert.Empty(failures);
        Assert.InRange(fault.Hits, records / PerRequest / 10, int.MaxValue);
        var read = broker.ReadAll(Topic);
        foreach (var partition in read.GroupBy(r => r.Partition))
        {
            var numbers = partition.OrderBy(r => r.Offset).Select(r => int.Parse(r.ValueText!, CultureInfo.InvariantCulture));
            Assert.Equal(Enumerable.Range(0, records).Where(number => number % Partitions == partition.Key), numbers);
        }

        Assert.Equal(records, read.Count);
        Assert.Equal(records, told.Count);
        // A producer that is told "this is a duplicate" knows that the record is there, and not where.
        Assert.All(read, record => Assert.True(told[record.ValueText!].Offset.Value is var offset && (offset < 0 || offset == record.Offset), $"told {offset}, is at {record.Offset}"));
    }
}
