using System.Text.Json;
using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Kafkadog.Services.Shared;

namespace Kafkadog.Services.Gateway;

/// <summary>The gateway's read model: it answers every question itself and asks no other service.</summary>
internal static class OrderViewStore
{
    public static string Schema(SqlDialect dialect) => $"""
        CREATE TABLE IF NOT EXISTS orders_view (
            order_id TEXT PRIMARY KEY,
            placed TEXT,
            payment TEXT NOT NULL,
            inventory TEXT NOT NULL,
            outcome TEXT,
            code TEXT,
            dead_lettered BIGINT NOT NULL,
            status TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL);
        CREATE INDEX IF NOT EXISTS orders_view_by_time ON orders_view (created_at, order_id);
        -- Most orders end here; those that have not, or otherwise, are few, so this index is small and cheap to change.
        CREATE INDEX IF NOT EXISTS orders_view_by_status ON orders_view (status, created_at, order_id) WHERE {NotCompleted};
        CREATE TABLE IF NOT EXISTS order_timeline (
            topic TEXT NOT NULL,
            part BIGINT NOT NULL,
            off BIGINT NOT NULL,
            order_id TEXT NOT NULL,
            event_id TEXT NOT NULL,
            type TEXT NOT NULL,
            at BIGINT NOT NULL,
            attempts BIGINT NOT NULL,
            target TEXT,
            detail TEXT,
            PRIMARY KEY (topic, part, off)){dialect.Clustered()};
        CREATE INDEX IF NOT EXISTS order_timeline_by_order ON order_timeline (order_id);
        CREATE TABLE IF NOT EXISTS idempotency_keys (
            idempotency_key TEXT PRIMARY KEY,
            fingerprint TEXT NOT NULL,
            order_id TEXT NOT NULL,
            created_at BIGINT NOT NULL){dialect.Clustered()};
        """;

    private const string NotCompleted = "status <> 'COMPLETED'";

    private const string Columns = "order_id, created_at, payment, inventory, outcome, code, dead_lettered, updated_at, placed";

    /// <summary>The order as far as its next event needs it: whether it was placed, and not what.</summary>
    public static OrderView? FindState(IUnitOfWork work, Guid orderId) => work.First(
        "SELECT order_id, created_at, payment, inventory, outcome, code, dead_lettered, updated_at, placed IS NOT NULL FROM orders_view WHERE order_id = @id" + work.ForUpdate(),
        r => ReadState(r) with { IsPlaced = r.GetInt64(8) == 1 },
        ("id", orderId));

    public static void Insert(IUnitOfWork work, OrderView view) => work.Execute(
        """
        INSERT INTO orders_view (order_id, created_at, placed, payment, inventory, outcome, code, dead_lettered, status, updated_at)
        VALUES (@id, @created_at, @placed, @payment, @inventory, @outcome, @code, @dead_lettered, @status, @updated_at)
        """,
        ("id", view.OrderId),
        ("created_at", view.CreatedAt),
        ("placed", Json(view.Placed)),
        ("payment", view.PaymentStatus),
        ("inventory", view.InventoryStatus),
        ("outcome", view.Outcome),
        ("code", view.Code),
        ("dead_lettered", view.IsDeadLettered),
        ("status", view.Status),
        ("updated_at", view.UpdatedAt));

    public static void Update(IUnitOfWork work, OrderView view) => work.Execute(
        """
        UPDATE orders_view SET payment = @payment, inventory = @inventory, outcome = @outcome, code = @code,
            dead_lettered = @dead_lettered, status = @status, updated_at = @updated_at
        WHERE order_id = @id
        """,
        ("id", view.OrderId),
        ("payment", view.PaymentStatus),
        ("inventory", view.InventoryStatus),
        ("outcome", view.Outcome),
        ("code", view.Code),
        ("dead_lettered", view.IsDeadLettered),
        ("status", view.Status),
        ("updated_at", view.UpdatedAt));

    /// <summary>The order itself, when an answer to it was read first.</summary>
    public static void SetPlaced(IUnitOfWork work, OrderView view) => work.Execute(
        "UPDATE orders_view SET created_at = @created_at, placed = @placed WHERE order_id = @id",
        ("id", view.OrderId),
        ("created_at", view.CreatedAt),
        ("placed", Json(view.Placed)));

    public static void AddToTimeline(IUnitOfWork work, Guid orderId, TimelineEntry entry, Guid eventId) => work.Execute(
        """
        INSERT INTO order_timeline (topic, part, off, order_id, event_id, type, at, attempts, target, detail)
        VALUES (@topic, @part, @off, @order, @event, @type, @at, @attempts, @target, @detail)
        ON CONFLICT (topic, part, off) DO NOTHING
        """,
        ("topic", entry.Topic),
        ("part", entry.Partition),
        ("off", entry.Offset),
        ("order", orderId),
        ("event", eventId),
        ("type", entry.Type),
        ("at", entry.Time),
        ("attempts", entry.Attempts),
        ("target", entry.Target),
        ("detail", entry.Detail));

    public static async Task<OrderView?> FindAsync(IDatabase database, Guid orderId, CancellationToken cancellationToken) =>
        (await database.QueryAsync(
            $"SELECT {Columns} FROM orders_view WHERE order_id = @id AND placed IS NOT NULL", Read, [("id", orderId)], cancellationToken))
        .FirstOrDefault();

    /// <summary>Those of the orders that have an outcome.</summary>
    public static Task<List<Guid>> SettledAsync(IDatabase database, IReadOnlyList<Guid> orderIds, CancellationToken cancellationToken) =>
        database.QueryAsync(
            $"SELECT order_id FROM orders_view WHERE outcome IS NOT NULL AND order_id IN ({string.Join(", ", orderIds.Select((_, i) => $"@id{i}"))})",
            r => r.Id(0),
            [.. orderIds.Select((id, i) => ($"id{i}", (object?)id))],
            cancellationToken);

    public static Task<List<TimelineEntry>> TimelineAsync(IDatabase database, Guid orderId, CancellationToken cancellationToken) =>
        database.QueryAsync(
            """
            SELECT topic, part, off, type, at, attempts, target, detail FROM order_timeline WHERE order_id = @id
            ORDER BY at, topic, off LIMIT 1000
            """,
            r => new TimelineEntry(
                r.GetString(0), (int)r.GetInt64(1), r.GetInt64(2), r.GetString(3), r.Time(4), (int)r.GetInt64(5), r.Text(6), r.Text(7)),
            [("id", orderId)],
            cancellationToken);

    /// <summary>Newest first; <paramref name="after"/> is the last order of the page before.</summary>
    public static Task<List<OrderView>> PageAsync(
        IDatabase database, string? status, PageCursor? after, int limit, CancellationToken cancellationToken)
    {
        List<(string, object?)> values = [("limit", limit)];
        var where = "placed IS NOT NULL";
        if (status is not null)
        {
            where += " AND status = @status";
            values.Add(("status", status));
            if (status != OrderView.Completed)
            {
                // Said in the index's own words, or SQLite does not use it.
                where += $" AND {NotCompleted}";
            }
        }

        if (after is { } cursor)
        {
            where += " AND (created_at < @at OR (created_at = @at AND order_id < @id))";
            values.Add(("at", cursor.CreatedAt));
            values.Add(("id", cursor.OrderId));
        }

        return database.QueryAsync(
            $"SELECT {Columns} FROM orders_view WHERE {where} ORDER BY created_at DESC, order_id DESC LIMIT @limit",
            Read,
            [.. values],
            cancellationToken);
    }

    private static string? Json(OrderPlaced? placed) =>
        placed is null ? null : JsonSerializer.Serialize(placed, ContractsJsonContext.Default.OrderPlaced);

    private static OrderView Read(SqlRow r)
    {
        var placed = r.Text(8) is { } json ? JsonSerializer.Deserialize(json, ContractsJsonContext.Default.OrderPlaced) : null;
        return ReadState(r) with { Placed = placed, IsPlaced = placed is not null };
    }

    private static OrderView ReadState(SqlRow r) => new(r.Id(0), r.Time(1))
    {
        PaymentStatus = r.GetString(2),
        InventoryStatus = r.GetString(3),
        Outcome = r.Text(4),
        Code = r.Text(5),
        IsDeadLettered = r.GetInt64(6) == 1,
        UpdatedAt = r.Time(7),
    };
}

/// <summary>One record of an order.</summary>
/// <param name="Attempts">Delayed attempts so far; 0 for a record that is not about a failure.</param>
/// <param name="Target">The consumer group that failed, for a retry or a dead letter.</param>
internal sealed record TimelineEntry(
    string Topic, int Partition, long Offset, string Type, DateTimeOffset Time, int Attempts, string? Target, string? Detail);

/// <summary>The place in the list of orders after which the next page starts; opaque to clients.</summary>
internal readonly record struct PageCursor(DateTimeOffset CreatedAt, Guid OrderId)
{
    public static PageCursor? Parse(string text)
    {
        var bytes = new byte[24];
        if (text.Length != 32
            || !System.Buffers.Text.Base64Url.IsValid(text, out var length)
            || length != bytes.Length
            || !System.Buffers.Text.Base64Url.TryDecodeFromChars(text, bytes, out _))
        {
            return null;
        }

        var time = System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(bytes);
        return time is < 0 or > 253_402_300_799_999
            ? null
            : new(DateTimeOffset.FromUnixTimeMilliseconds(time), new Guid(bytes.AsSpan(8), bigEndian: true));
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[24];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes, CreatedAt.ToUnixTimeMilliseconds());
        OrderId.TryWriteBytes(bytes[8..], bigEndian: true, out _);
        return System.Buffers.Text.Base64Url.EncodeToString(bytes);
    }
}
