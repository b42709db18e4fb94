namespace Kafkadog.Contracts;

/// <summary>Every topic of the shop. The version is part of the name: a breaking change is a new topic.</summary>
public static class Topics
{
    public const string Orders = "orders.v1";
    public const string Payments = "payments.v1";
    public const string Inventory = "inventory.v1";
    public const string Outcomes = "orders.outcome.v1";
    public const string PageViews = "analytics.pageviews.v1";
    public const string Snapshots = "analytics.snapshots.v1";
    public const string Retry = "orders.retry.v1";
    public const string DeadLetters = "orders.dlq.v1";
    public const string AnalyticsChangelog = "analytics.changelog.v1";

    /// <summary>The table of the README as data: what <c>topics create</c> makes, and what start-up checks.</summary>
    public static IReadOnlyList<TopicDefinition> All { get; } =
    [
        new(Orders, 3, TimeSpan.FromDays(7), Writer: "gateway"),
        new(Payments, 3, TimeSpan.FromDays(7), Writer: "payment"),
        new(Inventory, 3, TimeSpan.FromDays(7), Writer: "inventory"),
        new(Outcomes, 3, TimeSpan.FromDays(7), Writer: "order saga"),
        new(PageViews, 1, TimeSpan.FromDays(30), Writer: "gateway"),
        new(Snapshots, 1, TimeSpan.FromDays(30), Writer: "analytics"),
        new(Retry, 1, TimeSpan.FromDays(1), Writer: "every service"),
        new(DeadLetters, 1, TimeSpan.FromDays(30), Writer: "every service"),
        new(AnalyticsChangelog, 3, Retention: null, Writer: "analytics"),
    ];

    /// <summary>The topics a learner watches: everything but the internal changelog.</summary>
    public static IReadOnlyList<string> Business { get; } =
        [Orders, Payments, Inventory, Outcomes, PageViews, Snapshots, Retry, DeadLetters];
}

/// <param name="Retention">How long records are kept; null for a compacted topic, which keeps the last of each key.</param>
/// <param name="Writer">The one role that publishes here (failures excepted).</param>
public sealed record TopicDefinition(string Name, int Partitions, TimeSpan? Retention, string Writer)
{
    public bool IsCompacted => Retention is null;

    /// <summary>The topic's configuration by Kafka's own keys.</summary>
    /// <param name="keepForever">Sets retention to unlimited, for replays from the very first order.</param>
    public IReadOnlyDictionary<string, string> Configuration(bool keepForever = false) => Retention is { } retention
        ? new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["cleanup.policy"] = "delete",
            ["retention.ms"] = keepForever ? "-1" : ((long)retention.TotalMilliseconds).ToString(),
        }
        : new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["cleanup.policy"] = "compact",
            ["min.cleanable.dirty.ratio"] = "0.1",
            ["segment.ms"] = "600000",
        };
}

/// <summary>Consumer group names, as the original demo had them.</summary>
public static class Groups
{
    public const string Payment = "payment-service-group";
    public const string Inventory = "inventory-service-group";
    public const string OrderSaga = "order-saga-group";
    public const string Notification = "notification-service-group";
    public const string Analytics = "analytics-service-group";
    public const string GatewayProjection = "gateway-projection";
    public const string DeadLetterIndexer = "dlq-indexer";
}
