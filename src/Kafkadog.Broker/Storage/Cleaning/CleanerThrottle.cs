namespace Kafkadog.Broker.Storage.Cleaning;

/// <summary>Holds all cleaner threads together to a number of bytes per second.</summary>
internal sealed class CleanerThrottle(double bytesPerSecond, TimeProvider time)
{
    private readonly Lock _lock = new();
    private long _freeAt = time.GetTimestamp();

    /// <summary>Accounts for bytes that were read or written and waits until they are within the rate.</summary>
    public Task PayAsync(int bytes, CancellationToken cancellationToken)
    {
        if (bytesPerSecond >= double.MaxValue || bytes == 0)
            return Task.CompletedTask;
        TimeSpan wait;
        lock (_lock)
        {
            var now = time.GetTimestamp();
            // Time that was not used is not saved up: the rate holds at every moment.
            _freeAt = Math.Max(_freeAt, now) + (long)Math.Min(bytes / bytesPerSecond * time.TimestampFrequency, int.MaxValue);
            wait = time.GetElapsedTime(now, _freeAt);
        }

        return Task.Delay(wait, time, cancellationToken);
    }
}
