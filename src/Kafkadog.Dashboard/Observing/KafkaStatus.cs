namespace Kafkadog.Dashboard.Observing;

/// <summary>Whether Kafka answers the dashboard.</summary>
/// <param name="Since">When this began.</param>
/// <param name="Problem">The failed call, with the name of its error.</param>
public sealed record KafkaStatus(KafkaState State, DateTimeOffset Since, string? Problem = null)
{
    public bool IsUp => State == KafkaState.Up;
}

public enum KafkaState
{
    /// <summary>Not yet reached since the dashboard started.</summary>
    Connecting,

    /// <summary>It answers, but the shop's topics are not there yet.</summary>
    WaitingForTopics,
    Up,
    Down,
}
