using System.Buffers.Text;
using System.Data.Common;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Kafkadog.Messaging.Databases;

/// <summary>
/// SQLite without ADO.NET in between, which looks every parameter up by its name each time and makes a reader for
/// each call; together that costs more than the statement.
/// </summary>
internal sealed class SqliteStatement : Statement
{
    private const int GuidLength = 36;
    private const int MaxStackBytes = 512;

    private readonly sqlite3 database;
    private readonly sqlite3_stmt statement;
    private readonly int[] places;
    private readonly Rows rows;

    public SqliteStatement(sqlite3 database, string sql, ReadOnlySpan<string> parameters)
    {
        this.database = database;
        Check(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement));
        rows = new(this);
        places = new int[parameters.Length];
        for (var i = 0; i < places.Length; i++)
        {
            // A value that this statement does not use has place 0.
            places[i] = raw.sqlite3_bind_parameter_index(statement, "@" + parameters[i]);
        }
    }

    public override void Dispose() => statement.Dispose();

    protected override void Begin(DbTransaction transaction)
    {
        // The connection has one transaction at a time, and the statement runs in it.
    }

    protected override int Run()
    {
        Step();
        raw.sqlite3_reset(statement);
        return raw.sqlite3_changes(database);
    }

    protected override long? RunInsert() => Run() == 1 ? raw.sqlite3_last_insert_rowid(database) : null;

    protected override ISqlRows Open() => rows;

    protected override void Bind(int parameter, object? value)
    {
        var place = places[parameter];
        if (place == 0)
            return;

        Check(value switch
        {
            null => raw.sqlite3_bind_null(statement, place),
            string text => BindText(place, text),
            Guid id => BindId(place, id),
            long number => raw.sqlite3_bind_int64(statement, place, number),
            int number => raw.sqlite3_bind_int64(statement, place, number),
            bool flag => raw.sqlite3_bind_int64(statement, place, flag ? 1 : 0),
            DateTimeOffset time => raw.sqlite3_bind_int64(statement, place, time.ToUnixTimeMilliseconds()),
            ReadOnlyMemory<byte> utf8 => raw.sqlite3_bind_text(statement, place, utf8.Span),
            // Nothing at all has no address, and SQLite takes that for NULL.
            byte[] { Length: 0 } => raw.sqlite3_bind_zeroblob(statement, place, 0),
            byte[] bytes => raw.sqlite3_bind_blob(statement, place, bytes),
            Enum name => BindText(place, name.ToString()),
            var other => throw new ArgumentException($"No binding for {other.GetType()}.", nameof(value)),
        });
    }

    private int BindText(int place, string text)
    {
        if (text.Length == 0)
            return raw.sqlite3_bind_text(statement, place, text);

        if (text.Length > MaxStackBytes / 3)
            return raw.sqlite3_bind_text(statement, place, (ReadOnlySpan<byte>)Encoding.UTF8.GetBytes(text));

        Span<byte> utf8 = stackalloc byte[MaxStackBytes];
        return raw.sqlite3_bind_text(statement, place, (ReadOnlySpan<byte>)utf8[..Encoding.UTF8.GetBytes(text, utf8)]);
    }

    private int BindId(int place, Guid id)
    {
        Span<byte> utf8 = stackalloc byte[GuidLength];
        Utf8Formatter.TryFormat(id, utf8, out _);
        return raw.sqlite3_bind_text(statement, place, (ReadOnlySpan<byte>)utf8);
    }

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

    private void Check(int code) => SqliteException.ThrowExceptionForRC(code, database);

    /// <summary>One object for every run: a statement is open once at a time.</summary>
    private sealed class Rows(SqliteStatement owner) : SqlRow, ISqlRows
    {
        public SqlRow Row => this;

        public bool Next() => owner.Step();

        public void Dispose() => raw.sqlite3_reset(owner.statement);

        public override bool IsDBNull(int column) => raw.sqlite3_column_type(owner.statement, column) == raw.SQLITE_NULL;

        public override long GetInt64(int column) => raw.sqlite3_column_int64(owner.statement, column);

        public override string GetString(int column) => raw.sqlite3_column_text(owner.statement, column).utf8_to_string();

        public override byte[] GetBytes(int column) => raw.sqlite3_column_blob(owner.statement, column).ToArray();

        public override Guid Id(int column) =>
            Utf8Parser.TryParse(raw.sqlite3_column_blob(owner.statement, column), out Guid id, out var used, 'D') && used == GuidLength
                ? id
                : throw new FormatException($"Column {column} holds no id but '{GetString(column)}'.");
    }
}
