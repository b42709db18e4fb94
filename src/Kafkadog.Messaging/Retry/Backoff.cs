namespace Kafkadog.Messaging.Retry;

/// <summary>min(max, base · 2ⁿ) plus up to a tenth of it, never above the maximum.</summary>
internal sealed class Backoff(RetryOptions options, Random random)
{
    private const double Jitter = 0.1;

    /// <param name="delayed">Delayed attempts already made: 0 before the first.</param>
    public TimeSpan Delay(int delayed)
    {
        var max = options.MaxDelay.TotalMilliseconds;
        var plain = Math.Min(max, options.BaseDelay.TotalMilliseconds * Math.Pow(2, delayed));
        double share;
        lock (random)
        {
            share = random.NextDouble();
        }

        return TimeSpan.FromMilliseconds(Math.Min(max, plain * (1 + (Jitter * share))));
    }
}
