using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Kafkadog.Messaging.Databases;

internal sealed class SqliteDatabase(string path) : ServiceDatabase
{
    // SQLITE_BUSY, SQLITE_LOCKED, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN
    private static readonly int[] Unavailable = [5, 6, 10, 13, 14];

    private readonly string connectionString = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30 }.ConnectionString;

    public override SqlDialect Dialect => SqlDialect.Sqlite;

    public override void Prepare()
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        using var connection = new SqliteConnection(connectionString);
        connection.Open();
        connection.Execute("PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL;");
    }

    public override async ValueTask<DbConnection> OpenReadAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await connection.ExecuteAsync("PRAGMA busy_timeout=5000; PRAGMA query_only=1;");
        return connection;
    }

    public override DbConnection OpenWriter()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        connection.Open();
        // FULL: with NORMAL a committed transaction may vanish on power loss while its Kafka offset is already committed.
        connection.Execute("PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY;");
        return new StatementCache(connection);
    }

    /// <summary>BEGIN IMMEDIATE: a transaction that turns from reading to writing later fails with BUSY at once.</summary>
    public override DbTransaction BeginWrite(DbConnection writer) => writer.BeginTransaction();

    public override bool IsUnavailable(DbException exception) =>
        exception is SqliteException sqlite && Unavailable.Contains(sqlite.SqliteErrorCode);
}
