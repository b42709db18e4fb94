namespace Kafkadog.Broker.Server;

/// <summary>
/// Bounds the memory of the requests that are being read and answered at a time (Kafka's <c>queued.max.request.bytes</c>). Who comes
/// while there is something left gets all it asks for, as in Apache Kafka, so that a request larger than the rest can be read at all;
/// others wait, in order.
/// </summary>
internal sealed class RequestMemory(long bytes)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<(int Bytes, TaskCompletionSource Taken)> _waiting = new();
    private long _left = bytes;

    /// <summary>Completes once the memory is the caller's.</summary>
    /// <exception cref="OperationCanceledException">Cancelled before; then nothing was taken.</exception>
    public async ValueTask TakeAsync(int count, CancellationToken cancellationToken)
    {
        LinkedListNode<(int Bytes, TaskCompletionSource Taken)> node;
        lock (_lock)
        {
            if (_left > 0 && _waiting.Count == 0)
            {
                _left -= count;
                return;
            }

            node = _waiting.AddLast((count, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        }

        try
        {
            await node.Value.Taken.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            var gotIt = false;
            lock (_lock)
            {
                gotIt = node.List is null;
                if (!gotIt)
                {
                    _waiting.Remove(node);
                }
            }

            if (gotIt)
            {
                Return(count);
            }

            throw;
        }
    }

    public void Return(int count)
    {
        lock (_lock)
        {
            _left += count;
            while (_left > 0 && _waiting.First is { } next)
            {
                _waiting.RemoveFirst();
                _left -= next.Value.Bytes;
                next.Value.Taken.SetResult();
            }
        }
    }
}
