namespace Kafkadog.Broker.Coordination.Groups.Consumer;

/// <summary>The topics a regular expression found; the record of type 16.</summary>
/// <param name="Topics">Their names.</param>
/// <param name="Version">Which topics there were to choose from (<see cref="IGroupTopics.Version"/>, of that run of the broker).</param>
/// <param name="Timestamp">When, wall clock in milliseconds.</param>
internal sealed record ResolvedRegex(IReadOnlySet<string> Topics, long Version, long Timestamp);
