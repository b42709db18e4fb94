namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>Whether a group that has members may go over to the other protocol (<c>group.consumer.migration.policy</c>); an empty group always may.</summary>
internal enum ConsumerGroupMigrationPolicy
{
    Disabled,

    /// <summary>To the classic protocol, when the last member of the consumer protocol leaves.</summary>
    Downgrade,

    /// <summary>To the consumer protocol, when the first member of it joins.</summary>
    Upgrade,

    Bidirectional,
}
