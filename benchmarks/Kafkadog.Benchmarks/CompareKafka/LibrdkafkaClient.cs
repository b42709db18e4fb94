using System.Diagnostics;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using HdrHistogram;

namespace Kafkadog.Benchmarks.CompareKafka;

/// <summary>
/// The same work through Confluent.Kafka, in this process. Its default settings, with <c>linger.ms</c> 50 and queues in the client large
/// enough for throughput: with the usual ones its consumer rests for a second whenever it is 100,000 records ahead of the program.
/// </summary>
internal static class LibrdkafkaClient
{
    private const int WarmUp = 10_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task MakeTopicAsync(string bootstrap, string topic, int partitions)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = 1 }]);
    }

    public static async Task DeleteTopicAsync(string bootstrap, string topic)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).Build();
        await admin.DeleteTopicsAsync([topic]);
    }

    /// <returns>Records per second of a client that is connected, from the first call to the last acknowledgement.</returns>
    public static double Produce(string bootstrap, string topic, Cell cell)
    {
        var value = new byte[cell.RecordBytes];
        new Random(1).NextBytes(value);
        var message = new Message<Null, byte[]> { Value = value };
        var failed = 0;
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig
        {
            BootstrapServers = bootstrap,
            Acks = cell.Acks == "all" ? Acks.All : Acks.Leader,
            CompressionType = Enum.Parse<CompressionType>(cell.Codec, ignoreCase: true),
            LingerMs = 50,
            EnableDeliveryReports = false,
            QueueBufferingMaxMessages = 1_000_000,
        }).SetErrorHandler((_, error) => Interlocked.Add(ref failed, error.IsFatal ? 1 : 0)).Build();
        Send(WarmUp);
        var began = Stopwatch.GetTimestamp();
        Send(cell.Records - WarmUp);
        return (cell.Records - WarmUp) / Stopwatch.GetElapsedTime(began).TotalSeconds;

        void Send(int records)
        {
            for (var i = 0; i < records; i++)
            {
                while (true)
                {
                    try
                    {
                        producer.Produce(new TopicPartition(topic, i / 500 % cell.Partitions), message);
                        break;
                    }
                    catch (ProduceException<Null, byte[]> e) when (e.Error.Code is ErrorCode.Local_QueueFull)
                    {
                        producer.Poll(TimeSpan.FromMilliseconds(5));
                    }
                }
            }

            if (producer.Flush(Patience) is var left && (left > 0 || failed > 0))
            {
                throw new InvalidOperationException($"{left} records were not delivered to {bootstrap}.");
            }
        }
    }

    /// <returns>Records per second from the first record in hand to the last.</returns>
    public static double Consume(string bootstrap, string topic, Cell cell)
    {
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig
        {
            BootstrapServers = bootstrap,
            GroupId = "compare-kafka",
            EnableAutoCommit = false,
            QueuedMinMessages = 10_000_000,
            QueuedMaxMessagesKbytes = 2 * 1024 * 1024 - 1,
        }).Build();
        consumer.Assign(Enumerable.Range(0, cell.Partitions).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning)));
        _ = Next();
        var began = Stopwatch.GetTimestamp();
        for (var i = 1; i < cell.Records; i++)
        {
            _ = Next();
        }

        return (cell.Records - 1) / Stopwatch.GetElapsedTime(began).TotalSeconds;

        ConsumeResult<Ignore, byte[]> Next() => consumer.Consume(Patience) ?? throw new InvalidOperationException($"{bootstrap} gave no more records.");
    }

    /// <summary>
    /// Producer to consumer at a fixed rate, from the call to produce until the consumer has it. The call never waits for the broker. The
    /// first <paramref name="warmUp"/> of it is not counted: it is what compilers and caches take, which brokers differ in by seconds.
    /// </summary>
    public static async Task<LongHistogram> EndToEndAsync(string bootstrap, string topic, int recordsPerSecond, TimeSpan warmUp, TimeSpan duration)
    {
        var uncounted = (int)(recordsPerSecond * warmUp.TotalSeconds);
        var total = uncounted + (int)(recordsPerSecond * duration.TotalSeconds);
        var histogram = new LongHistogram(TimeSpan.TicksPerMinute, 3);
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = bootstrap, Acks = Acks.All, LingerMs = 0, EnableDeliveryReports = false }).Build();
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig { BootstrapServers = bootstrap, GroupId = "compare-kafka", EnableAutoCommit = false }).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.End));
        // What this process consumed in the cells before it is not to be collected meanwhile.
        GC.Collect();
        // A first record, so that both sides are connected and the consumer waits at the end.
        while (true)
        {
            producer.Produce(topic, new() { Value = BitConverter.GetBytes(0L) });
            if (consumer.Consume(TimeSpan.FromMilliseconds(200)) is not null)
            {
                break;
            }
        }

        while (consumer.Consume(TimeSpan.FromMilliseconds(500)) is not null)
        {
        }

        var received = Task.Run(() =>
        {
            for (var i = 0; i < total; i++)
            {
                var record = consumer.Consume(Patience) ?? throw new InvalidOperationException($"{bootstrap} gave no more records.");
                if (i >= uncounted)
                {
                    histogram.RecordValue(Math.Max(1, Stopwatch.GetTimestamp() - BitConverter.ToInt64(record.Message.Value)) * TimeSpan.TicksPerSecond / Stopwatch.Frequency);
                }
            }
        });
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < total; i++)
        {
            var due = start + (i * Stopwatch.Frequency / recordsPerSecond);
            while (Stopwatch.GetTimestamp() < due)
            {
                Thread.Sleep(1);
            }

            var value = new byte[100];
            BitConverter.TryWriteBytes(value, Stopwatch.GetTimestamp());
            producer.Produce(topic, new() { Value = value });
        }

        await received;
        return histogram;
    }

    /// <returns>Transactions per second of one producer that puts ten records into each.</returns>
    public static double Transactions(string bootstrap, string topic, int count)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = bootstrap, TransactionalId = $"compare-{topic}", LingerMs = 0 }).Build();
        producer.InitTransactions(Patience);
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            producer.BeginTransaction();
            for (var record = 0; record < 10; record++)
            {
                producer.Produce(topic, new() { Value = new byte[100] });
            }

            producer.CommitTransaction(Patience);
        }

        return count / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
