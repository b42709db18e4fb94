namespace Kafkadog.Messaging.Consuming;

/// <summary>
/// Prepares deliveries one after the other, and keeps the order of each key up to the commit: a delivery whose key is
/// busy waits until its predecessor is durable, while others go on, so that a commit can hold many keys at once.
/// Its queue is bounded by the budgets of the partitions. Shared under its lock.
/// </summary>
internal sealed class Lane(Func<Delivery, ValueTask> prepare) : IThreadPoolWorkItem
{
    private readonly Lock gate = new();
    private readonly Queue<Delivery> ready = new();
    private readonly Dictionary<string, Queue<Delivery>?> busy = new(StringComparer.Ordinal);
    private bool running;

    /// <summary>Queues a delivery behind its key.</summary>
    public void Post(Delivery delivery)
    {
        lock (gate)
        {
            if (busy.TryGetValue(delivery.OrderKey, out var behind))
            {
                if (behind is null)
                {
                    busy[delivery.OrderKey] = behind = new();
                }

                behind.Enqueue(delivery);
                return;
            }

            busy.Add(delivery.OrderKey, null);
            ready.Enqueue(delivery);
        }

        Schedule();
    }

    /// <summary>Runs a delivery once more; its key stays busy.</summary>
    public void Again(Delivery delivery)
    {
        lock (gate)
        {
            ready.Enqueue(delivery);
        }

        Schedule();
    }

    /// <summary>A delivery has ended: the next of its key may start.</summary>
    public void Ended(Delivery delivery)
    {
        lock (gate)
        {
            if (busy[delivery.OrderKey] is not { Count: > 0 } behind)
            {
                busy.Remove(delivery.OrderKey);
                return;
            }

            ready.Enqueue(behind.Dequeue());
        }

        Schedule();
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (TryTake(out var delivery))
        {
            var task = prepare(delivery);
            if (!task.IsCompletedSuccessfully)
            {
                // Whatever happens to a delivery is settled inside its preparation; here only its end counts.
                task.AsTask().GetAwaiter().UnsafeOnCompleted(() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false));
                return;
            }
        }
    }

    private void Schedule()
    {
        lock (gate)
        {
            if (running)
                return;

            running = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Delivery? delivery)
    {
        lock (gate)
        {
            running = ready.TryDequeue(out delivery);
            return running;
        }
    }
}
