using Kafkadog.Messaging.Diagnostics;
using Kafkadog.Messaging.Outbox;
using Microsoft.Extensions.DependencyInjection;

namespace Kafkadog.Messaging.Testing;

/// <summary>
/// Lets a test await what a service has consumed and published, in place of sleeping. It sees everything from its
/// creation on, so create it before the service starts.
/// </summary>
public sealed class MessagingProbe : IDisposable
{
    private readonly DeliveryJournal journal;
    private readonly OutboxRelay relay;
    private readonly Lock gate = new();
    private readonly List<JournalEntry> entries = [];
    private readonly List<OutboundEvent> published = [];
    private TaskCompletionSource changed = NewSignal();

    public MessagingProbe(IServiceProvider services)
    {
        journal = services.GetRequiredService<DeliveryJournal>();
        relay = services.GetRequiredService<OutboxRelay>();
        journal.Added += OnEntry;
        relay.Acknowledgement += OnPublished;
    }

    /// <summary>Deliveries and rebalances so far, oldest first.</summary>
    public IReadOnlyList<JournalEntry> Entries
    {
        get
        {
            lock (gate)
            {
                return [.. entries];
            }
        }
    }

    /// <summary>Events that Kafka has acknowledged so far, oldest first.</summary>
    public IReadOnlyList<OutboundEvent> Published
    {
        get
        {
            lock (gate)
            {
                return [.. published];
            }
        }
    }

    /// <summary>Waits until so many journal entries match.</summary>
    /// <exception cref="TimeoutException">They did not come in time; the message says what did.</exception>
    public async Task<IReadOnlyList<JournalEntry>> JournalAsync(
        Func<JournalEntry, bool> match, int count = 1, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        await WaitAsync(() => Entries.Where(match).ToArray(), count, timeout, cancellationToken);

    /// <summary>Waits until so many published events match.</summary>
    /// <exception cref="TimeoutException">They did not come in time; the message says what did.</exception>
    public async Task<IReadOnlyList<OutboundEvent>> PublishedAsync(
        Func<OutboundEvent, bool> match, int count = 1, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        await WaitAsync(() => Published.Where(match).ToArray(), count, timeout, cancellationToken);

    /// <summary>Waits for deliveries of a topic with a result.</summary>
    public Task<IReadOnlyList<JournalEntry>> DeliveredAsync(
        string topic, DeliveryResult result, int count = 1, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        JournalAsync(entry => string.Equals(entry.Topic, topic, StringComparison.Ordinal) && entry.Result == result, count, timeout, cancellationToken);

    public void Dispose()
    {
        journal.Added -= OnEntry;
        relay.Acknowledgement -= OnPublished;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<T[]> WaitAsync<T>(Func<T[]> find, int count, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var limit = timeout ?? TimeSpan.FromSeconds(30);
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(limit);
        while (true)
        {
            Task signal;
            lock (gate)
            {
                signal = changed.Task;
            }

            var found = find();
            if (found.Length >= count)
                return found;

            try
            {
                await signal.WaitAsync(timer.Token);
            }
            catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException(
                    $"{found.Length} of {count} after {limit.TotalSeconds} s. Journal: {string.Join("; ", Entries.TakeLast(20).Select(e => $"{e.Kind} {e.Topic}-{e.Partition}@{e.Offset} {e.Key} {e.Result} {e.Error}"))}. Published: {Published.Count}.", exception);
            }
        }
    }

    private void OnEntry(JournalEntry entry)
    {
        lock (gate)
        {
            entries.Add(entry);
        }

        Signal();
    }

    private void OnPublished(OutboundEvent sent)
    {
        lock (gate)
        {
            published.Add(sent);
        }

        Signal();
    }

    private void Signal()
    {
        TaskCompletionSource signalled;
        lock (gate)
        {
            signalled = changed;
            changed = NewSignal();
        }

        signalled.SetResult();
    }
}
