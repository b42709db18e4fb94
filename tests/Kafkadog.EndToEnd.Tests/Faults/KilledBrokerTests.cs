using System.Collections.Concurrent;
using System.Globalization;
using Confluent.Kafka;

namespace Kafkadog.EndToEnd.Tests.Faults;

public sealed class KilledBrokerTests
{
    private const string Topic = "load", Group = "keeper";
    private const int Rounds = 20, Producers = 3, KeysOfEach = 4, Partitions = 3, AcknowledgedPerRound = 300;

    [Fact]
    public async Task Twenty_kills_under_load_lose_double_and_reorder_nothing_that_was_acknowledged()
    {
        using var directory = new TemporaryDirectory();
        await using var broker = new BrokerProcess(directory.Data);
        await broker.StartAsync();
        await broker.CreateAsync(Topic, Partitions);

        using var stop = new CancellationTokenSource();
        var load = new Load(broker.Servers);
        var sending = Enumerable.Range(0, Producers).Select(p => Task.Factory.StartNew(
            () => load.Send(p, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        for (var round = 1; round <= Rounds; round++)
        {
            await load.Acknowledged(round * AcknowledgedPerRound).WaitAsync(Executable.Patience, TestContext.Current.CancellationToken);
            Commit(broker, round);
            await broker.KillAsync();
            await broker.StartAsync();
            Assert.Equal(round, Committed(broker));
        }

        await stop.CancelAsync();
        await Task.WhenAll(sending).WaitAsync(Executable.Patience, TestContext.Current.CancellationToken);

        Assert.Empty(load.Failures);
        var records = broker.ReadAll(Topic, Partitions);
        var places = records.ToDictionary(r => (r.Message.Key, r.Message.Value), r => r.TopicPartitionOffset);
        Assert.Equal(load.Places.Count, places.Count);
        Assert.All(load.Places, sent => Assert.Equal(sent.Value, places[sent.Key]));
        foreach (var key in records.GroupBy(r => r.Message.Key, StringComparer.Ordinal))
        {
            var numbers = key.Select(r => int.Parse(r.Message.Value, CultureInfo.InvariantCulture)).ToList();
            Assert.Equal(Enumerable.Range(0, numbers.Count), numbers);
        }
    }

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

        private readonly Lock gate = new();
        private readonly List<(int Count, TaskCompletionSource Reached)> waiting = [];

        public ConcurrentDictionary<(string Key, string Value), TopicPartitionOffset> Places { get; } = new();

        public ConcurrentQueue<Error> Failures { get; } = new();

        public Task Acknowledged(int count)
        {
            lock (gate)
            {
                var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                if (Places.Count >= count)
                {
                    reached.SetResult();
                }
                else
                {
                    waiting.Add((count, reached));
                }

                return reached.Task;
            }
        }

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

            lock (gate)
            {
                Places[(report.Message.Key, report.Message.Value)] = report.TopicPartitionOffset;
                for (var i = waiting.Count - 1; i >= 0; i--)
                {
                    if (Places.Count >= waiting[i].Count)
                    {
                        waiting[i].Reached.SetResult();
                        waiting.RemoveAt(i);
                    }
                }
            }
        }
    }
}
