namespace Kafkadog.Services.Shared;

/// <param name="Name">As in headers, health answers and logs, such as <c>payment-service</c>.</param>
/// <param name="Port">Where it listens unless it is told otherwise.</param>
internal sealed record ServiceIdentity(string Name, int Port)
{
    public static readonly ServiceIdentity Gateway = new("api-gateway", 3001);
    public static readonly ServiceIdentity Payment = new("payment-service", 3003);
    public static readonly ServiceIdentity Inventory = new("inventory-service", 3004);
    public static readonly ServiceIdentity Notification = new("notification-service", 3005);
    public static readonly ServiceIdentity Analytics = new("analytics-service", 3006);
    public static readonly ServiceIdentity OrderSaga = new("order-saga", 3007);
    public static readonly ServiceIdentity DeadLetters = new("dlq-worker", 3008);
}
