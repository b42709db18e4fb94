using System.Threading.Channels;

namespace Kafkadog.Broker.Storage;

/// <summary>
/// Forces dirty logs to the disk off the append path: every <see cref="StorageOptions.FlushInterval"/>, or at once in
/// <see cref="FlushMode.Durable"/>, where all that was appended during one fsync shares the next (group commit).
/// </summary>
internal sealed class LogFlusher(StorageOptions options, TimeProvider time)
{
    // Several disks' worth of fsync in flight; a log is in the queue at most once, which bounds it.
    private const int Workers = 4;

    private readonly Channel<PartitionLog> _dirty = Channel.CreateUnbounded<PartitionLog>();

    /// <summary>Called once by a log until it is flushed; see <see cref="PartitionLog.Flush"/>.</summary>
    public void Enqueue(PartitionLog log) => _dirty.Writer.TryWrite(log);

    public Task RunAsync(CancellationToken cancellationToken) => options.FlushMode is FlushMode.Interval
        ? FlushPeriodicallyAsync(cancellationToken)
        : Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(() => FlushAtOnceAsync(cancellationToken), CancellationToken.None)));

    private async Task FlushPeriodicallyAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.FlushInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                // Only what is dirty now: a log that stays busy waits for the next tick.
                for (var count = _dirty.Reader.Count; count > 0 && _dirty.Reader.TryRead(out var log); count--)
                    log.Flush();
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping: closing the logs flushes the rest.
        }
    }

    private async Task FlushAtOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var log in _dirty.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                log.Flush();
        }
        catch (OperationCanceledException)
        {
            // Stopping: closing the logs flushes the rest.
        }
    }
}
