using Confluent.Kafka;
using Kafkadog.Messaging.Databases;
using Kafkadog.Messaging.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Messaging.Outbox;

/// <summary>
/// Sends committed outbox rows to Kafka, in the order of each key, until Kafka has acknowledged them. The writer hands
/// fresh rows over right after their commit; only rows that did not fit into memory, and those of an earlier life or of
/// a dead instance, are read back. A row that must wait holds back the later rows of its key, and no others.
/// At least once: a crash between acknowledgement and removal sends a row again, with the same event id.
/// </summary>
internal sealed partial class OutboxRelay : IDisposable
{
    private const int MaxInMemory = 20_000;
    private const int PageSize = 1000;
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ForeignPoll = TimeSpan.FromMilliseconds(25);

    private readonly MessagingOptions options;
    private readonly ServiceDatabase database;
    private readonly MessagingMetrics metrics;
    private readonly DeliveryJournal journal;
    private readonly TimeProvider time;
    private readonly IFaultPoints? faults;
    private readonly ILogger<OutboxRelay> logger;
    private readonly Lock gate = new();
    private readonly SemaphoreSlim wake = new(0);

    // All below is guarded by the gate.
    private readonly Dictionary<long, OutboxRow> inFlight = [];
    private readonly SortedDictionary<long, OutboxRow> waiting = [];
    private readonly Dictionary<OrderKey, int> waitingKeys = [];
    private readonly HashSet<long> foreignBlocked = [];
    private readonly SortedSet<long> acknowledged = [];
    private IProducer<byte[]?, byte[]>? producer;
    private bool readBack = true;
    private long readAfter;
    private bool rebuild;
    private TimeSpan backoff = TimeSpan.Zero;
    private int failures;
    private string? failingBecause;

    public OutboxRelay(
        MessagingOptions options, ServiceDatabase database, MessagingMetrics metrics, DeliveryJournal journal, TimeProvider time,
        ILogger<OutboxRelay> logger, IFaultPoints? faults = null)
    {
        this.options = options;
        this.database = database;
        this.metrics = metrics;
        this.journal = journal;
        this.time = time;
        this.faults = faults;
        this.logger = logger;
        metrics.ObserveOutbox(() => Pending, OldestAge);
    }

    /// <summary>Raised when rows have been acknowledged and none were waiting for their removal.</summary>
    public event Action? AcknowledgementsWaiting;

    /// <summary>Raised after Kafka has acknowledged a row, on the producer's thread.</summary>
    public event Action<OutboundEvent>? Acknowledgement;

    /// <summary>Rows in memory that Kafka has not acknowledged.</summary>
    public int Pending
    {
        get
        {
            lock (gate)
            {
                return inFlight.Count + waiting.Count;
            }
        }
    }

    public string? FailingBecause
    {
        get
        {
            lock (gate)
            {
                return failingBecause;
            }
        }
    }

    public bool HasAcknowledgements
    {
        get
        {
            lock (gate)
            {
                return acknowledged.Count > 0;
            }
        }
    }

    /// <summary>Takes rows that have just been committed; on the writer's thread.</summary>
    /// <param name="blocked">Sequence numbers that another instance must precede.</param>
    public void Send(IReadOnlyList<OutboxRow> rows, IReadOnlySet<long> blocked)
    {
        if (rows.Count == 0)
            return;

        var wakePump = false;
        lock (gate)
        {
            foreach (var row in rows)
            {
                if (readBack || inFlight.Count + waiting.Count >= MaxInMemory)
                {
                    // From here on the database is the queue, until the pump has caught up with it.
                    wakePump |= !readBack;
                    readBack = true;
                    continue;
                }

                readAfter = row.Seq;
                SendOrHold(row, blocked);
                wakePump |= blocked.Contains(row.Seq);
            }
        }

        if (wakePump)
        {
            Wake();
        }
    }

    /// <summary>Acknowledged rows to remove, in ascending order.</summary>
    public IReadOnlyList<long> Acknowledged()
    {
        lock (gate)
        {
            return acknowledged.Count == 0 ? [] : [.. acknowledged];
        }
    }

    /// <summary>These rows have been removed.</summary>
    public void Forget(IReadOnlyList<long> removed)
    {
        if (removed.Count == 0)
            return;

        lock (gate)
        {
            acknowledged.ExceptWith(removed);
        }
    }

    /// <summary>
    /// The database may hold rows that were never handed over: read them from the beginning, before anything younger is
    /// sent. Rows that become this instance's are announced before the commit that makes them so.
    /// </summary>
    public void ReadBack()
    {
        lock (gate)
        {
            readBack = true;
            readAfter = 0;
        }

        Wake();
    }

    /// <summary>Sends what has to wait: failed rows, rows behind another instance's, rows read back.</summary>
    public async Task RunAsync(ILocalTransactions transactions, CancellationToken cancellationToken)
    {
        while (true)
        {
            var pause = await PumpAsync(transactions, cancellationToken);
            await wake.WaitAsync(pause, cancellationToken);
        }
    }

    /// <summary>Waits until everything in memory is acknowledged, at most this long.</summary>
    public void Flush(TimeSpan timeout)
    {
        IProducer<byte[]?, byte[]>? flushed;
        lock (gate)
        {
            flushed = producer;
        }

        flushed?.Flush(timeout);
    }

    public void Dispose()
    {
        IProducer<byte[]?, byte[]>? last;
        lock (gate)
        {
            last = producer;
            producer = null;
            // No row is sent from now on: the database keeps it for the next start.
            readBack = true;
        }

        // Outside the gate: disposing waits for reports, and they need it.
        last?.Dispose();

        wake.Dispose();
    }

    private double OldestAge()
    {
        lock (gate)
        {
            DateTimeOffset? oldest = null;
            foreach (var row in inFlight.Values)
            {
                if (oldest is null || row.CreatedAt < oldest)
                    oldest = row.CreatedAt;
            }

            foreach (var row in waiting.Values)
            {
                if (oldest is null || row.CreatedAt < oldest)
                    oldest = row.CreatedAt;
            }

            return oldest is { } at ? (time.GetUtcNow() - at).TotalSeconds : 0;
        }
    }

    private void Wake()
    {
        if (wake.CurrentCount == 0)
        {
            wake.Release();
        }
    }

    /// <summary>One round; returns how long the next may wait unless it is woken.</summary>
    private async Task<TimeSpan> PumpAsync(ILocalTransactions transactions, CancellationToken cancellationToken)
    {
        bool read;
        bool foreign;
        TimeSpan delay;
        lock (gate)
        {
            RebuildIfFatal();
            delay = backoff;
            foreign = foreignBlocked.Count > 0;
        }

        if (delay > TimeSpan.Zero)
        {
            await Task.Delay(delay, time, cancellationToken);
        }

        if (foreign)
        {
            await using var connection = await database.OpenReadAsync(cancellationToken);
            var held = OutboxStatements.ForeignKeys(connection, null, options.InstanceId);
            lock (gate)
            {
                foreignBlocked.RemoveWhere(seq => !waiting.TryGetValue(seq, out var row) || row.Order is not { } key
                    || !held.TryGetValue(key, out var oldest) || oldest > seq);
            }
        }

        // Only now: a row that no other instance precedes any more may be free because its predecessor has become ours.
        lock (gate)
        {
            read = readBack && (inFlight.Count + waiting.Count < MaxInMemory / 2 || (waiting.Count > 0 && waiting.Keys.First() > readAfter));
        }

        var more = read && await transactions.ExecuteAsync(ReadPage, cancellationToken);
        lock (gate)
        {
            SendWaiting();
            return more ? TimeSpan.Zero
                : foreignBlocked.Count > 0 ? ForeignPoll
                : waiting.Count > 0 || readBack ? TimeSpan.FromMilliseconds(200)
                : Timeout.InfiniteTimeSpan;
        }
    }

    /// <summary>Reads the next page on the writer's thread, where no other row of this instance can be committed meanwhile.</summary>
    private bool ReadPage(IUnitOfWork work)
    {
        long after;
        lock (gate)
        {
            after = readAfter;
        }

        // Rows of the group that runs now are not durable yet; the next page has them.
        var fresh = ((UnitOfWork)work).Published;
        var page = OutboxStatements.Page(work, options.InstanceId, after, fresh.Count > 0 ? fresh[0].Seq : long.MaxValue, PageSize);
        var blocked = OutboxStatements.OlderElsewhere(work.Connection, work.Transaction, options.InstanceId, page);
        lock (gate)
        {
            foreach (var row in page)
            {
                if (!inFlight.ContainsKey(row.Seq) && !waiting.ContainsKey(row.Seq) && !acknowledged.Contains(row.Seq))
                {
                    SendOrHold(row, blocked);
                }

                // Not before: a row whose sending broke off is read again.
                readAfter = row.Seq;
            }

            readBack = page.Count == PageSize || fresh.Count > 0;
            return readBack;
        }
    }

    private void SendOrHold(OutboxRow row, IReadOnlySet<long> blocked)
    {
        if (blocked.Contains(row.Seq))
        {
            foreignBlocked.Add(row.Seq);
            Hold(row);
        }
        else if (row.Order is { } key && waitingKeys.ContainsKey(key))
        {
            Hold(row);
        }
        else
        {
            Produce(row);
        }
    }

    private void Hold(OutboxRow row)
    {
        if (waiting.TryAdd(row.Seq, row) && row.Order is { } key)
        {
            waitingKeys[key] = waitingKeys.GetValueOrDefault(key) + 1;
        }
    }

    private void SendWaiting()
    {
        backoff = TimeSpan.Zero;
        if (waiting.Count == 0)
        {
            failingBecause = null;
            return;
        }

        var held = new HashSet<OrderKey>();
        foreach (var row in waiting.Values.ToArray())
        {
            // An older row of its key may still have to be read.
            if (readBack && row.Seq > readAfter)
                break;

            var blocked = foreignBlocked.Contains(row.Seq) || (row.Order is { } key && held.Contains(key));
            if (blocked)
            {
                if (row.Order is { } order)
                    held.Add(order);
                continue;
            }

            waiting.Remove(row.Seq);
            if (row.Order is { } released && --waitingKeys[released] == 0)
            {
                waitingKeys.Remove(released);
            }

            Produce(row);
            if (waiting.ContainsKey(row.Seq))
                break;
        }
    }
}
