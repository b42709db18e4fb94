using Kafkadog.Contracts;

namespace Kafkadog.Dashboard.Observing;

/// <summary>Counts per second of the last minutes: what the sparklines and charts are drawn from.</summary>
public sealed class RateHistory(TimeSpan history)
{
    private readonly SortedDictionary<long, Second> seconds = [];

    /// <summary>Records per second over the last five seconds.</summary>
    public double PerSecond(DateTimeOffset now) => Over(now, TimeSpan.FromSeconds(5), s => s.Records) / 5.0;

    public void Add(ObservedRecord record, DateTimeOffset now)
    {
        // What was written long before it was seen, as after a start, counts for when it was written.
        var at = record.At > now ? now : record.At;
        if (at < now - history)
        {
            return;
        }

        if (!seconds.TryGetValue(at.ToUnixTimeSeconds(), out var second))
        {
            seconds[at.ToUnixTimeSeconds()] = second = new();
        }

        second.Records++;
        switch (record.Type)
        {
            case nameof(OrderPlaced):
                second.Orders++;
                break;
            case nameof(OrderCompleted):
                second.Completed++;
                break;
            case nameof(OrderCancelled):
                second.Cancelled++;
                break;
            case nameof(OrderRetry):
                second.Retries++;
                break;
            case nameof(OrderDLQ):
                second.DeadLetters++;
                break;
        }
    }

    public long Over(DateTimeOffset now, TimeSpan time, Func<Second, long> count) =>
        seconds.Where(s => s.Key > (now - time).ToUnixTimeSeconds() && s.Key <= now.ToUnixTimeSeconds()).Sum(s => count(s.Value));

    /// <summary>Sums per bucket, oldest first, the last one ending now.</summary>
    public IReadOnlyList<double> Series(DateTimeOffset now, TimeSpan bucket, int buckets, Func<Second, long> count)
    {
        var width = (long)bucket.TotalSeconds;
        var end = now.ToUnixTimeSeconds();
        var sums = new double[buckets];
        foreach (var (at, second) in seconds)
        {
            var age = (end - at) / width;
            if (age >= 0 && age < buckets)
            {
                sums[buckets - 1 - age] += count(second);
            }
        }

        return sums;
    }

    public void Forget(DateTimeOffset now)
    {
        var before = (now - history).ToUnixTimeSeconds();
        while (seconds.Count > 0 && seconds.First().Key is var first && first < before)
        {
            seconds.Remove(first);
        }
    }

    public sealed class Second
    {
        public long Records { get; set; }

        public long Orders { get; set; }

        public long Completed { get; set; }

        public long Cancelled { get; set; }

        public long Retries { get; set; }

        public long DeadLetters { get; set; }
    }
}
