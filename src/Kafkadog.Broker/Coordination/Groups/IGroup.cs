using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>What the coordinator needs of a group whatever protocol its members speak: <see cref="ClassicGroup"/> or <see cref="Consumer.ConsumerGroup"/>.</summary>
internal interface IGroup
{
    string GroupId { get; }

    /// <summary>True when no member holds or asks for a place: the group may be deleted, or become one of the other kind.</summary>
    bool IsVacant { get; }

    /// <summary>True when the log has records of the group itself, beside those of its offsets.</summary>
    bool IsWritten { get; }

    bool IsDead { get; }

    /// <summary>When <see cref="Expire"/> must be called next, on the monotonic clock in milliseconds; long.MaxValue when nothing is due.</summary>
    long NextDeadline { get; }

    /// <summary>Does whatever is due. Early calls do nothing.</summary>
    void Expire(GroupTime now, GroupEffects effects);

    /// <summary>Whether offsets may be committed at all; single partitions are refused by <see cref="ValidateCommit(GroupCommit, TopicPartition)"/>.</summary>
    ErrorCode ValidateCommit(GroupCommit request, GroupTime now);

    /// <summary>Whether the committer may speak for this partition.</summary>
    ErrorCode ValidateCommit(GroupCommit request, TopicPartition partition);

    /// <summary>Whether committed offsets may be read by <paramref name="reader"/> (from OffsetFetch v9 on a member can say who it is).</summary>
    ErrorCode ValidateFetch(OffsetReader reader);

    ErrorCode ValidateDelete();

    /// <summary>Whether offsets may be deleted at all; topics the group reads are refused one by one (<see cref="IsSubscribedTo"/>).</summary>
    ErrorCode ValidateOffsetDelete();

    bool IsSubscribedTo(string topic);

    /// <summary>From when the retention of an offset counts, wall clock in milliseconds; null while the group may still need it.</summary>
    long? RetentionStart(string topic, CommittedOffset offset);

    GroupListing List();

    /// <summary>The group as programs that hold the broker see it.</summary>
    KafkaGroup Show();

    /// <summary>What takes the group's own records out of the log.</summary>
    IEnumerable<OffsetsRecord> Tombstones();

    /// <summary>Takes the group out of use; every request that is still parked is answered.</summary>
    void Die(ErrorCode error, GroupEffects effects);
}
