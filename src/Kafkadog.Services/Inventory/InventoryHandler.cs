using System.Text.Json;
using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Kafkadog.Messaging.Faults;
using Kafkadog.Services.Shared;

namespace Kafkadog.Services.Inventory;

/// <summary>Reserves every line of an order or none, in one transaction with the answer.</summary>
internal sealed class InventoryHandler(LiveSettings<InventoryOptions> settings, FaultRegistry faults, TimeProvider time) : IEventHandler
{
    /// <summary>The fault that rejects the next reservations.</summary>
    public const string RejectMode = "reject";

    private static readonly Dictionary<string, int> NoStock = [];

    public static string Schema(SqlDialect dialect, int initialStock) => $"""
        CREATE TABLE IF NOT EXISTS stock (
            product_id TEXT PRIMARY KEY,
            available BIGINT NOT NULL CHECK (available >= 0),
            reserved BIGINT NOT NULL CHECK (reserved >= 0),
            committed BIGINT NOT NULL CHECK (committed >= 0));
        CREATE TABLE IF NOT EXISTS reservations (
            order_id TEXT PRIMARY KEY,
            status TEXT NOT NULL,
            lines TEXT NOT NULL,
            updated_at BIGINT NOT NULL){dialect.Clustered()};
        INSERT INTO stock (product_id, available, reserved, committed)
        VALUES {string.Join(", ", Shop.Products.Select(p => $"('{p.ProductId}', {initialStock}, 0, 0)"))}
        ON CONFLICT (product_id) DO NOTHING;
        """;

    public async ValueTask<object?> PrepareAsync(InboundEvent received, int attempt, CancellationToken cancellationToken)
    {
        if (received.Body is OrderPlaced order)
        {
            await settings.Current.RunAsync(order.OrderId, attempt, time, cancellationToken);
            return faults.TakeSwitch(RejectMode, received);
        }

        return null;
    }

    public HandleResult Apply(InboundEvent received, object? prepared, IUnitOfWork work)
    {
        if (received.Body is not IOrderEvent order)
        {
            return HandleResult.Done;
        }

        var known = Find(work, order.OrderId);
        var available = known is null && order is OrderPlaced placed ? Available(work, placed) : NoStock;
        var step = Reservations.Decide(known, order, available, work.Now, prepared as string);

        foreach (var change in step.Changes ?? [])
        {
            work.Execute(
                """
                UPDATE stock SET available = available + @available, reserved = reserved + @reserved, committed = committed + @committed
                WHERE product_id = @product
                """,
                ("available", change.Available),
                ("reserved", change.Reserved),
                ("committed", change.Committed),
                ("product", change.ProductId));
        }

        if (step.Row is { } row && row != known)
        {
            Save(work, row, isNew: known is null);
        }

        if (step.Published is { } published)
        {
            work.Publish(ServiceIdentity.Inventory, published, received);
        }

        return HandleResult.Done;
    }

    private static Dictionary<string, int> Available(IUnitOfWork work, OrderPlaced order)
    {
        var stock = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in Reservations.Lines(order))
        {
            var found = work.Query(
                "SELECT available FROM stock WHERE product_id = @product" + work.ForUpdate(),
                r => (int)r.GetInt64(0),
                ("product", line.ProductId));
            if (found is [var available])
            {
                stock[line.ProductId] = available;
            }
        }

        return stock;
    }

    private static ReservationRow? Find(IUnitOfWork work, Guid orderId) => work.First(
        "SELECT status, lines FROM reservations WHERE order_id = @id" + work.ForUpdate(),
        r => new ReservationRow(
            orderId,
            Enum.Parse<ReservationStatus>(r.GetString(0)),
            JsonSerializer.Deserialize(r.GetString(1), InventoryJson.Default.IReadOnlyListStockLine)!),
        ("id", orderId));

    // A reservation keeps its lines, whatever becomes of it.
    private static void Save(IUnitOfWork work, ReservationRow row, bool isNew) => work.Execute(
        isNew
            ? "INSERT INTO reservations (order_id, status, lines, updated_at) VALUES (@id, @status, @lines, @now)"
            : "UPDATE reservations SET status = @status, updated_at = @now WHERE order_id = @id",
        ("id", row.OrderId),
        ("status", row.Status),
        ("lines", isNew ? JsonSerializer.Serialize(row.Lines, InventoryJson.Default.IReadOnlyListStockLine) : null),
        ("now", work.Now));
}

[System.Text.Json.Serialization.JsonSerializable(typeof(IReadOnlyList<StockLine>))]
internal sealed partial class InventoryJson : System.Text.Json.Serialization.JsonSerializerContext;
