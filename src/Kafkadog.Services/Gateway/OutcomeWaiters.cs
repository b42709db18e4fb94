using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Kafkadog.Services.Gateway;

/// <summary>
/// Requests that wait for an order's outcome. The projection wakes them after its commit; for outcomes that another
/// instance has projected there is <see cref="OutcomesElsewhere"/>.
/// </summary>
internal sealed class OutcomeWaiters
{
    private readonly ConcurrentDictionary<Guid, Waiting> waiting = new();
    private readonly Channel<bool> registered = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Register first, look into the read model second: an outcome in between is then not missed.</summary>
    public Registration Register(Guid orderId)
    {
        while (true)
        {
            var entry = waiting.GetOrAdd(orderId, _ => new Waiting());
            lock (entry)
            {
                if (!entry.IsRemoved)
                {
                    entry.Count++;
                    registered.Writer.TryWrite(true);
                    return new(this, orderId, entry);
                }
            }
        }
    }

    /// <summary>Orders that somebody waits for.</summary>
    public IReadOnlyCollection<Guid> Waited => waiting.IsEmpty ? [] : [.. waiting.Keys];

    /// <summary>Done when somebody waits; for the one watcher there is.</summary>
    public async Task SomebodyAsync(CancellationToken cancellationToken)
    {
        while (waiting.IsEmpty)
        {
            await registered.Reader.ReadAsync(cancellationToken);
        }
    }

    public void Signal(Guid orderId)
    {
        if (waiting.TryGetValue(orderId, out var entry))
        {
            entry.Outcome.TrySetResult();
        }
    }

    internal sealed class Waiting
    {
        public TaskCompletionSource Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Count { get; set; }

        public bool IsRemoved { get; set; }
    }

    internal readonly struct Registration(OutcomeWaiters owner, Guid orderId, Waiting entry) : IDisposable
    {
        public Task Outcome => entry.Outcome.Task;

        public void Dispose()
        {
            lock (entry)
            {
                if (--entry.Count == 0)
                {
                    entry.IsRemoved = true;
                    owner.waiting.TryRemove(orderId, out _);
                }
            }
        }
    }
}
