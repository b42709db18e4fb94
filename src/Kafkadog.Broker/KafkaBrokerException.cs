namespace Kafkadog.Broker;

/// <summary>The broker refused what a program asked of it directly, without a client.</summary>
public sealed class KafkaBrokerException(KafkaError error, string message) : Exception(message)
{
    /// <summary>The error a client would have been answered.</summary>
    public KafkaError Error { get; } = error;
}
