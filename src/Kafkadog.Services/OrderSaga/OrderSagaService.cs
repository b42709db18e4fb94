using Kafkadog.Contracts;
using Kafkadog.Services.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Kafkadog.Services.OrderSaga;

/// <summary>Watches the answers to each order and settles its outcome, once.</summary>
public static class OrderSagaService
{
    public static WebApplicationBuilder AddOrderSagaService(this WebApplicationBuilder builder)
    {
        builder.AddServiceDefaults(ServiceIdentity.OrderSaga)
            .AddSchema(_ => SagaStore.Schema)
            .AddConsumer<SagaHandler>(Groups.OrderSaga, Topics.Orders, Topics.Payments, Topics.Inventory);
        builder.Services.AddValidatedOptions<SagaOptions>(SagaOptions.Section);
        builder.Services.AddSingleton<SagaMetrics>();
        builder.Services.AddSingleton<IAnswerHorizon, KafkaAnswerHorizon>();
        builder.Services.AddSingleton<SagaDeadlines>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SagaDeadlines>());
        builder.Services.AddDatabaseGauge(
            "kafkadog.saga.open",
            "status",
            "SELECT status, COUNT(*) FROM sagas WHERE outcome = 'None' AND deadline_at IS NOT NULL GROUP BY status",
            "Placed orders without an outcome");
        builder.Services.AddDatabaseGauge(
            "kafkadog.compensation.pending",
            "state",
            "SELECT 'pending', COUNT(*) FROM sagas WHERE compensation = 'Pending'",
            "Cancelled orders whose payment or stock is not given back yet");

        // Answers without an order after ten minutes: somebody publishes for orders that were never placed.
        builder.Services.AddDatabaseGauge(
            "saga.orphans",
            "state",
            $"""
            SELECT 'orphan', COUNT(*) FROM sagas WHERE outcome = 'None' AND deadline_at IS NULL
            AND created_at < @now - {(long)TimeSpan.FromMinutes(10).TotalMilliseconds}
            """,
            "Sagas that never saw their OrderPlaced");
        return builder;
    }

    public static WebApplication MapOrderSagaService(this WebApplication app)
    {
        app.MapServiceDefaults();
        var saga = app.MapGroup("/order-saga");
        saga.MapGet("/orders", SagaApi.OrdersAsync).WithSummary("Sagas of placed orders, newest first");
        saga.MapGet("/orders/{orderId:guid}", SagaApi.OrderAsync).WithSummary("The saga of one order");
        saga.MapGet("/stats", SagaApi.StatsAsync).WithSummary("Orders by outcome");
        saga.MapPost("/fix-stuck-orders", SagaApi.FixStuckOrdersAsync)
            .WithSummary("Decides again about every open order, from what is known of it now");
        return app;
    }
}
