namespace Kafkadog.Messaging;

/// <summary>
/// Whether consuming may begin. Registered by a host that starts a service beside its broker: the service prepares
/// everything else meanwhile. Without one it begins at once, which is right wherever the topics exist.
/// </summary>
/// <param name="Opened">Done when Kafka answers and has the topics.</param>
public sealed record KafkaGate(Task Opened);
