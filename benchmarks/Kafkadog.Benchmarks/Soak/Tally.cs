using System.Collections.Concurrent;

namespace Kafkadog.Benchmarks.Soak;

/// <summary>What all clients together did, and every error that one of them was told.</summary>
/// <param name="isAway">Whether the broker is being restarted, or was just now: that explains an error.</param>
internal sealed class Tally(Func<bool> isAway)
{
    private readonly ConcurrentDictionary<(string Client, string Error), (int Explained, int Other)> errors = [];
    private long produced;
    private long consumed;

    /// <summary>Records that the broker acknowledged.</summary>
    public long Produced => Volatile.Read(ref produced);

    public long Consumed => Volatile.Read(ref consumed);

    public int Explained => errors.Values.Sum(count => count.Explained);

    public int Other => errors.Values.Sum(count => count.Other);

    public IEnumerable<(string Client, string Error, int Explained, int Other)> Errors => errors
        .Select(error => (error.Key.Client, error.Key.Error, error.Value.Explained, error.Value.Other))
        .OrderBy(error => error.Client, StringComparer.Ordinal).ThenBy(error => error.Error, StringComparer.Ordinal);

    public void Acknowledged() => Interlocked.Increment(ref produced);

    public void Read() => Interlocked.Increment(ref consumed);

    public void Failed(string client, string error)
    {
        var (explained, other) = isAway() ? (1, 0) : (0, 1);
        errors.AddOrUpdate((client, error), (explained, other), (_, before) => (before.Explained + explained, before.Other + other));
    }
}
