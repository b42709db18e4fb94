using Kafkadog.Dashboard.Components;

namespace Kafkadog.Dashboard.Flow;

/// <summary>Who writes a topic and which groups read it: the picture of the shop, in the words a newcomer reads.</summary>
public static class ShopMap
{
    public static IReadOnlyList<ShopTopic> Topics { get; } =
    [
        new(Contracts.Topics.Orders, "from the gateway, to Payment, Inventory, Saga and Analytics", "api-gateway"),
        new(Contracts.Topics.Payments, "from Payment, to Saga", "payment-service"),
        new(Contracts.Topics.Inventory, "from Inventory, to Saga", "inventory-service"),
        new(Contracts.Topics.Outcomes, "from Saga, to Notification, Payment, Inventory and Analytics", "order-saga"),
        new(Contracts.Topics.Retry, "from a service that failed, back to it later", Writer: null),
        new(Contracts.Topics.DeadLetters, "from a service that gave up, to the dead letters", Writer: null),
        new(Contracts.Topics.PageViews, "from the gateway, to Analytics", "api-gateway"),
        new(Contracts.Topics.Snapshots, "from Analytics", "analytics-service"),
    ];

    public static IReadOnlyList<ShopGroup> Groups { get; } =
    [
        new(Contracts.Groups.Payment, "P", "Payment", "payment-service"),
        new(Contracts.Groups.Inventory, "I", "Inventory", "inventory-service"),
        new(Contracts.Groups.OrderSaga, "S", "Order saga", "order-saga"),
        new(Contracts.Groups.Notification, "N", "Notification", "notification-service"),
        new(Contracts.Groups.Analytics, "A", "Analytics", "analytics-service"),
        new(Contracts.Groups.GatewayProjection, "G", "Gateway's read model", "api-gateway"),
        new(Contracts.Groups.DeadLetterIndexer, "D", "Dead letters", "dlq-worker"),
    ];

    /// <summary>Any group: of the shop, the retry group of a service, or somebody else's.</summary>
    public static ShopGroup GroupOf(string group)
    {
        if (Groups.FirstOrDefault(g => g.Name == group) is { } known)
        {
            return known;
        }

        return Groups.FirstOrDefault(g => group == $"{g.Role}-retry") is { } retried
            ? new(group, retried.Letter.ToLowerInvariant(), $"{retried.Title}, retries", retried.Role)
            : new(group, "?", Visible.Line(group, 100), Role: null);
    }

    public static ShopTopic TopicOf(string topic) => Topics.FirstOrDefault(t => t.Name == topic) ?? new(topic, "", Writer: null);
}

/// <param name="Writer">The role that publishes here; null when several do.</param>
public sealed record ShopTopic(string Name, string Note, string? Writer);

/// <param name="Letter">Marks the group's committed offset on a tape.</param>
/// <param name="Role">The role whose instances are its members; null for somebody else's group.</param>
public sealed record ShopGroup(string Name, string Letter, string Title, string? Role);
