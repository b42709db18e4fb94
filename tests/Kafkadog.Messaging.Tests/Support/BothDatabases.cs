using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Kafkadog.Messaging.Tests.Support;

/// <summary>The database of one test. A class of tests over both is abstract and has one descendant for each.</summary>
internal abstract class TestDatabase : IDisposable
{
    public abstract DatabaseOptions Options { get; }

    /// <summary>A connection beside the service's own, for what happens behind its back.</summary>
    public abstract DbConnection Connect();

    public abstract void Dispose();

    public static TestDatabase Sqlite() => new OnSqlite();

    /// <summary>Skips the test where there is no PostgreSQL.</summary>
    public static TestDatabase Postgres(PostgresServer server) => new OnPostgres(server.NewDatabase());

    private sealed class OnSqlite : TestDatabase
    {
        private readonly TempDatabase file = new();

        public override DatabaseOptions Options => file.Options;

        public override DbConnection Connect() => new SqliteConnection("Data Source=" + file.Options.Path);

        public override void Dispose() => file.Dispose();
    }

    private sealed class OnPostgres(DatabaseOptions options) : TestDatabase
    {
        public override DatabaseOptions Options => options;

        public override DbConnection Connect() => new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(options.ConnectionString) { SearchPath = options.Schema, Pooling = false }.ConnectionString);

        public override void Dispose()
        {
            // The server goes with the test run, and the schema with it.
        }
    }
}
