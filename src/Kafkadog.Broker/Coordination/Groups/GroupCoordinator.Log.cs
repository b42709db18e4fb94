using Kafkadog.Broker.Coordination.Groups.Consumer;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>What the log says about groups and offsets when the broker starts.</summary>
internal sealed partial class GroupCoordinator
{
    private const short LegacyOffsetKey = 0, OffsetKey = 1, GroupKey = 2;

    /// <summary>Later records replace earlier ones; keys of other kinds belong to other parts of the broker, or to a newer one.</summary>
    private sealed class Replay(GroupCoordinator coordinator, GroupTime now) : IOffsetsReplay
    {
        public void Record(int partition, OffsetsRecord record, TransactionalProducer? transaction)
        {
            try
            {
                switch (InternalRecord.Prefix(record.Key))
                {
                    case LegacyOffsetKey or OffsetKey:
                        ReplayOffset(InternalRecord.DecodeKey<OffsetCommitKey>(record.Key), record.Value, transaction);
                        break;
                    case GroupKey:
                        ReplayGroup(InternalRecord.DecodeKey<GroupMetadataKey>(record.Key).Group, record.Value);
                        break;
                    case ConsumerGroupMetadataKey.RecordType:
                        ReplayEpoch(InternalRecord.DecodeKey<ConsumerGroupMetadataKey>(record.Key).GroupId, record.Value);
                        break;
                    case ConsumerGroupMemberMetadataKey.RecordType:
                        var member = InternalRecord.DecodeKey<ConsumerGroupMemberMetadataKey>(record.Key);
                        var metadata = record.Value is { } m ? ConsumerGroupRecords.ReadMember(m) : null;
                        ConsumerGroupOf(member.GroupId, record.Value)?.RestoreMember(member.MemberId, metadata);
                        break;
                    case ConsumerGroupTargetAssignmentMetadataKey.RecordType:
                        ReplayTargetEpoch(InternalRecord.DecodeKey<ConsumerGroupTargetAssignmentMetadataKey>(record.Key).GroupId, record.Value);
                        break;
                    case ConsumerGroupTargetAssignmentMemberKey.RecordType:
                        var targeted = InternalRecord.DecodeKey<ConsumerGroupTargetAssignmentMemberKey>(record.Key);
                        var target = record.Value is { } t ? ConsumerGroupRecords.ReadTarget(t) : null;
                        ConsumerGroupOf(targeted.GroupId, record.Value)?.RestoreTarget(targeted.MemberId, target);
                        break;
                    case ConsumerGroupCurrentMemberAssignmentKey.RecordType:
                        var assigned = InternalRecord.DecodeKey<ConsumerGroupCurrentMemberAssignmentKey>(record.Key);
                        var current = record.Value is { } c ? ConsumerGroupRecords.ReadCurrent(c) : null;
                        ConsumerGroupOf(assigned.GroupId, record.Value)?.RestoreCurrent(assigned.MemberId, current);
                        break;
                    case ConsumerGroupRegularExpressionKey.RecordType:
                        var regex = InternalRecord.DecodeKey<ConsumerGroupRegularExpressionKey>(record.Key);
                        var resolved = record.Value is { } r ? ConsumerGroupRecords.ReadRegex(r) : null;
                        ConsumerGroupOf(regex.GroupId, record.Value)?.RestoreRegex(regex.RegularExpression, resolved);
                        break;
                }
            }
            catch (ProtocolException unreadable)
            {
                coordinator.OffsetsRecordSkipped(partition, unreadable.Message);
            }
        }

        public void TransactionEnded(int partition, long producerId, bool committed) =>
            coordinator.CompleteTransaction(partition, producerId, committed);

        private void ReplayOffset(OffsetCommitKey key, ReadOnlyMemory<byte>? value, TransactionalProducer? transaction)
        {
            var entry = coordinator.GetOrCreate(key.Group);
            var partition = new TopicPartition(key.Topic, key.Partition);
            if (value is not { } bytes)
            {
                entry.Offsets.Remove(partition);
                if (entry.IsDisposable) coordinator._groups.Remove(key.Group);
                return;
            }

            var offset = GroupRecords.ReadOffset(bytes, ++coordinator._order);
            if (transaction is { } producer) entry.Offsets.CommitPending(producer.ProducerId, partition, offset);
            else entry.Offsets.Commit(partition, offset);
        }

        /// <summary>The group a record of the consumer protocol belongs to; a record makes it, a tombstone does not.</summary>
        private ConsumerGroup? ConsumerGroupOf(string groupId, ReadOnlyMemory<byte>? value)
        {
            if (value is null) return coordinator._groups.GetValueOrDefault(groupId)?.Group as ConsumerGroup;
            var entry = coordinator.GetOrCreate(groupId);
            if (entry.Group is not ConsumerGroup group) entry.Group = group = coordinator.NewConsumerGroup(groupId);
            return group;
        }

        private void ReplayEpoch(string groupId, ReadOnlyMemory<byte>? value)
        {
            if (ConsumerGroupOf(groupId, value) is not { } group) return;
            if (value is { } bytes)
            {
                var read = InternalRecord.DecodeValue<ConsumerGroupMetadataValue>(bytes);
                group.RestoreEpoch(read.Epoch, read.MetadataHash);
                return;
            }

            // The last tombstone of a group: what follows makes another one.
            var entry = coordinator._groups[groupId];
            entry.Group = new ClassicGroup(groupId, coordinator._options, coordinator._newUuid);
            if (entry.IsDisposable) coordinator._groups.Remove(groupId);
        }

        private void ReplayTargetEpoch(string groupId, ReadOnlyMemory<byte>? value)
        {
            if (ConsumerGroupOf(groupId, value) is not { } group) return;
            var read = value is { } bytes ? InternalRecord.DecodeValue<ConsumerGroupTargetAssignmentMetadataValue>(bytes) : new ConsumerGroupTargetAssignmentMetadataValue();
            group.RestoreTargetEpoch(read.AssignmentEpoch, read.AssignmentTimestamp);
        }

        private void ReplayGroup(string groupId, ReadOnlyMemory<byte>? value)
        {
            var entry = coordinator.GetOrCreate(groupId);
            // A group that turned to the consumer protocol wrote this tombstone first, but an older one may come late.
            if (value is null && entry.Group is ConsumerGroup) return;
            // The last record is the whole truth: begin again with an empty group.
            var group = new ClassicGroup(groupId, coordinator._options, coordinator._newUuid);
            entry.Group = group;
            if (value is { } bytes) GroupRecords.ReadGroup(group, bytes, now);
            if (entry.IsDisposable) coordinator._groups.Remove(groupId);
        }
    }
}
