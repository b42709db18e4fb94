namespace Kafkadog.Messaging.Outbox;

/// <summary>A committed row of the outbox.</summary>
/// <param name="Seq">The order in which one instance's rows were committed.</param>
internal sealed record OutboxRow(long Seq, OutboundEvent Event, DateTimeOffset CreatedAt)
{
    /// <summary>What must stay in order; records without a key have no order among them.</summary>
    public OrderKey? Order => Event.Key is { } key ? new(Event.Topic, key) : null;
}

internal readonly record struct OrderKey(string Topic, string Key);
