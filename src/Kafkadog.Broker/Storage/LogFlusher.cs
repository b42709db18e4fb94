using System.Threading.Channels;

namespace Kafkadog.Broker.Storage;

/// <summary>
/// Forces dirty logs to the disk off the append path: <see cref="StorageOptions.FlushInterval"/> after they became dirty, or at once in
/// <see cref="FlushMode.Durable"/>, where all that was appended during one fsync shares the next (group commit).
/// </summary>
internal sealed class LogFlusher(StorageOptions options, TimeProvider time)
{
    // Several disks' worth of fsync in flight; a log is in the queue at most once, which bounds it.
    private const int Workers = 4;

    private readonly Channel<PartitionLog> _dirty = Channel.CreateUnbounded<PartitionLog>();
    private readonly Channel<PartitionLog> _atOnce = Channel.CreateUnbounded<PartitionLog>();

    /// <summary>Called once by a log until it is flushed; see <see cref="PartitionLog.Flush"/>.</summary>
    public void Enqueue(PartitionLog log) => (options.FlushMode is FlushMode.Interval ? _dirty : _atOnce).Writer.TryWrite(log);

    /// <summary>Flushes as soon as a worker is free, whatever the mode: somebody waits for it, or <c>flush.ms</c> is over.</summary>
    public void EnqueueNow(PartitionLog log) => _atOnce.Writer.TryWrite(log);

    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(
        [
            .. Enumerable.Range(0, Workers).Select(_ => Task.Run(() => FlushAtOnceAsync(cancellationToken), CancellationToken.None)),
            options.FlushMode is FlushMode.Interval ? FlushDirtyAsync(cancellationToken) : Task.CompletedTask,
        ]);

    private async Task FlushDirtyAsync(CancellationToken cancellationToken)
    {
        try
        {
            // The clock runs only while something is dirty: an idle broker has no reason to wake twenty times a second.
            while (await _dirty.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                await Task.Delay(options.FlushInterval, time, cancellationToken).ConfigureAwait(false);
                // Only what is dirty now: a log that stays busy waits for the next time.
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
            await foreach (var log in _atOnce.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                log.Flush();
        }
        catch (OperationCanceledException)
        {
            // Stopping: closing the logs flushes the rest.
        }
    }
}
