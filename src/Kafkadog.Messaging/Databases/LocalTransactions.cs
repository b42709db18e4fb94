using System.Data.Common;
using Kafkadog.Messaging.Outbox;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Messaging.Databases;

/// <summary>
/// The single writer: one thread that takes what has queued up meanwhile, runs it, makes all of it durable with one commit,
/// and hands the new outbox rows to the relay. Work that fails is undone alone. Owned by its thread: the connection and the
/// unit of work; the queue is shared under its lock.
/// </summary>
internal sealed partial class LocalTransactions : ILocalTransactions, IDisposable
{
    private const int MaxWaitingCallers = 10_000;

    /// <summary>After a group of this size more is likely to come soon.</summary>
    private const int BusyGroup = 8;

    private static readonly TimeSpan AcknowledgeDelay = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// How long a busy writer gathers: a commit costs the same pages and the same flush for few pieces of work as for many.
    /// With little to do nothing waits.
    /// </summary>
    private static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(4);

    private static readonly TimeSpan MinBackoff = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(1);

    private readonly ServiceDatabase database;
    private readonly OutboxRelay relay;
    private readonly MessagingOptions options;
    private readonly TimeProvider time;
    private readonly IFaultPoints? faults;
    private readonly ILogger<LocalTransactions> logger;
    private readonly SemaphoreSlim room = new(MaxWaitingCallers);
    private readonly object queueLock = new();
    private readonly Thread thread;
    private Queue<WriterItem> queue = new();
    private bool stopping;
    private UnitOfWork? work;
    private OutboxStatements? outbox;
    private TimeSpan backoff = MinBackoff;
    private volatile string? unavailableBecause;

    public LocalTransactions(
        ServiceDatabase database, OutboxRelay relay, MessagingOptions options, TimeProvider time,
        ILogger<LocalTransactions> logger, IFaultPoints? faults = null)
    {
        this.database = database;
        this.relay = relay;
        this.options = options;
        this.time = time;
        this.faults = faults;
        this.logger = logger;
        thread = new Thread(Run) { IsBackground = true, Name = "writer " + options.ServiceName };
        relay.AcknowledgementsWaiting += Wake;
    }

    /// <summary>Why the database cannot be written now, or null.</summary>
    public string? UnavailableBecause => unavailableBecause;

    public void Start() => thread.Start();

    /// <summary>Finishes what is queued, then ends the thread.</summary>
    public void Stop()
    {
        lock (queueLock)
        {
            stopping = true;
            Monitor.Pulse(queueLock);
        }

        if (thread.IsAlive && Thread.CurrentThread != thread)
        {
            thread.Join();
        }
    }

    public async Task<T> ExecuteAsync<T>(Func<IUnitOfWork, T> work, CancellationToken cancellationToken)
    {
        await room.WaitAsync(cancellationToken);
        try
        {
            var item = new CallbackItem<T>(work, cancellationToken);
            Enqueue(item);
            return await item.Task;
        }
        finally
        {
            room.Release();
        }
    }

    /// <summary>Queues work whose number its sender bounds.</summary>
    public void Enqueue(WriterItem item)
    {
        lock (queueLock)
        {
            if (!stopping)
            {
                queue.Enqueue(item);
                if (queue.Count == 1)
                {
                    Monitor.Pulse(queueLock);
                }

                return;
            }
        }

        item.Completed(new ObjectDisposedException(nameof(LocalTransactions), "The service is stopping."));
    }

    public void Dispose()
    {
        Stop();
        room.Dispose();
    }

    private void Wake()
    {
        lock (queueLock)
        {
            Monitor.Pulse(queueLock);
        }
    }

    private void Run()
    {
        var group = new List<WriterItem>(options.BatchSize);
        var busy = false;
        while (Take(group, busy))
        {
            RunGroup(group);
            busy = group.Count >= BusyGroup;
            group.Clear();
        }

        Close();
    }

    /// <summary>Waits for work; false when stopped and everything is done.</summary>
    private bool Take(List<WriterItem> group, bool busy)
    {
        lock (queueLock)
        {
            while (queue.Count == 0)
            {
                if (stopping)
                    return relay.HasAcknowledgements && unavailableBecause is null;

                if (relay.HasAcknowledgements)
                {
                    // Removing sent rows is not urgent: let it ride on the next commit if one comes soon.
                    if (!Monitor.Wait(queueLock, AcknowledgeDelay))
                        return true;
                }
                else
                {
                    Monitor.Wait(queueLock);
                }
            }

            if (busy && queue.Count < options.BatchSize / 2 && !stopping)
            {
                Monitor.Wait(queueLock, GatherTime);
            }

            while (group.Count < options.BatchSize && queue.TryDequeue(out var item))
            {
                group.Add(item);
            }

            return true;
        }
    }

    private void RunGroup(List<WriterItem> group)
    {
        var errors = new Exception?[group.Count];
        try
        {
            faults?.Hit(FaultPoint.BeforeTransaction, null);
            using var transaction = RunItems(group, errors);
            var blocked = outbox!.OlderElsewhere(transaction, work!.Published);
            var acknowledged = relay.Acknowledged();
            outbox.Remove(transaction, acknowledged);
            faults?.Hit(FaultPoint.BeforeDatabaseCommit, null);
            transaction.Commit();
            work.EndGroup();
            Available();
            relay.Forget(acknowledged);
            faults?.Hit(FaultPoint.AfterDatabaseCommit, null);
            relay.Send(work.Published, blocked);
        }
        catch (Exception exception)
        {
            // The whole group is undone. Its senders decide: deliveries try again, callers see the exception.
            Exception error = exception;
            if (database.Unavailable(exception) is { } unavailable)
            {
                error = unavailable;
                NotAvailable(unavailable);
            }
            else
            {
                GroupFailed(exception);
            }

            Close();
            Array.Fill(errors, error);
            relay.ReadBack();
        }

        for (var i = 0; i < group.Count; i++)
        {
            group[i].Completed(errors[i]);
        }

        if (unavailableBecause is not null)
            Pause();
    }

    /// <summary>
    /// Runs the group in a transaction, which is still open afterwards. It has no savepoints: for each of them SQLite copies
    /// every page that is written next, and nearly all work succeeds. When a piece fails all the same, the group is undone
    /// and runs again without it, now behind savepoints.
    /// </summary>
    private DbTransaction RunItems(List<WriterItem> group, Exception?[] errors)
    {
        var transaction = Begin();
        work!.BeginGroup(transaction);
        for (var i = 0; i < group.Count; i++)
        {
            try
            {
                work.BeginItem();
                group[i].Run(work);
            }
            catch (Exception exception) when (database.Unavailable(exception) is null)
            {
                errors[i] = exception;
                transaction.Rollback();
                transaction.Dispose();
                return RunItemsSingly(group, errors);
            }
        }

        return transaction;
    }

    private DbTransaction RunItemsSingly(List<WriterItem> group, Exception?[] errors)
    {
        var transaction = Begin();
        work!.BeginGroup(transaction);
        for (var i = 0; i < group.Count; i++)
        {
            errors[i] ??= RunItem(group[i]);
        }

        return transaction;
    }

    private Exception? RunItem(WriterItem item)
    {
        work!.BeginUndoableItem();
        try
        {
            item.Run(work);
        }
        catch (Exception exception) when (database.Unavailable(exception) is null)
        {
            work.RollBackItem();
            return exception;
        }

        work.KeepItem();
        return null;
    }

    private DbTransaction Begin()
    {
        if (work is null)
        {
            var connection = database.OpenWriter();
            work = new UnitOfWork(database, connection, options.InstanceId, time);
            outbox = new OutboxStatements(connection, options.InstanceId);
        }

        return database.BeginWrite(work.Connection);
    }

    /// <summary>Only a commit proves that the database can be written: a full disk lets a transaction begin.</summary>
    private void Available()
    {
        if (unavailableBecause is null)
            return;

        unavailableBecause = null;
        backoff = MinBackoff;
        DatabaseAvailable();
    }

    private void NotAvailable(DatabaseUnavailableException exception)
    {
        if (!string.Equals(unavailableBecause, exception.Message, StringComparison.Ordinal))
            DatabaseUnavailable(exception.Problem, exception.Next);

        unavailableBecause = exception.Message;
    }

    /// <summary>What could not be written comes again at once: give the database time.</summary>
    private void Pause()
    {
        var since = time.GetTimestamp();
        lock (queueLock)
        {
            while (!stopping && backoff - time.GetElapsedTime(since) is { Ticks: > 0 } left)
            {
                Monitor.Wait(queueLock, left);
            }
        }

        backoff = backoff * 2 > MaxBackoff ? MaxBackoff : backoff * 2;
    }

    private void Close()
    {
        outbox?.Dispose();
        work?.Dispose();
        outbox = null;
        work = null;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A local transaction failed and was rolled back")]
    private partial void GroupFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Nothing can be stored: {Problem}. Next: {Next}. The service goes on by itself afterwards")]
    private partial void DatabaseUnavailable(string problem, string next);

    [LoggerMessage(Level = LogLevel.Information, Message = "The database can be written again")]
    private partial void DatabaseAvailable();
}
