using System.Data.Common;

namespace Kafkadog.Messaging.Databases;

/// <summary>How to reach one kind of database, and the few places where SQLite and PostgreSQL differ.</summary>
internal abstract class ServiceDatabase : IDatabase
{
    public abstract SqlDialect Dialect { get; }

    public static ServiceDatabase Create(DatabaseOptions options) => options.Provider switch
    {
        SqlDialect.Sqlite => new SqliteDatabase(options.Path),
        SqlDialect.Postgres => new PostgresDatabase(options),
        _ => throw new ArgumentOutOfRangeException(nameof(options), options.Provider, "Unknown database provider."),
    };

    public abstract ValueTask<DbConnection> OpenReadAsync(CancellationToken cancellationToken);

    /// <summary>The connection of the single writer: it prepares each statement once and keeps it.</summary>
    public abstract DbConnection OpenWriter();

    /// <summary>Begins a transaction that can write at once, without an upgrade that could fail half way.</summary>
    public abstract DbTransaction BeginWrite(DbConnection writer);

    /// <summary>
    /// What the error means when it is the database's own, and waiting or a new connection may help: busy, full, away.
    /// Null when the work itself is at fault.
    /// </summary>
    public abstract DatabaseUnavailableException? Unavailable(Exception error);

    /// <summary>Creates what must exist before any table does: the folder, the schema.</summary>
    public virtual void Prepare()
    {
    }
}
