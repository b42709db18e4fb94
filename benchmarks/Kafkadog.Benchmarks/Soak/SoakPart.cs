namespace Kafkadog.Benchmarks.Soak;

/// <summary>One kind of load. Its loops have threads of their own, and are begun anew when an error of Kafka ends them.</summary>
internal abstract class SoakPart
{
    /// <summary>Its name among the errors.</summary>
    public abstract string Name { get; }

    /// <summary>End first. Each returns when all it sent is acknowledged or given up.</summary>
    public virtual IEnumerable<Action<CancellationToken>> Writers => [];

    /// <summary>Go on until all is read.</summary>
    public virtual IEnumerable<Action<CancellationToken>> Readers => [];

    public virtual bool IsAllRead => true;

    /// <summary>What must hold once all loops have ended and the broker still runs.</summary>
    public virtual IEnumerable<Verdict> Check() => [];

    /// <summary>Does one thing so many times a second. What was missed is not made up for.</summary>
    protected static void Repeat(double perSecond, Action one, CancellationToken stop)
    {
        var tick = Math.Max(0.02, 1 / perSecond);
        for (var due = 0.0; !stop.WaitHandle.WaitOne(TimeSpan.FromSeconds(tick));)
        {
            for (due += tick * perSecond; due >= 0.999; due--)
            {
                one();
            }
        }
    }

    /// <summary>A number and something to carry with it, half of which compresses well.</summary>
    protected static byte[] Value(long number, int bytes)
    {
        var value = new byte[bytes];
        Random.Shared.NextBytes(value.AsSpan(bytes / 2));
        BitConverter.TryWriteBytes(value, number);
        return value;
    }

    protected static long Number(byte[] value) => BitConverter.ToInt64(value);
}

/// <summary>A claim about the whole run, what was found, and whether it holds.</summary>
internal sealed record Verdict(string Claim, string Found, bool Holds);
