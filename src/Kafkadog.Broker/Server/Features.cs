namespace Kafkadog.Broker.Server;

/// <summary>A versioned ability of the cluster (KIP-584).</summary>
/// <param name="Lowest">The lowest level this broker can work at.</param>
/// <param name="Highest">The highest level this broker can work at.</param>
/// <param name="Level">The level it works at; fixed, because a single node upgrades by being replaced.</param>
internal sealed record Feature(string Name, short Lowest, short Highest, short Level);

/// <summary>What ApiVersions tells of features, and UpdateFeatures refuses to change. Clients behave otherwise when they see some of them.</summary>
internal static class Features
{
    /// <summary>In the order of their names.</summary>
    public static IReadOnlyList<Feature> All { get; } =
    [
        // Consumer groups of KIP-848 are on.
        new("group.version", 0, 1, 1),

        // Level of Apache Kafka 4.3, whose APIs are served, and the lowest that its brokers know. Consoles derive from it which Kafka they look at.
        new("metadata.version", 7, 30, 30),

        // Transactions are run in the way of KIP-890.
        new("transaction.version", 0, 2, 2),
    ];
}
