using System.Data.Common;

namespace Kafkadog.Messaging;

/// <summary>One event's share of a local transaction: its state, and the events it publishes through the outbox.</summary>
public interface IUnitOfWork
{
    DbConnection Connection { get; }

    DbTransaction Transaction { get; }

    SqlDialect Dialect { get; }

    DateTimeOffset Now { get; }

    /// <summary>
    /// Runs SQL that both databases understand and returns how many rows it changed. The statement stays prepared, so the
    /// text must be constant, and every call must give the same values in the same order. Ids are stored as text, moments
    /// as Unix milliseconds, flags as 0 and 1, enumerations by name.
    /// </summary>
    int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> values);

    /// <summary>Runs a query and makes something of every row.</summary>
    List<T> Query<T>(string sql, Func<SqlRow, T> map, params ReadOnlySpan<(string Name, object? Value)> values);

    /// <summary>Runs a query and makes something of its first row; null without one.</summary>
    T? First<T>(string sql, Func<SqlRow, T> map, params ReadOnlySpan<(string Name, object? Value)> values)
        where T : class;

    /// <summary>Adds an event to the outbox. It is sent after the commit, in the order of its key.</summary>
    void Publish(OutboundEvent published);

    /// <summary>
    /// Runs <paramref name="action"/> after this work is durable, and never when it is rolled back: for wake-ups and
    /// counters. It runs on the writer's thread, so it must be short, and must not throw.
    /// </summary>
    void OnCommitted(Action action);
}

/// <summary>The two databases the same SQL runs on.</summary>
public enum SqlDialect
{
    Sqlite,
    Postgres,
}

/// <summary>An event on its way to Kafka.</summary>
/// <param name="EventId">Unique in the outbox; the id that inboxes downstream know it by.</param>
/// <param name="Key">The partition key's text; null spreads records.</param>
public sealed record OutboundEvent(Guid EventId, string Topic, string? Key, byte[] Value, RecordHeaders Headers);
