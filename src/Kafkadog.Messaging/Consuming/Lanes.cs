using System.Diagnostics.CodeAnalysis;

namespace Kafkadog.Messaging.Consuming;

/// <summary>
/// Prepares deliveries, a limited number at a time, and keeps the order of each key up to the commit: a delivery whose key
/// is busy waits until its predecessor is durable, while other keys go on, so that one commit can hold many of them.
/// Preparations that complete at once follow each other on one thread; only waiting ones overlap. The queue is bounded by
/// the budgets of the partitions. Shared under its lock.
/// </summary>
internal sealed class Lanes(int limit, Func<Delivery, ValueTask> prepare) : IThreadPoolWorkItem
{
    /// <summary>With more than this many ready, another thread helps.</summary>
    private const int Crowd = 64;

    private readonly Lock gate = new();
    private readonly Queue<Delivery> ready = new();
    private readonly Dictionary<string, Queue<Delivery>?> busy = new(StringComparer.Ordinal);
    private readonly int maxWorkers = Math.Min(limit, Environment.ProcessorCount);
    private int workers;
    private int preparing;

    /// <summary>Queues deliveries, each behind its key.</summary>
    public void Post(ReadOnlySpan<Delivery> deliveries)
    {
        bool help;
        lock (gate)
        {
            foreach (var delivery in deliveries)
            {
                if (busy.TryAdd(delivery.OrderKey, null))
                {
                    ready.Enqueue(delivery);
                    continue;
                }

                if (busy[delivery.OrderKey] is not { } behind)
                {
                    busy[delivery.OrderKey] = behind = new();
                }

                behind.Enqueue(delivery);
            }

            help = NeedsWorker();
        }

        if (help)
            StartWorker();
    }

    /// <summary>Runs a delivery once more; its key stays busy.</summary>
    public void Again(Delivery delivery)
    {
        bool help;
        lock (gate)
        {
            ready.Enqueue(delivery);
            help = NeedsWorker();
        }

        if (help)
            StartWorker();
    }

    /// <summary>A delivery has ended: the next of its key may start.</summary>
    public void Ended(Delivery delivery)
    {
        bool help;
        lock (gate)
        {
            if (busy[delivery.OrderKey] is not { Count: > 0 } behind)
            {
                busy.Remove(delivery.OrderKey);
                return;
            }

            ready.Enqueue(behind.Dequeue());
            help = NeedsWorker();
        }

        if (help)
            StartWorker();
    }

    void IThreadPoolWorkItem.Execute()
    {
        var done = 0;
        while (TryTake(done, out var delivery))
        {
            var task = prepare(delivery);
            done = task.IsCompletedSuccessfully ? 1 : 0;
            if (done == 0)
            {
                // Whatever happens to a delivery is settled inside its preparation; here only its end counts.
                task.AsTask().GetAwaiter().UnsafeOnCompleted(Prepared);
            }
        }
    }

    private void Prepared()
    {
        bool help;
        lock (gate)
        {
            preparing--;
            help = NeedsWorker();
        }

        if (help)
            StartWorker();
    }

    private bool NeedsWorker()
    {
        if (ready.Count == 0 || preparing >= limit || workers >= maxWorkers || (workers > 0 && ready.Count < Crowd))
            return false;

        workers++;
        return true;
    }

    private void StartWorker() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    private bool TryTake(int done, [NotNullWhen(true)] out Delivery? delivery)
    {
        lock (gate)
        {
            preparing -= done;
            if (preparing < limit && ready.TryDequeue(out delivery))
            {
                preparing++;
                return true;
            }

            workers--;
            delivery = null;
            return false;
        }
    }
}
