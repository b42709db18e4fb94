using System.Data.Common;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Kafkadog.Messaging.Databases;

/// <summary>One statement of the hot path: prepared once per connection, its parameters only change value.</summary>
internal abstract class Statement : IDisposable
{
    /// <param name="parameters">In the order in which they first appear in the text.</param>
    public static Statement Create(DbConnection connection, string sql, params ReadOnlySpan<string> parameters) =>
        connection is StatementCache { Handle: { } handle } ? new Raw(handle, sql) : new Ado(connection, sql, parameters);

    /// <summary>Runs it; returns the number of changed rows. Memory of bytes is text in UTF-8, an array of bytes is a blob.</summary>
    public abstract int Execute(DbTransaction transaction, params ReadOnlySpan<object?> values);

    /// <summary>Runs it; returns the first column of the first row, or null without a row.</summary>
    public abstract object? Scalar(DbTransaction transaction, params ReadOnlySpan<object?> values);

    public abstract void Dispose();

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

        public override int Execute(DbTransaction transaction, params ReadOnlySpan<object?> values)
        {
            Bind(transaction, values);
            return command.ExecuteNonQuery();
        }

        public override object? Scalar(DbTransaction transaction, params ReadOnlySpan<object?> values)
        {
            Bind(transaction, values);
            return command.ExecuteScalar();
        }

        public override void Dispose() => command.Dispose();

        private void Bind(DbTransaction transaction, ReadOnlySpan<object?> values)
        {
            command.Transaction = transaction;
            for (var i = 0; i < values.Length; i++)
            {
                command.Parameters[i].Value = values[i] switch
                {
                    null => DBNull.Value,
                    ReadOnlyMemory<byte> utf8 => Encoding.UTF8.GetString(utf8.Span),
                    var value => value,
                };
            }
        }
    }

    /// <summary>
    /// SQLite without ADO.NET in between, which looks every parameter up by its name each time and makes a reader for
    /// each call; together that costs more than the statement.
    /// </summary>
    private sealed class Raw : Statement
    {
        private readonly sqlite3 database;
        private readonly sqlite3_stmt statement;

        public Raw(sqlite3 database, string sql)
        {
            this.database = database;
            Check(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement));
        }

        public override int Execute(DbTransaction transaction, params ReadOnlySpan<object?> values)
        {
            Bind(values);
            Step();
            raw.sqlite3_reset(statement);
            return raw.sqlite3_changes(database);
        }

        public override object? Scalar(DbTransaction transaction, params ReadOnlySpan<object?> values)
        {
            Bind(values);
            object? value = Step() ? raw.sqlite3_column_int64(statement, 0) : null;
            raw.sqlite3_reset(statement);
            return value;
        }

        public override void Dispose() => statement.Dispose();

        private bool Step()
        {
            var code = raw.sqlite3_step(statement);
            if (code is raw.SQLITE_ROW or raw.SQLITE_DONE)
                return code == raw.SQLITE_ROW;

            try
            {
                Check(code);
            }
            finally
            {
                raw.sqlite3_reset(statement);
            }

            return false;
        }

        private void Bind(ReadOnlySpan<object?> values)
        {
            for (var i = 0; i < values.Length; i++)
            {
                Check(values[i] switch
                {
                    null => raw.sqlite3_bind_null(statement, i + 1),
                    string text => raw.sqlite3_bind_text(statement, i + 1, text),
                    long number => raw.sqlite3_bind_int64(statement, i + 1, number),
                    int number => raw.sqlite3_bind_int(statement, i + 1, number),
                    ReadOnlyMemory<byte> utf8 => raw.sqlite3_bind_text(statement, i + 1, utf8.Span),
                    byte[] bytes => raw.sqlite3_bind_blob(statement, i + 1, bytes),
                    var other => throw new ArgumentException($"No binding for {other.GetType()}.", nameof(values)),
                });
            }
        }

        private void Check(int code) => SqliteException.ThrowExceptionForRC(code, database);
    }
}
