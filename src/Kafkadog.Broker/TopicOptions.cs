namespace Kafkadog.Broker;

/// <summary>A topic to make.</summary>
/// <param name="Name">Letters, digits, dot, underscore and hyphen; at most 249.</param>
/// <param name="Partitions">1 to 10,000.</param>
public sealed record TopicOptions(string Name, int Partitions = 1)
{
    /// <summary>Settings by Kafka's own names, such as <c>cleanup.policy</c>; what is not given has the broker's default.</summary>
    public IReadOnlyDictionary<string, string> Configs { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
