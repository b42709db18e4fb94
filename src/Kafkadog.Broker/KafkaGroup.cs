namespace Kafkadog.Broker;

/// <summary>A consumer group at one moment.</summary>
/// <param name="Id">Its <c>group.id</c>.</param>
/// <param name="State">By Kafka's name: Empty, PreparingRebalance, CompletingRebalance, Stable, Assigning, Reconciling.</param>
/// <param name="Members">In no order.</param>
public sealed record KafkaGroup(string Id, string State, IReadOnlyList<KafkaGroupMember> Members);

/// <summary>A member of a group.</summary>
/// <param name="Id">What the coordinator calls it.</param>
/// <param name="InstanceId">The <c>group.instance.id</c> of a static member, else null.</param>
/// <param name="ClientId">What the client calls itself.</param>
/// <param name="Partitions">What it owns, by topic and partition.</param>
public sealed record KafkaGroupMember(string Id, string? InstanceId, string ClientId, IReadOnlyList<(string Topic, int Partition)> Partitions);
