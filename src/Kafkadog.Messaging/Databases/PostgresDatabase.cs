using System.Data;
using System.Data.Common;
using Npgsql;

namespace Kafkadog.Messaging.Databases;

internal sealed class PostgresDatabase : ServiceDatabase
{
    private readonly string writer;
    private readonly string reader;
    private readonly string schema;

    public PostgresDatabase(DatabaseOptions options)
    {
        schema = options.Schema;
        var settings = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            SearchPath = schema,
            // Statements are prepared on the server on their second use and kept with the connection.
            MaxAutoPrepare = 100,
            AutoPrepareMinUsages = 2,
        };
        writer = new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Pooling = false }.ConnectionString;
        settings.Options = "-c default_transaction_read_only=on";
        reader = settings.ConnectionString;
    }

    public override SqlDialect Dialect => SqlDialect.Postgres;

    public override void Prepare()
    {
        using var connection = OpenWriter();
        using var command = connection.CreateCommand();
        command.CommandText = $"CREATE SCHEMA IF NOT EXISTS \"{schema.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        command.ExecuteNonQuery();
    }

    public override async ValueTask<DbConnection> OpenReadAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(reader);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    public override DbConnection OpenWriter()
    {
        var connection = new NpgsqlConnection(writer);
        connection.Open();
        return connection;
    }

    public override DbTransaction BeginWrite(DbConnection writer) => writer.BeginTransaction(IsolationLevel.ReadCommitted);

    public override DatabaseUnavailableException? Unavailable(Exception error) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => new("the disk of the PostgreSQL server is full", "free some space there", error),
        // Connections, resources, and an operator's interventions; a deadlock is between two pieces of work.
        PostgresException { SqlState: ['0', '8', ..] or ['5', '3', ..] or ['5', '7', 'P', ..] } => new(
            $"PostgreSQL does not serve ({error.Message})", "see the log of the server", error),
        NpgsqlException and not PostgresException => new(
            $"PostgreSQL does not answer ({error.Message})", "start it, or correct Messaging:Database:ConnectionString", error),
        _ => null,
    };
}
