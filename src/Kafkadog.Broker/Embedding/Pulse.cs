using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Embedding;

/// <summary>Wakes whoever waits for "something changed". Take <see cref="Next"/>, look, and only then await it: so no change is missed.</summary>
internal sealed class Pulse : IPartitionObserver
{
    private TaskCompletionSource? _next;

    /// <summary>Ends with the next <see cref="Fire"/>.</summary>
    public Task Next
    {
        get
        {
            var next = Volatile.Read(ref _next);
            if (next is not null)
                return next.Task;
            var made = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return (Interlocked.CompareExchange(ref _next, made, null) ?? made).Task;
        }
    }

    /// <summary>Costs nothing when nobody waits.</summary>
    public void Fire() => Interlocked.Exchange(ref _next, null)?.TrySetResult();

    void IPartitionObserver.PartitionChanged(PartitionLog log) => Fire();
}
