using System.Data.Common;
using System.Text;

namespace Kafkadog.Messaging.Databases;

/// <summary>
/// One statement of the writer: prepared once per connection, its parameters only change value. Values keep their order
/// from call to call, so that each finds its parameter without looking for the name.
/// </summary>
internal abstract class Statement : IDisposable
{
    /// <param name="parameters">The names, without the @, in the order in which the values will come.</param>
    public static Statement Create(DbConnection connection, string sql, params ReadOnlySpan<string> parameters) =>
        connection is StatementCache { Handle: { } handle } ? new SqliteStatement(handle, sql, parameters) : new Ado(connection, sql, parameters);

    /// <summary>
    /// Runs it; returns the number of changed rows. Ids are stored as text, moments as Unix milliseconds, flags as 0 and 1,
    /// enumerations by name; memory of bytes is text in UTF-8, an array of bytes is a blob.
    /// </summary>
    public int Execute(DbTransaction transaction, params ReadOnlySpan<object?> values)
    {
        Begin(transaction);
        for (var i = 0; i < values.Length; i++)
        {
            Bind(i, values[i]);
        }

        return Run();
    }

    public int Execute(DbTransaction transaction, ReadOnlySpan<(string Name, object? Value)> values)
    {
        Begin(transaction);
        Bind(values);
        return Run();
    }

    /// <summary>Runs it; returns the first column of the first row, which is a number, or null without a row.</summary>
    public object? Scalar(DbTransaction transaction, params ReadOnlySpan<object?> values)
    {
        Begin(transaction);
        for (var i = 0; i < values.Length; i++)
        {
            Bind(i, values[i]);
        }

        using var rows = Open();
        return rows.Next() ? rows.Row.GetInt64(0) : null;
    }

    /// <summary>Runs an INSERT; returns the generated key of its row, or null when it inserted none.</summary>
    /// <remarks>PostgreSQL says it by RETURNING. SQLite could too, but builds a table in memory for each such statement.</remarks>
    public long? Insert(DbTransaction transaction, params ReadOnlySpan<object?> values)
    {
        Begin(transaction);
        for (var i = 0; i < values.Length; i++)
        {
            Bind(i, values[i]);
        }

        return RunInsert();
    }

    /// <summary>Opens its rows; disposing them makes it ready for the next call.</summary>
    public ISqlRows Query(DbTransaction transaction, ReadOnlySpan<(string Name, object? Value)> values)
    {
        Begin(transaction);
        Bind(values);
        return Open();
    }

    public abstract void Dispose();

    protected abstract void Begin(DbTransaction transaction);

    protected abstract void Bind(int parameter, object? value);

    protected abstract int Run();

    protected abstract long? RunInsert();

    protected abstract ISqlRows Open();

    private void Bind(ReadOnlySpan<(string Name, object? Value)> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            Bind(i, values[i].Value);
        }
    }

    private sealed class Ado : Statement
    {
        private readonly DbCommand command;

        public Ado(DbConnection connection, string sql, ReadOnlySpan<string> parameters)
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            foreach (var name in parameters)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = name;
                command.Parameters.Add(parameter);
            }
        }

        public override void Dispose() => command.Dispose();

        protected override void Begin(DbTransaction transaction) => command.Transaction = transaction;

        protected override void Bind(int parameter, object? value) => command.Parameters[parameter].Value = value switch
        {
            null => DBNull.Value,
            Guid id => id.ToString(),
            DateTimeOffset time => time.ToUnixTimeMilliseconds(),
            bool flag => flag ? 1L : 0L,
            int number => (long)number,
            Enum name => name.ToString(),
            ReadOnlyMemory<byte> utf8 => Encoding.UTF8.GetString(utf8.Span),
            _ => value,
        };

        protected override int Run() => command.ExecuteNonQuery();

        protected override long? RunInsert() => command.ExecuteScalar() as long?;

        protected override ISqlRows Open() => new Rows(command.ExecuteReader());

        private sealed class Rows(DbDataReader reader) : ISqlRows
        {
            public SqlRow Row { get; } = SqlRow.Of(reader);

            public bool Next() => reader.Read();

            public void Dispose() => reader.Dispose();
        }
    }
}

/// <summary>The rows of one run of a statement.</summary>
internal interface ISqlRows : IDisposable
{
    SqlRow Row { get; }

    bool Next();
}
