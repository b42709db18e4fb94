using System.Globalization;
using Confluent.Kafka;

namespace Kafkadog.Broker.Tests.Coordination.Transactions;

/// <summary>
/// Three workers read, transform and produce in transactions while the broker is killed and started again, and workers are. Whatever breaks
/// in the middle, a reader of committed records sees every input exactly once.
/// </summary>
public sealed class ExactlyOnceCrashTests
{
    private const int Workers = 3, Partitions = 3;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly int _crashes = Nightly.Rounds(ci: 2, nightly: 30);
    private readonly int _records = Nightly.Rounds(ci: 600, nightly: 30_000);

    [Fact]
    public async Task Every_input_is_transformed_exactly_once_though_broker_and_workers_are_killed()
    {
        Assert.SkipUnless(Nightly.IsOn, "Takes a while; runs with KAFKADOG_NIGHTLY=1.");
        var cancel = TestContext.Current.CancellationToken;
        using var data = new TemporaryDirectory();
        var options = new BrokerOptions
        {
            Port = 0, DataDirectory = data.Path, OffsetsTopicPartitions = 3,
            Configs = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["group.min.session.timeout.ms"] = "1000", ["transaction.state.log.num.partitions"] = "3", ["log.segment.bytes"] = "1048576",
            },
            Topics = [new TopicOptions("in", Partitions), new TopicOptions("out", Partitions)],
        };
        await using var broker = await KafkaBroker.StartAsync(options, cancel);
        using (var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = broker.BootstrapServers, EnableIdempotence = true }).Build())
        {
            for (var at = 0; at < _records; at++)
            {
                producer.Produce(new TopicPartition("in", at % Partitions), new() { Value = at.ToString(CultureInfo.InvariantCulture) });
            }

            producer.Flush(s_patience);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var progress = new Progress();
        var workers = Enumerable.Range(0, Workers).Select(number => Task.Run(() => new Worker(broker.BootstrapServers, number, progress).Run(stop.Token), cancel)).ToList();
        for (var crash = 1; crash <= _crashes; crash++)
        {
            // Into the middle of things: between two commits, at a point that differs each time.
            await progress.ReachAsync(_records * crash / (_crashes + 1), cancel).WaitAsync(s_patience, cancel);
            await broker.CrashAsync();
            await broker.RestartAsync(cancel);
        }

        await progress.ReachAsync(_records, cancel).WaitAsync(s_patience, cancel);
        await stop.CancelAsync();
        await Task.WhenAll(workers).WaitAsync(s_patience, cancel);
        Assert.Equal(Enumerable.Range(0, _records), ReadOutput(broker.BootstrapServers).Order());
    }

    private static List<int> ReadOutput(string servers)
    {
        using var consumer = new ConsumerBuilder<Ignore, string>(new ConsumerConfig
        {
            BootstrapServers = servers, GroupId = "reader", IsolationLevel = IsolationLevel.ReadCommitted, EnablePartitionEof = true, EnableAutoCommit = false,
        }).Build();
        consumer.Assign(Enumerable.Range(0, Partitions).Select(partition => new TopicPartitionOffset("out", partition, Offset.Beginning)));
        var values = new List<int>();
        for (var ended = new HashSet<int>(); ended.Count < Partitions;)
        {
            var result = consumer.Consume(s_patience) ?? throw new TimeoutException("The output did not end.");
            if (result.IsPartitionEOF)
            {
                ended.Add(result.Partition.Value);
            }
            else
            {
                values.Add(int.Parse(result.Message.Value, CultureInfo.InvariantCulture));
            }
        }

        return values;
    }

    /// <summary>How many records the committed transactions had; a commit whose answer was lost may be missing, so the last reader of the input counts as well.</summary>
    private sealed class Progress
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<int, long> _positions = [];
        private readonly List<(long Sum, TaskCompletionSource Reached)> _waiting = [];

        public void Committed(IEnumerable<TopicPartitionOffset> offsets)
        {
            List<TaskCompletionSource> reached;
            lock (_lock)
            {
                foreach (var offset in offsets)
                {
                    _positions[offset.Partition.Value] = Math.Max(_positions.GetValueOrDefault(offset.Partition.Value), offset.Offset.Value);
                }

                var sum = _positions.Values.Sum();
                reached = [.. _waiting.Where(w => w.Sum <= sum).Select(w => w.Reached)];
                _waiting.RemoveAll(w => w.Sum <= sum);
            }

            reached.ForEach(one => one.SetResult());
        }

        public Task ReachAsync(long sum, CancellationToken cancel)
        {
            lock (_lock)
            {
                if (_positions.Values.Sum() >= sum)
                {
                    return Task.CompletedTask;
                }

                var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Add((sum, reached));
                return reached.Task.WaitAsync(cancel);
            }
        }
    }

    private sealed class Worker(string servers, int number, Progress progress)
    {
        private const int PerTransaction = 20, TransactionsPerLife = 8;

        /// <summary>Lives, dies in the middle of a transaction, and lives again, until it is stopped.</summary>
        public void Run(CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    Live(stop);
                }
                catch (KafkaException)
                {
                    // The broker was killed, or another has taken the partitions: begin anew from what is committed.
                }
            }
        }

        private void Live(CancellationToken stop)
        {
            // When the last broker it knows goes down, librdkafka throws that broker away and begins anew from its bootstrap servers, but goes on
            // asking the one it threw away for the group's coordinator: the call would never return, whatever its timeout (librdkafka 5511, 5456).
            using var producer = new ProducerBuilder<Null, string>(new ProducerConfig
            {
                BootstrapServers = servers, TransactionalId = $"worker-{number}", TransactionTimeoutMs = 10_000, LingerMs = 0, ReconnectBackoffMaxMs = 200,
                MetadataRecoveryStrategy = MetadataRecoveryStrategy.None,
            }).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
            producer.InitTransactions(TimeSpan.FromSeconds(20));
            using var consumer = new ConsumerBuilder<Ignore, string>(new ConsumerConfig
            {
                BootstrapServers = servers, GroupId = "workers", EnableAutoCommit = false, AutoOffsetReset = AutoOffsetReset.Earliest, IsolationLevel = IsolationLevel.ReadCommitted,
                SessionTimeoutMs = 3000, HeartbeatIntervalMs = 500, ReconnectBackoffMaxMs = 200,
            }).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
            consumer.Subscribe("in");
            for (var transaction = 1; !stop.IsCancellationRequested; transaction++)
            {
                var batch = Take(consumer, stop);
                if (batch.Count == 0)
                {
                    // What another has committed last, though its answer was lost, shows in the group's offsets.
                    progress.Committed(consumer.Committed(consumer.Assignment, TimeSpan.FromSeconds(10)).Where(o => o.Offset >= 0));
                    continue;
                }

                producer.BeginTransaction();
                batch.ForEach(record => producer.Produce(new TopicPartition("out", record.Partition), new() { Value = record.Message.Value }));
                if (transaction == TransactionsPerLife)
                {
                    // Dies with the transaction open; its partitions go over at once, so that the test need not wait for its session to end.
                    consumer.Close();
                    return;
                }

                List<TopicPartitionOffset> offsets = [.. batch.GroupBy(r => r.TopicPartition).Select(p => new TopicPartitionOffset(p.Key, p.Max(r => r.Offset.Value) + 1))];
                producer.SendOffsetsToTransaction(offsets, consumer.ConsumerGroupMetadata, TimeSpan.FromSeconds(20));
                producer.CommitTransaction(TimeSpan.FromSeconds(20));
                progress.Committed(offsets);
            }
        }

        private static List<ConsumeResult<Ignore, string>> Take(IConsumer<Ignore, string> consumer, CancellationToken stop)
        {
            var batch = new List<ConsumeResult<Ignore, string>>();
            while (batch.Count < PerTransaction && !stop.IsCancellationRequested && consumer.Consume(TimeSpan.FromMilliseconds(batch.Count == 0 ? 500 : 20)) is { } record)
            {
                batch.Add(record);
            }

            return batch;
        }
    }
}
