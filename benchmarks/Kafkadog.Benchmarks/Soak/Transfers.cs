using System.Collections.Concurrent;
using Confluent.Kafka;

namespace Kafkadog.Benchmarks.Soak;

/// <summary>
/// A transactional producer whose every transaction moves an amount about over all partitions and commits its own number as the offset of a
/// group; every third is aborted. A reader of committed records must see each whole or not at all, as the producer was told.
/// </summary>
internal sealed class Transfers(SoakClients clients) : SoakPart
{
    public const string Topic = "transfers";
    public const int Partitions = 3;

    private const string Ledger = "ledger";
    private const int PerSecond = 15, RecordsOfEach = 6, AbortedOnceIn = 3, ValueBytes = 400;
    private static readonly TimeSpan CallPatience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<long, Outcome> outcomes = [];
    private readonly ConcurrentDictionary<long, (int Records, long Sum)> seen = [];
    private readonly Offset[] positions = [.. Enumerable.Repeat(Offset.Beginning, Partitions)];
    private long next;

    private enum Outcome
    {
        /// <summary>Aborted, or never asked to be committed.</summary>
        Aborted,

        /// <summary>Asked to be committed, and not told that it was: all of it or nothing.</summary>
        InDoubt,

        Committed,
    }

    public override string Name => "transactions";

    public override IEnumerable<Action<CancellationToken>> Writers => [Write];

    public override IEnumerable<Action<CancellationToken>> Readers => [Read];

    public override bool IsAllRead => outcomes.All(one => one.Value is not Outcome.Committed || seen.GetValueOrDefault(one.Key).Records >= RecordsOfEach);

    public override IEnumerable<Verdict> Check()
    {
        var wrong = outcomes.Count(one => !IsRight(one.Key, one.Value));
        yield return new(
            "each transaction is read whole or not at all, as its producer was told",
            $"{Count(Outcome.Committed)} committed, {Count(Outcome.Aborted)} aborted, {Count(Outcome.InDoubt)} not told, {wrong} wrong", wrong == 0);
        var (sum, records) = (seen.Values.Sum(one => one.Sum), seen.Values.Sum(one => (long)one.Records));
        yield return new("the amounts of all transactions add up to nothing", $"{sum} in {records} records", sum == 0);

        using var consumer = LedgerKeeper();
        var offset = consumer.Committed([new TopicPartition(Topic, 0)], CallPatience).Single().Offset.Value;
        var lastTold = outcomes.Where(one => one.Value is Outcome.Committed).Select(one => one.Key).DefaultIfEmpty(-1).Max();
        yield return new(
            "the offset that a transaction commits is that of the last committed one", $"{offset}, last told {lastTold}",
            offset == lastTold || (offset > lastTold && outcomes.GetValueOrDefault(offset) is Outcome.InDoubt));
        var open = Enumerable.Range(0, Partitions).Count(partition => End(partition, IsolationLevel.ReadCommitted) != End(partition, IsolationLevel.ReadUncommitted));
        yield return new("no transaction stays open", $"{open} of {Partitions} partitions with an open one", open == 0);

        int Count(Outcome outcome) => outcomes.Values.Count(one => one == outcome);
    }

    private bool IsRight(long transaction, Outcome outcome) => seen.GetValueOrDefault(transaction) switch
    {
        (0, 0) => outcome is not Outcome.Committed,
        (RecordsOfEach, 0) => outcome is not Outcome.Aborted,
        _ => false,
    };

    private void Write(CancellationToken stop)
    {
        using var keeper = LedgerKeeper();
        using (var producer = Producer())
        {
            Repeat(PerSecond, () => Transact(producer, keeper), stop);
        }

        // Ends what may be open.
        Producer().Dispose();
    }

    /// <summary>A producer that has ended what the one before it left open.</summary>
    private IProducer<string?, byte[]> Producer()
    {
        var producer = clients.Producer(Name, new() { TransactionalId = "soak", LingerMs = 0 });
        try
        {
            producer.InitTransactions(CallPatience);
            return producer;
        }
        catch
        {
            producer.Dispose();
            throw;
        }
    }

    private void Transact(IProducer<string?, byte[]> producer, IConsumer<string?, byte[]?> keeper)
    {
        var transaction = next++;
        outcomes[transaction] = Outcome.Aborted;
        producer.BeginTransaction();
        for (var at = 0; at < RecordsOfEach; at++)
        {
            var amount = (transaction % 1000 + 1) * (at % 2 == 0 ? 1 : -1);
            producer.Produce(new TopicPartition(Topic, at % Partitions), new() { Key = $"{transaction}", Value = Value(amount, ValueBytes) }, clients.Report(Name));
        }

        producer.SendOffsetsToTransaction([new TopicPartitionOffset(Topic, 0, transaction)], keeper.ConsumerGroupMetadata, CallPatience);
        if (transaction % AbortedOnceIn == AbortedOnceIn - 1)
        {
            producer.Flush(CallPatience);
            producer.AbortTransaction(CallPatience);
            return;
        }

        outcomes[transaction] = Outcome.InDoubt;
        Commit(producer);
        outcomes[transaction] = Outcome.Committed;
    }

    private void Commit(IProducer<string?, byte[]> producer)
    {
        while (true)
        {
            try
            {
                producer.CommitTransaction(CallPatience);
                return;
            }
            catch (KafkaRetriableException e)
            {
                // To be called again, as the client's documentation asks for.
                clients.Failed(Name, e.Error);
            }
        }
    }

    private void Read(CancellationToken stop)
    {
        using var consumer = clients.Consumer(Name, new() { GroupId = "transfers-reader", EnableAutoCommit = false, IsolationLevel = IsolationLevel.ReadCommitted, AutoOffsetReset = AutoOffsetReset.Error });
        consumer.Assign(positions.Select((offset, partition) => new TopicPartitionOffset(Topic, partition, offset)));
        while (!stop.IsCancellationRequested)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(200)) is { } record)
            {
                clients.Tally.Read();
                seen.AddOrUpdate(
                    long.Parse(record.Message.Key!), _ => (1, Number(record.Message.Value!)), (_, before) => (before.Records + 1, before.Sum + Number(record.Message.Value!)));
                positions[record.Partition] = record.Offset + 1;
            }
        }
    }

    /// <summary>A member of no generation: it only lends its name to the offsets.</summary>
    private IConsumer<string?, byte[]?> LedgerKeeper() => clients.Consumer(Name, new() { GroupId = Ledger, EnableAutoCommit = false });

    private long End(int partition, IsolationLevel isolation)
    {
        using var consumer = clients.Consumer(Name, new() { GroupId = Ledger, EnableAutoCommit = false, IsolationLevel = isolation });
        return consumer.QueryWatermarkOffsets(new(Topic, partition), CallPatience).High.Value;
    }
}
