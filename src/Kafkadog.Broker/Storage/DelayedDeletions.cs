using Microsoft.Extensions.Logging;

namespace Kafkadog.Broker.Storage;

/// <summary>
/// Deletes renamed files some time after nobody can find them any more, so that readers in flight finish. What is still due
/// when the broker stops is deleted at its next start, by its name.
/// </summary>
internal sealed partial class DelayedDeletions(TimeProvider time, ILogger logger) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<ITimer> _timers = [];
    private bool _disposed;

    public void Schedule(TimeSpan delay, string path, Action delete)
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            var state = new Deletion(path, delete);
            // Longer delays than a timer can hold wait for the next start.
            var due = delay.TotalMilliseconds < uint.MaxValue - 1 ? delay : Timeout.InfiniteTimeSpan;
            state.Timer = time.CreateTimer(Run, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timers.Add(state.Timer);
            state.Timer.Change(due, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            foreach (var timer in _timers)
                timer.Dispose();
            _timers.Clear();
        }
    }

    private void Run(object? state)
    {
        var deletion = (Deletion)state!;
        lock (_lock)
        {
            if (_disposed)
                return;
            _timers.Remove(deletion.Timer!);
        }

        deletion.Timer!.Dispose();
        try
        {
            deletion.Delete();
            FilesDeleted(logger, deletion.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            DeletionFailed(logger, deletion.Path, e);
        }
    }

    private sealed class Deletion(string path, Action delete)
    {
        public string Path => path;
        public Action Delete => delete;
        public ITimer? Timer { get; set; }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Deleted {Path}")]
    private static partial void FilesDeleted(ILogger logger, string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot delete {Path}; the next start tries again")]
    private static partial void DeletionFailed(ILogger logger, string path, Exception cause);
}
