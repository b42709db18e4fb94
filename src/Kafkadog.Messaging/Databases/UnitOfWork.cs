using System.Data.Common;
using System.Diagnostics;
using Kafkadog.Messaging.Outbox;

namespace Kafkadog.Messaging.Databases;

/// <summary>The writer's connection and statements. One object serves every item; owned by the writer's thread.</summary>
internal sealed class UnitOfWork : IUnitOfWork, IDisposable
{
    private readonly TimeProvider time;
    private readonly string owner;
    private readonly Statement savepoint;
    private readonly Statement release;
    private readonly Statement rollback;
    private readonly Statement outbox;
    private readonly Statement inbox;
    private readonly Statement keyWaiting;
    private readonly Dictionary<string, Statement> prepared = [];
    private readonly List<OutboxRow> published = [];
    private readonly List<Action> committed = [];
    private readonly HeaderText headerText = new();
    private DbTransaction? transaction;
    private int publishedBefore;
    private int committedBefore;

    public UnitOfWork(ServiceDatabase database, DbConnection connection, string owner, TimeProvider time)
    {
        this.time = time;
        this.owner = owner;
        Connection = connection;
        Dialect = database.Dialect;
        savepoint = Statement.Create(connection, "SAVEPOINT item");
        release = Statement.Create(connection, "RELEASE SAVEPOINT item");
        rollback = Statement.Create(connection, "ROLLBACK TO SAVEPOINT item");
        keyWaiting = Statement.Create(
            connection, "SELECT 1 FROM scheduled WHERE target = @target AND order_key = @key AND done_at IS NULL LIMIT 1", "target", "key");
        inbox = Statement.Create(
            connection,
            "INSERT INTO inbox (consumer, event_id, topic, part, off, processed_at) VALUES (@consumer, @id, @topic, @part, @off, @at) ON CONFLICT DO NOTHING",
            "consumer", "id", "topic", "part", "off", "at");
        outbox = Statement.Create(
            connection,
            "INSERT INTO outbox (event_id, topic, key, headers, payload, created_at, owner) VALUES (@id, @topic, @key, @headers, @payload, @at, @owner) ON CONFLICT DO NOTHING"
                + (Dialect == SqlDialect.Postgres ? " RETURNING seq" : ""),
            "id", "topic", "key", "headers", "payload", "at", "owner");
    }

    public DbConnection Connection { get; }

    public DbTransaction Transaction => transaction ?? throw new InvalidOperationException("A unit of work ends with its callback.");

    public SqlDialect Dialect { get; }

    public DateTimeOffset Now { get; private set; }

    /// <summary>The record whose handling runs now: its trace goes on in what is published.</summary>
    public ReceivedRecord? Handling { get; set; }

    /// <summary>Rows of the current group, in the order of their sequence.</summary>
    public IReadOnlyList<OutboxRow> Published => published;

    public void BeginGroup(DbTransaction begun)
    {
        transaction = begun;
        published.Clear();
        committed.Clear();
        Now = time.GetUtcNow();
    }

    /// <summary>The group is durable.</summary>
    public void EndGroup()
    {
        transaction = null;
        foreach (var action in committed)
        {
            action();
        }
    }

    public void BeginItem()
    {
        Handling = null;
        Now = time.GetUtcNow();
    }

    /// <summary>What follows, up to <see cref="KeepItem"/>, can be undone alone.</summary>
    public void BeginUndoableItem()
    {
        BeginItem();
        publishedBefore = published.Count;
        committedBefore = committed.Count;
        savepoint.Execute(Transaction);
    }

    public void KeepItem() => release.Execute(Transaction);

    public void RollBackItem()
    {
        rollback.Execute(Transaction);
        release.Execute(Transaction);
        published.RemoveRange(publishedBefore, published.Count - publishedBefore);
        committed.RemoveRange(committedBefore, committed.Count - committedBefore);
    }

    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> values) =>
        Prepared(sql, values).Execute(Transaction, values);

    public List<T> Query<T>(string sql, Func<SqlRow, T> map, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        ArgumentNullException.ThrowIfNull(map);
        using var rows = Prepared(sql, values).Query(Transaction, values);
        List<T> mapped = [];
        while (rows.Next())
        {
            mapped.Add(map(rows.Row));
        }

        return mapped;
    }

    public T? First<T>(string sql, Func<SqlRow, T> map, params ReadOnlySpan<(string Name, object? Value)> values)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(map);
        using var rows = Prepared(sql, values).Query(Transaction, values);
        return rows.Next() ? map(rows.Row) : null;
    }

    /// <summary>True when the consumer sees this event for the first time.</summary>
    public bool TryEnterInbox(string consumer, Guid eventId, ReceivedRecord record) => inbox.Execute(
        Transaction, consumer, eventId, record.Topic, record.Partition, record.Offset, Now) == 1;

    /// <summary>True when an attempt of this key waits for its time.</summary>
    public bool IsKeyWaiting(string target, string orderKey) => keyWaiting.Scalar(Transaction, target, orderKey) is not null;

    public void Publish(OutboundEvent published)
    {
        ArgumentNullException.ThrowIfNull(published);
        if (published.Headers["traceparent"] is null)
        {
            // Stored with the row: the record belongs to the trace of the work that decided it, not of the relay.
            published.Headers["traceparent"] = Activity.Current?.Id ?? Handling?.Headers["traceparent"];
            published.Headers["tracestate"] = Activity.Current is { } activity ? activity.TraceStateString : Handling?.Headers["tracestate"];
        }

        // An event that is in the outbox already is on its way; its derived id says that it is the same one.
        if (outbox.Insert(
            Transaction, published.EventId, published.Topic, published.Key, headerText.Write(published.Headers),
            published.Value, Now, owner) is { } seq)
        {
            this.published.Add(new(seq, published, Now));
        }
    }

    public void OnCommitted(Action action) => committed.Add(action);

    public void Dispose()
    {
        foreach (var statement in (Statement[])[savepoint, release, rollback, inbox, keyWaiting, outbox, .. prepared.Values])
        {
            statement.Dispose();
        }

        headerText.Dispose();
        Connection.Dispose();
    }

    private Statement Prepared(string sql, ReadOnlySpan<(string Name, object? Value)> values)
    {
        if (prepared.TryGetValue(sql, out var statement))
            return statement;

        var names = new string[values.Length];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = values[i].Name;
        }

        statement = Statement.Create(Connection, sql, names);
        prepared.Add(sql, statement);
        return statement;
    }
}
