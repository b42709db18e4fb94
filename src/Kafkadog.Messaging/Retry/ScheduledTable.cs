using System.Data.Common;
using System.Text;
using Dapper;

namespace Kafkadog.Messaging.Retry;

/// <summary>An attempt that waits for its time, or an event that waits behind one.</summary>
/// <param name="Place">The order within a key: when the event first failed or was parked; later attempts keep it.</param>
/// <param name="Tries">Attempts made so far, those in place included.</param>
internal sealed record ScheduledAttempt(
    Guid RetryId,
    string Target,
    string OrderKey,
    long Place,
    DateTimeOffset DueAt,
    bool Parked,
    int RetryCount,
    int Tries,
    int Redrives,
    DateTimeOffset FirstFailedAt,
    ReceivedRecord Record);

/// <summary>SQL of the table <c>scheduled</c>.</summary>
internal static class ScheduledTable
{
    private const string Columns = """
        retry_id AS RetryId, target AS Target, order_key AS OrderKey, place AS Place, due_at AS DueAt, parked AS Parked,
        retry_count AS RetryCount, tries AS Tries, redrives AS Redrives, first_failed_at AS FirstFailedAt, topic AS Topic,
        part AS Part, off AS Off, ts AS Ts, record_key AS RecordKey, value AS Value, headers AS Headers
        """;

    /// <summary>False when this attempt is known already, done or not.</summary>
    public static bool Insert(IUnitOfWork work, ScheduledAttempt attempt)
    {
        using var text = new HeaderText();
        return work.Connection.Execute(
        """
        INSERT INTO scheduled (retry_id, target, order_key, place, due_at, parked, retry_count, tries, redrives, first_failed_at,
            topic, part, off, ts, record_key, value, headers)
        VALUES (@RetryId, @Target, @OrderKey, @Place, @DueAt, @Parked, @RetryCount, @Tries, @Redrives, @FirstFailedAt,
            @Topic, @Part, @Off, @Ts, @RecordKey, @Value, @Headers)
        ON CONFLICT DO NOTHING
        """,
        new Row
        {
            RetryId = attempt.RetryId.ToString(),
            Target = attempt.Target,
            OrderKey = attempt.OrderKey,
            Place = attempt.Place,
            DueAt = attempt.DueAt.ToUnixTimeMilliseconds(),
            Parked = attempt.Parked ? 1 : 0,
            RetryCount = attempt.RetryCount,
            Tries = attempt.Tries,
            Redrives = attempt.Redrives,
            FirstFailedAt = attempt.FirstFailedAt.ToUnixTimeMilliseconds(),
            Topic = attempt.Record.Topic,
            Part = attempt.Record.Partition,
            Off = attempt.Record.Offset,
            Ts = attempt.Record.Timestamp.ToUnixTimeMilliseconds(),
            RecordKey = attempt.Record.Key,
            Value = attempt.Record.Value,
            Headers = Encoding.UTF8.GetString(text.Write(attempt.Record.Headers).Span),
        },
        work.Transaction) == 1;
    }

    public static void Done(IUnitOfWork work, Guid retryId) => work.Connection.Execute(
        "UPDATE scheduled SET done_at = @at WHERE retry_id = @id",
        new { at = work.Now.ToUnixTimeMilliseconds(), id = retryId.ToString() },
        work.Transaction);

    /// <summary>How many attempts of a key wait.</summary>
    public static int Waiting(IUnitOfWork work, string target, string orderKey) => work.Connection.ExecuteScalar<int>(
        "SELECT COUNT(*) FROM scheduled WHERE target = @target AND order_key = @orderKey AND done_at IS NULL",
        new { target, orderKey },
        work.Transaction);

    public static long LastPlace(IUnitOfWork work, string target, string orderKey) => work.Connection.ExecuteScalar<long>(
        "SELECT COALESCE(MAX(place), 0) FROM scheduled WHERE target = @target AND order_key = @orderKey AND done_at IS NULL",
        new { target, orderKey },
        work.Transaction);

    /// <summary>
    /// Attempts whose time has come, the earliest first. A parked one comes only when nothing waits before it in its key;
    /// so does a delayed one when its own key is ordered, because it then has the lowest place.
    /// </summary>
    public static async Task<IReadOnlyList<ScheduledAttempt>> DueAsync(DbConnection connection, DateTimeOffset now, int limit)
    {
        var rows = await connection.QueryAsync<Row>(
            $"""
            SELECT {Columns} FROM scheduled s
            WHERE done_at IS NULL AND due_at <= @now AND (parked = 0 OR NOT EXISTS (
                SELECT 1 FROM scheduled earlier WHERE earlier.done_at IS NULL AND earlier.target = s.target
                    AND earlier.order_key = s.order_key AND earlier.place < s.place))
            ORDER BY due_at, place LIMIT @limit
            """,
            new { now = now.ToUnixTimeMilliseconds(), limit });
        return [.. rows.Select(ToAttempt)];
    }

    /// <summary>When the next attempt that is not due yet will be; null when none waits.</summary>
    public static async Task<DateTimeOffset?> NextDueAsync(DbConnection connection, DateTimeOffset after) =>
        await connection.ExecuteScalarAsync<long?>(
            "SELECT MIN(due_at) FROM scheduled WHERE done_at IS NULL AND due_at > @after",
            new { after = after.ToUnixTimeMilliseconds() }) is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;

    public static async Task<long> CountAsync(DbConnection connection) =>
        await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM scheduled WHERE done_at IS NULL");

    private static ScheduledAttempt ToAttempt(Row row) => new(
        Guid.Parse(row.RetryId), row.Target, row.OrderKey, row.Place, DateTimeOffset.FromUnixTimeMilliseconds(row.DueAt),
        row.Parked == 1, row.RetryCount, row.Tries, row.Redrives, DateTimeOffset.FromUnixTimeMilliseconds(row.FirstFailedAt),
        new(row.Topic, row.Part, row.Off, -1, DateTimeOffset.FromUnixTimeMilliseconds(row.Ts), row.RecordKey, row.Value, HeaderText.Read(row.Headers)));

    private sealed class Row
    {
        public string RetryId { get; set; } = "";

        public string Target { get; set; } = "";

        public string OrderKey { get; set; } = "";

        public long Place { get; set; }

        public long DueAt { get; set; }

        public int Parked { get; set; }

        public int RetryCount { get; set; }

        public int Tries { get; set; }

        public int Redrives { get; set; }

        public long FirstFailedAt { get; set; }

        public string Topic { get; set; } = "";

        public int Part { get; set; }

        public long Off { get; set; }

        public long Ts { get; set; }

        public byte[]? RecordKey { get; set; }

        public byte[]? Value { get; set; }

        public string Headers { get; set; } = "";
    }
}
