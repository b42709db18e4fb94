using System.Data.Common;
using System.Globalization;

namespace Kafkadog.Messaging;

/// <summary>The current row of a query, from whichever database.</summary>
public abstract class SqlRow
{
    /// <summary>The rows that a reader of ADO.NET is at.</summary>
    public static SqlRow Of(DbDataReader reader) => new ReaderRow(reader);

    public abstract bool IsDBNull(int column);

    /// <summary>A whole number; the sums of PostgreSQL, which are decimals, as well.</summary>
    public abstract long GetInt64(int column);

    public abstract string GetString(int column);

    public abstract byte[] GetBytes(int column);

    /// <summary>An id, stored as text of the form <c>D</c>.</summary>
    public virtual Guid Id(int column) => Guid.ParseExact(GetString(column), "D");

    public string? Text(int column) => IsDBNull(column) ? null : GetString(column);

    public long? Number(int column) => IsDBNull(column) ? null : GetInt64(column);

    /// <summary>A moment, stored as Unix milliseconds.</summary>
    public DateTimeOffset Time(int column) => DateTimeOffset.FromUnixTimeMilliseconds(GetInt64(column));

    public DateTimeOffset? OptionalTime(int column) => IsDBNull(column) ? null : Time(column);

    private sealed class ReaderRow(DbDataReader reader) : SqlRow
    {
        public override bool IsDBNull(int column) => reader.IsDBNull(column);

        public override long GetInt64(int column) => Convert.ToInt64(reader.GetValue(column), CultureInfo.InvariantCulture);

        public override string GetString(int column) => reader.GetString(column);

        public override byte[] GetBytes(int column) => (byte[])reader.GetValue(column);
    }
}
