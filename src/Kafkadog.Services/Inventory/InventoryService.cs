using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Kafkadog.Services.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Kafkadog.Services.Inventory;

/// <summary>Keeps the stock: reserves for orders, commits when they complete, releases when they are cancelled.</summary>
public static class InventoryService
{
    public static WebApplicationBuilder AddInventoryService(this WebApplicationBuilder builder)
    {
        var messaging = builder.AddServiceDefaults(ServiceIdentity.Inventory);
        var options = builder.Configuration.GetSection(InventoryOptions.Section).Get<InventoryOptions>() ?? new();
        messaging
            .AddSchema(dialect => InventoryHandler.Schema(dialect, options.InitialStock))
            .AddConsumer<InventoryHandler>(Groups.Inventory, Topics.Orders, Topics.Outcomes);
        builder.AddLiveSettings<InventoryOptions>(
            InventoryOptions.Section,
            fast: o => o with { MinDelayMs = 0, MaxDelayMs = 0, FailureRate = 0 });
        builder.Services.AddDatabaseGauge(
            "kafkadog.stock.available", "product", "SELECT product_id, available FROM stock", "Pieces that can be reserved");
        builder.Services.AddFaultSwitch(InventoryHandler.RejectMode);
        return builder;
    }

    public static WebApplication MapInventoryService(this WebApplication app)
    {
        app.MapServiceDefaults();
        app.MapLiveSettings<InventoryOptions>(InventoryOptions.Section);
        app.MapGet("/inventory", StockAsync).WithSummary("Stock by product");
        return app;
    }

    private static async Task<IResult> StockAsync(IDatabase database, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync(
            "SELECT product_id, available, reserved, committed FROM stock ORDER BY product_id",
            r => KeyValuePair.Create(r.GetString(0), new StockCounts(r.GetInt64(1), r.GetInt64(2), r.GetInt64(3))),
            [],
            cancellationToken);
        return TypedResults.Ok(new Dictionary<string, StockCounts>(rows, StringComparer.Ordinal));
    }

    private sealed record StockCounts(long Available, long Reserved, long Committed);
}
