using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Kafkadog.Messaging.Databases;

internal sealed class SqliteDatabase(string path) : ServiceDatabase
{
    // Result codes of https://www.sqlite.org/rescode.html
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Full = 13;
    private const int CannotOpen = 14;

    private readonly string connectionString = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30 }.ConnectionString;

    public override SqlDialect Dialect => SqlDialect.Sqlite;

    public override void Prepare()
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            try
            {
                Directory.CreateDirectory(folder);
            }
            catch (Exception error) when (error is UnauthorizedAccessException or IOException)
            {
                throw NotWritable(error);
            }
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

    public override DatabaseUnavailableException? Unavailable(Exception error) => error switch
    {
        SqliteException { SqliteErrorCode: Busy or Locked } => new(
            $"the database {path} is locked by another process", "end the program that holds it", error),
        SqliteException { SqliteErrorCode: Full } => new(
            $"the disk that holds {path} is full", "free some space there", error),
        SqliteException { SqliteErrorCode: ReadOnly or CannotOpen } => NotWritable(error),
        SqliteException { SqliteErrorCode: InputOutput } => new(
            $"the database {path} cannot be read or written ({error.Message.TrimEnd('.')})", "check its disk, and the space on it", error),
        _ => null,
    };

    private DatabaseUnavailableException NotWritable(Exception error) => new(
        $"the database {path} cannot be written ({error.Message.TrimEnd('.')})",
        "make its directory writable for this user, or choose another one with --data-dir",
        error);
}
