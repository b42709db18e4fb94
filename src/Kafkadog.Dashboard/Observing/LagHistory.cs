namespace Kafkadog.Dashboard.Observing;

/// <summary>Lag of every group once a second, for the last minutes.</summary>
public sealed class LagHistory
{
    private readonly Dictionary<string, List<LagSample>> groups = new(StringComparer.Ordinal);

    public void Add(string group, LagSample sample)
    {
        if (!groups.TryGetValue(group, out var samples))
        {
            groups[group] = samples = [];
        }

        samples.Add(sample);
    }

    public IReadOnlyList<LagSample> Samples(string group) => groups.TryGetValue(group, out var samples) ? samples : [];

    /// <summary>One value per bucket, oldest first, the last one ending at <paramref name="end"/>: the highest lag in it, so that no peak is lost.</summary>
    public IReadOnlyList<double> Series(string group, DateTimeOffset end, TimeSpan bucket, int buckets)
    {
        var peaks = new double[buckets];
        foreach (var sample in Samples(group))
        {
            var age = (int)((end - sample.At) / bucket);
            if (sample.At <= end && age < buckets)
            {
                peaks[buckets - 1 - age] = Math.Max(peaks[buckets - 1 - age], sample.Records);
            }
        }

        return peaks;
    }

    public void Forget(DateTimeOffset before)
    {
        foreach (var samples in groups.Values)
        {
            samples.RemoveAll(s => s.At < before);
        }
    }

    public void Clear() => groups.Clear();
}

/// <param name="Records">Records the group has yet to read, in all partitions.</param>
public readonly record struct LagSample(DateTimeOffset At, long Records);
