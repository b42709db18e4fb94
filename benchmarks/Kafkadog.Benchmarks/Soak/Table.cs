using System.Collections.Concurrent;
using Confluent.Kafka;

namespace Kafkadog.Benchmarks.Soak;

/// <summary>A compacted topic whose keys get new values all the time, and other keys that are deleted as soon as they are there.</summary>
internal sealed class Table(SoakClients clients) : SoakPart
{
    public const string Topic = "table";

    private const string Row = "row-", Passing = "passing-";
    private const int PerSecond = 200, Keys = 500, ValueBytes = 300, PassingOnceIn = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, long> acknowledged = new(StringComparer.Ordinal);
    private long next;

    public override string Name => "compacted table";

    public override IEnumerable<Action<CancellationToken>> Writers => [Write];

    public override IEnumerable<Verdict> Check()
    {
        var last = new Dictionary<string, byte[]?>(StringComparer.Ordinal);
        var records = 0;
        using var consumer = clients.Consumer(Name, new() { GroupId = "table-reader", EnableAutoCommit = false, EnablePartitionEof = true });
        consumer.Assign(new TopicPartitionOffset(Topic, 0, Offset.Beginning));
        while ((consumer.Consume(Patience) ?? throw new TimeoutException("The table did not end.")) is { IsPartitionEOF: false } record)
        {
            records++;
            last[record.Message.Key!] = record.Message.Value;
        }

        // A value that was never acknowledged may be newer.
        var wrong = acknowledged.Count(row => last.GetValueOrDefault(row.Key) is not { } value || Number(value) < row.Value)
            + last.Count(row => row.Key.StartsWith(Passing, StringComparison.Ordinal) && row.Value is not null);
        yield return new(
            "every key of the compacted topic has its last acknowledged value, and deleted keys have none",
            $"{acknowledged.Count} keys, {wrong} wrong; {records} records left of {next}", wrong == 0);
    }

    private void Write(CancellationToken stop)
    {
        using var producer = clients.Producer(Name, new() { EnableIdempotence = true, LingerMs = 5 });
        Repeat(PerSecond, () =>
        {
            var number = next++;
            if (number % PassingOnceIn == 0)
            {
                producer.Produce(Topic, new() { Key = $"{Passing}{number}", Value = Value(number, ValueBytes) }, clients.Report(Name));
                producer.Produce(Topic, new() { Key = $"{Passing}{number}", Value = null! }, clients.Report(Name));
                return;
            }

            var key = $"{Row}{number % Keys}";
            producer.Produce(Topic, new() { Key = key, Value = Value(number, ValueBytes) }, clients.Report(Name, report =>
            {
                if (!report.Error.IsError)
                {
                    acknowledged.AddOrUpdate(key, number, (_, before) => Math.Max(before, number));
                }
            }));
        }, stop);
        producer.Flush(Patience);
    }
}
