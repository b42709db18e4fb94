using System.Buffers;

namespace Kafkadog.Broker.Storage;

/// <summary>Is told of changes a parked fetch waits for.</summary>
internal interface IPartitionObserver
{
    /// <summary>
    /// The high watermark or log start moved, or the partition failed or was deleted: look again. Called on the appending
    /// thread outside all locks, so it must be short and must not throw; it may come once more just after removal.
    /// </summary>
    void PartitionChanged(PartitionLog log);
}

/// <summary>The observers of one partition. Costs one read of a field when there are none.</summary>
internal sealed class PartitionObservers
{
    private readonly Lock _lock = new();
    private readonly List<IPartitionObserver> _observers = [];
    private volatile int _count;

    /// <summary>Add first, then look at the partition: so no change is missed.</summary>
    public void Add(IPartitionObserver observer)
    {
        lock (_lock)
        {
            _observers.Add(observer);
            _count = _observers.Count;
        }
    }

    public void Remove(IPartitionObserver observer)
    {
        lock (_lock)
        {
            var at = _observers.IndexOf(observer);
            if (at < 0)
                return;
            _observers[at] = _observers[^1];
            _observers.RemoveAt(_observers.Count - 1);
            _count = _observers.Count;
        }
    }

    public void Notify(PartitionLog log)
    {
        if (_count == 0)
            return;

        IPartitionObserver[] called;
        int count;
        lock (_lock)
        {
            count = _observers.Count;
            called = ArrayPool<IPartitionObserver>.Shared.Rent(count);
            _observers.CopyTo(called);
        }

        foreach (var observer in called.AsSpan(0, count))
            observer.PartitionChanged(log);
        ArrayPool<IPartitionObserver>.Shared.Return(called, clearArray: true);
    }
}
