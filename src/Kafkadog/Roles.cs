using Kafkadog.Hosting;
using Kafkadog.Services.Analytics;
using Kafkadog.Services.DeadLetters;
using Kafkadog.Services.Gateway;
using Kafkadog.Services.Inventory;
using Kafkadog.Services.Notification;
using Kafkadog.Services.OrderSaga;
using Kafkadog.Services.Payment;

namespace Kafkadog;

/// <summary>
/// Everything this program can be. <c>kafkadog run ROLE</c> is one of these as one process; <c>kafkadog up</c> starts each of
/// them as a child process of itself.
/// </summary>
internal static class Roles
{
    public static IReadOnlyList<Role> All { get; } =
    [
        new("broker", 9092, "the embedded Kafka broker", BrokerHost.Build),
        new("api-gateway", 3001, "takes orders, shows them", s => ServiceHost.Build(s, b => b.AddGatewayService(), a => a.MapGatewayService())),
        new("payment-service", 3003, "authorizes payments", s => ServiceHost.Build(s, b => b.AddPaymentService(), a => a.MapPaymentService())),
        new("inventory-service", 3004, "reserves stock", s => ServiceHost.Build(s, b => b.AddInventoryService(), a => a.MapInventoryService())),
        new("notification-service", 3005, "writes e-mails", s => ServiceHost.Build(s, b => b.AddNotificationService(), a => a.MapNotificationService())),
        new("analytics-service", 3006, "counts what is sold", s => ServiceHost.Build(s, b => b.AddAnalyticsService(), a => a.MapAnalyticsService())),
        new("order-saga", 3007, "decides what becomes of an order", s => ServiceHost.Build(s, b => b.AddOrderSagaService(), a => a.MapOrderSagaService())),
        new("dlq-worker", 3008, "keeps the dead letters", s => ServiceHost.Build(s, b => b.AddDeadLettersService(), a => a.MapDeadLettersService())),
        new("dashboard", 3000, "shows it all", DashboardHost.Build),
    ];

    public static Role Broker => All.First(r => r.IsBroker);

    /// <exception cref="CommandFailure">No role has that name.</exception>
    public static Role Find(string name) =>
        All.FirstOrDefault(r => r.Name == name) ?? throw new CommandFailure(
            ExitCodes.NotFound, $"there is no role '{name}'", $"one of: {string.Join(", ", All.Select(r => r.Name))}");
}
