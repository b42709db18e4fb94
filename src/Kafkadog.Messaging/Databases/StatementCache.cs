using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace Kafkadog.Messaging.Databases;

/// <summary>
/// A SQLite connection that keeps each statement prepared, whoever made the command: Dapper compiles the SQL text anew
/// for every call otherwise, which costs more than running it. Used by one thread, the writer.
/// </summary>
internal sealed class StatementCache(SqliteConnection inner) : DbConnection
{
    private const int Capacity = 256;
    private readonly Dictionary<string, SqliteCommand> prepared = new(StringComparer.Ordinal);
    private SqliteTransaction? current;

    public SQLitePCL.sqlite3? Handle => inner.Handle;

    [AllowNull]
    public override string ConnectionString { get => inner.ConnectionString; set => inner.ConnectionString = value; }

    public override string Database => inner.Database;

    public override string DataSource => inner.DataSource;

    public override string ServerVersion => inner.ServerVersion;

    public override ConnectionState State => inner.State;

    public override void ChangeDatabase(string databaseName) => inner.ChangeDatabase(databaseName);

    public override void Open() => inner.Open();

    public override void Close()
    {
        foreach (var command in prepared.Values)
        {
            command.Dispose();
        }

        prepared.Clear();
        inner.Close();
    }

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) =>
        current = inner.BeginTransaction(IsolationLevel.Serializable, deferred: false);

    protected override DbCommand CreateDbCommand() => new Command(this);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Close();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private SqliteCommand Prepared(string sql)
    {
        if (prepared.TryGetValue(sql, out var command))
        {
            command.Transaction = InTransaction();
            return command;
        }

        if (prepared.Count == Capacity)
        {
            // Only SQL text built from values gets here; starting over keeps the bound without a usage list.
            foreach (var old in prepared.Values)
            {
                old.Dispose();
            }

            prepared.Clear();
        }

        command = inner.CreateCommand();
        command.CommandText = sql;
        command.Transaction = InTransaction();
        prepared.Add(sql, command);
        return command;
    }

    private SqliteTransaction? InTransaction() => current?.Connection is null ? current = null : current;

    private sealed class Command(StatementCache owner) : DbCommand
    {
        // Only its parameter list is used; a list cannot be made alone.
        private readonly SqliteCommand shell = new();

        [AllowNull]
        public override string CommandText { get; set => field = value ?? ""; } = "";

        public override int CommandTimeout { get; set; } = 30;

        public override CommandType CommandType { get; set; } = CommandType.Text;

        public override bool DesignTimeVisible { get; set; }

        public override UpdateRowSource UpdatedRowSource { get; set; }

        protected override DbConnection? DbConnection { get => owner; set { } }

        protected override DbParameterCollection DbParameterCollection => shell.Parameters;

        protected override DbTransaction? DbTransaction { get => owner.current; set { } }

        public override void Cancel()
        {
        }

        public override int ExecuteNonQuery() => Bound().ExecuteNonQuery();

        public override object? ExecuteScalar() => Bound().ExecuteScalar();

        public override void Prepare()
        {
        }

        protected override DbParameter CreateDbParameter() => new SqliteParameter();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) =>
            Bound().ExecuteReader(behavior & ~CommandBehavior.CloseConnection);

        private SqliteCommand Bound()
        {
            var command = owner.Prepared(CommandText);
            command.Parameters.Clear();
            foreach (SqliteParameter parameter in shell.Parameters)
            {
                command.Parameters.Add(parameter);
            }

            return command;
        }
    }
}
