using System.Collections.Concurrent;
using System.Globalization;
using Confluent.Kafka;
using Kafkadog.Broker.Tests;

namespace Kafkadog.EndToEnd.Tests.Faults;

public sealed class KilledBrokerTests
{
    private const string Topic = "load", Group = "keeper", Table = "table", Transfers = "transfers";
    private const int Producers = 3, KeysOfEach = 4, Partitions = 3, AcknowledgedPerRound = 300, TransactionalProducers = 2, TransactionsPerRound = 4;

    /// <summary>Twenty here, two hundred in <c>.ci/nightly</c>.</summary>
    private static readonly int Rounds = Nightly.Rounds(ci: 20, nightly: 200);

    [Fact]
    public async Task Kills_under_load_lose_double_and_reorder_nothing_and_tear_no_transaction()
    {
        using var directory = new TemporaryDirectory();
        // Compaction is under way at many of the kills: the table has one small segment after the other.
        await using var broker = new BrokerProcess(directory.Data, "log.cleaner.backoff.ms=50");
        await broker.StartAsync();
        await broker.CreateAsync(Topic, Partitions);
        await broker.CreateAsync(Transfers, Partitions);
        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.Servers }).Build())
        {
            await admin.CreateTopicsAsync([new()
            {
                Name = Table, NumPartitions = 1, ReplicationFactor = 1,
                Configs = new() { ["cleanup.policy"] = "compact", ["internal.segment.bytes"] = "20000", ["min.cleanable.dirty.ratio"] = "0.01" },
            }]);
        }

        using var stop = new CancellationTokenSource();
        var load = new Load(broker.Servers);
        var sending = Enumerable.Range(0, Producers).Select(p => Task.Factory.StartNew(
            () => load.Send(p, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        var transactions = new TransactionalLoad(broker.Servers, Transfers, Partitions);
        var transacting = Enumerable.Range(0, TransactionalProducers).Select(p => Task.Factory.StartNew(
            () => transactions.Send(p, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        var working = sending.Concat(transacting).ToArray();
        for (var round = 1; round <= Rounds; round++)
        {
            await load.Acknowledged(round * AcknowledgedPerRound).WaitAsync(Executable.Patience, TestContext.Current.CancellationToken);
            await transactions.Ended(round * TransactionsPerRound).WaitAsync(Executable.Patience, TestContext.Current.CancellationToken);
            Commit(broker, round);
            await broker.KillAsync();
            await broker.StartAsync();
            Assert.Equal(round, Committed(broker));
        }

        await stop.CancelAsync();
        await Task.WhenAll(working).WaitAsync(Executable.Patience, TestContext.Current.CancellationToken);

        Assert.Empty(load.Failures);
        AssertWhole(broker, transactions);
        var table = broker.ReadAll(Table, 1).GroupBy(r => r.Message.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => Number(g.Last().Message), StringComparer.Ordinal);
        Assert.Equal(load.Last.OrderBy(l => l.Key, StringComparer.Ordinal), table.OrderBy(l => l.Key, StringComparer.Ordinal));
        var records = broker.ReadAll(Topic, Partitions);
        var places = records.ToDictionary(r => (r.Message.Key, r.Message.Value), r => r.TopicPartitionOffset);
        Assert.Equal(load.Places.Count, places.Count);
        Assert.All(load.Places, sent => Assert.Equal(sent.Value, places[sent.Key]));
        foreach (var key in records.GroupBy(r => r.Message.Key, StringComparer.Ordinal))
        {
            var numbers = key.Select(r => Number(r.Message)).ToList();
            Assert.Equal(Enumerable.Range(0, numbers.Count), numbers);
        }
    }

    /// <summary>Who reads what is committed sees each transaction whole or not at all, as its producer was told, and none is left open.</summary>
    private static void AssertWhole(BrokerProcess broker, TransactionalLoad load)
    {
        var read = broker.ReadAll(Transfers, Partitions, IsolationLevel.ReadCommitted).GroupBy(r => r.Message.Key, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Select(r => r.Message.Value).Order(StringComparer.Ordinal).ToList(), StringComparer.Ordinal);
        var whole = Enumerable.Range(0, TransactionalLoad.RecordsOfEach).Select(at => at.ToString(CultureInfo.InvariantCulture)).ToList();
        Assert.All(read, seen => Assert.Equal(whole, seen.Value));
        Assert.All(load.Outcomes, sent => Assert.True(
            sent.Value is TransactionalLoad.Outcome.InDoubt || read.ContainsKey(sent.Key) == sent.Value is TransactionalLoad.Outcome.Committed, $"{sent.Key} was {sent.Value}"));
        Assert.Equal(broker.Ends(Transfers, Partitions, IsolationLevel.ReadUncommitted), broker.Ends(Transfers, Partitions, IsolationLevel.ReadCommitted));
    }

    private static int Number(Message<string, string> message) => int.Parse(message.Value, CultureInfo.InvariantCulture);

    private static void Commit(BrokerProcess broker, int offset)
    {
        using var consumer = Consumer(broker);
        consumer.Commit([new TopicPartitionOffset(Topic, 0, offset)]);
    }

    private static long Committed(BrokerProcess broker)
    {
        using var consumer = Consumer(broker);
        return consumer.Committed([new TopicPartition(Topic, 0)], Executable.Patience).Single().Offset.Value;
    }

    private static IConsumer<string, string> Consumer(BrokerProcess broker) =>
        new ConsumerBuilder<string, string>(new ConsumerConfig { BootstrapServers = broker.Servers, GroupId = Group, EnableAutoCommit = false }).Build();

    /// <summary>Idempotent producers with acks=all that count up in every key, and what they were told.</summary>
    private sealed class Load(string servers)
    {
        private const int InFlight = 200;

        private readonly Milestones acknowledged = new();

        public ConcurrentDictionary<(string Key, string Value), TopicPartitionOffset> Places { get; } = new();

        /// <summary>
        /// Of the compacted topic: the last acknowledged value of each key. Not always the last that was reported: while a producer is flushed,
        /// two threads call back, and the later of two reports may be the faster.
        /// </summary>
        public ConcurrentDictionary<string, int> Last { get; } = new(StringComparer.Ordinal);

        public ConcurrentQueue<Error> Failures { get; } = new();

        public Task Acknowledged(int count) => acknowledged.Reach(count);

        public void Send(int number, CancellationToken stop)
        {
            using var room = new SemaphoreSlim(InFlight);
            using var producer = new ProducerBuilder<string, string>(new ProducerConfig
            {
                BootstrapServers = servers, EnableIdempotence = true, LingerMs = 5, ReconnectBackoffMs = 20, ReconnectBackoffMaxMs = 200, RetryBackoffMs = 50,
            }).SetLogHandler(static (_, _) => { }).Build();
            for (var at = 0; !stop.IsCancellationRequested; at++)
            {
                room.Wait(CancellationToken.None);
                var message = new Message<string, string>
                {
                    Key = $"{number}-{at % KeysOfEach}",
                    Value = (at / KeysOfEach).ToString(CultureInfo.InvariantCulture),
                };
                producer.Produce(Topic, message, report =>
                {
                    Report(report);
                    room.Release();
                });
                producer.Produce(Table, message, report =>
                {
                    if (report.Error.IsError)
                    {
                        Failures.Enqueue(report.Error);
                        return;
                    }

                    Last.AddOrUpdate(report.Message.Key, Number(report.Message), (_, before) => Math.Max(before, Number(report.Message)));
                });
            }

            Assert.Equal(0, producer.Flush(Executable.Patience));
        }

        private void Report(DeliveryReport<string, string> report)
        {
            if (report.Error.IsError)
            {
                Failures.Enqueue(report.Error);
                return;
            }

            Places[(report.Message.Key, report.Message.Value)] = report.TopicPartitionOffset;
            acknowledged.Happened();
        }
    }
}
