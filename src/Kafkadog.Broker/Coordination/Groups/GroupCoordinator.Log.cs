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

        private void ReplayGroup(string groupId, ReadOnlyMemory<byte>? value)
        {
            var entry = coordinator.GetOrCreate(groupId);
            // The last record is the whole truth: begin again with an empty group.
            entry.Group = new ClassicGroup(groupId, coordinator._options, coordinator._newUuid);
            if (value is { } bytes) GroupRecords.ReadGroup(entry.Group, bytes, now);
            if (entry.IsDisposable) coordinator._groups.Remove(groupId);
        }
    }
}
