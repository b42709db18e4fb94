using System.Collections.Concurrent;
using Confluent.Kafka;

namespace Kafkadog.Benchmarks.Soak;

/// <summary>One idempotent producer that counts up in each partition, and one reader that must meet every acknowledged number once and in order.</summary>
internal sealed class NumberedStream(SoakClients clients) : SoakPart
{
    public const string Topic = "numbered";
    public const int Partitions = 3;

    private const int PerSecond = 900, ValueBytes = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly long[] nextToSend = new long[Partitions];
    private readonly long[] nextToRead = new long[Partitions];
    private readonly long[] lastAcknowledged = [.. Enumerable.Repeat(-1L, Partitions)];
    private readonly Offset[] positions = [.. Enumerable.Repeat(Offset.Beginning, Partitions)];

    /// <summary>The producer does not know whether these are in the log.</summary>
    private readonly ConcurrentDictionary<(int Partition, long Number), Error> inDoubt = [];
    private long acknowledged;
    private long lost;
    private long repeated;

    public override string Name => "idempotent stream";

    public override IEnumerable<Action<CancellationToken>> Writers => [Write];

    public override IEnumerable<Action<CancellationToken>> Readers => [Read];

    public override bool IsAllRead => Enumerable.Range(0, Partitions).All(p => Volatile.Read(ref nextToRead[p]) > Volatile.Read(ref lastAcknowledged[p]));

    public override IEnumerable<Verdict> Check()
    {
        var unread = Enumerable.Range(0, Partitions).Sum(p => Math.Max(0, lastAcknowledged[p] + 1 - nextToRead[p]));
        return
        [
            new(
                "every acknowledged record of the idempotent stream is read once and in order",
                $"{acknowledged} acknowledged, {lost + unread} lost, {repeated} repeated or out of order, {inDoubt.Count} never acknowledged",
                lost + unread + repeated == 0),
        ];
    }

    private void Write(CancellationToken stop)
    {
        using var producer = clients.Producer(Name, new() { EnableIdempotence = true, LingerMs = 5 });
        var turn = 0;
        Repeat(PerSecond, () =>
        {
            var partition = turn++ % Partitions;
            var number = nextToSend[partition]++;
            producer.Produce(new TopicPartition(Topic, partition), new() { Value = Value(number, ValueBytes) }, clients.Report(Name, report => Told(partition, number, report.Error)));
        }, stop);
        producer.Flush(Patience);
    }

    private void Told(int partition, long number, Error error)
    {
        if (error.IsError)
        {
            inDoubt[(partition, number)] = error;
            return;
        }

        Interlocked.Increment(ref acknowledged);
        // Two threads may call back while the producer is flushed.
        lock (lastAcknowledged)
        {
            lastAcknowledged[partition] = Math.Max(lastAcknowledged[partition], number);
        }
    }

    private void Read(CancellationToken stop)
    {
        using var consumer = clients.Consumer(Name, new() { GroupId = "numbered-reader", EnableAutoCommit = false, CheckCrcs = true, AutoOffsetReset = AutoOffsetReset.Error });
        consumer.Assign(positions.Select((offset, partition) => new TopicPartitionOffset(Topic, partition, offset)));
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(200)) is { } record)
                {
                    Met(record.Partition, Number(record.Message.Value!));
                    positions[record.Partition] = record.Offset + 1;
                }
            }
            catch (ConsumeException e) when (e.Error.Code is ErrorCode.Local_AutoOffsetReset)
            {
                // The log does not reach to where the reader was: the numbers tell what is missing.
                Array.Fill(positions, Offset.Beginning);
                throw;
            }
        }
    }

    private void Met(int partition, long number)
    {
        clients.Tally.Read();
        if (number < nextToRead[partition])
        {
            repeated++;
            return;
        }

        for (var missing = nextToRead[partition]; missing < number; missing++)
        {
            lost += inDoubt.ContainsKey((partition, missing)) ? 0 : 1;
        }

        Volatile.Write(ref nextToRead[partition], number + 1);
    }
}
