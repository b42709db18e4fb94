using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>
/// The records of <c>__consumer_offsets</c> as Apache Kafka writes them (offset value v3 or v1, group value v3), so that its tools read
/// ours and we read what any of its versions since 0.9 wrote.
/// </summary>
internal static class GroupRecords
{
    /// <summary>Version 3 is the newest that every tool reads; version 1 is the only one that carries an expiry the client asked for.</summary>
    private const short OffsetValueVersion = 3, ExpiringOffsetValueVersion = 1, GroupValueVersion = 3;

    public static OffsetsRecord Offset(string groupId, TopicPartition partition, CommittedOffset offset) => new(
        OffsetKey(groupId, partition),
        InternalRecord.EncodeValue(
            new OffsetCommitValue
            {
                Offset = offset.Offset,
                LeaderEpoch = offset.LeaderEpoch,
                Metadata = offset.Metadata,
                CommitTimestamp = offset.CommitTimestamp,
                ExpireTimestamp = offset.ExpireTimestamp,
            },
            offset.ExpireTimestamp >= 0 ? ExpiringOffsetValueVersion : OffsetValueVersion));

    public static OffsetsRecord OffsetTombstone(string groupId, TopicPartition partition) => new(OffsetKey(groupId, partition), null);

    public static OffsetsRecord Group(ClassicGroup group)
    {
        var value = new GroupMetadataValue
        {
            ProtocolType = group.ProtocolType ?? "",
            Generation = group.Generation,
            Protocol = group.ProtocolName,
            Leader = group.LeaderId,
            CurrentStateTimestamp = group.StateTimestamp,
            Members = [.. group.Members.Select(member => new GroupMetadataValueMember
            {
                MemberId = member.MemberId,
                GroupInstanceId = member.InstanceId,
                ClientId = member.ClientId,
                ClientHost = member.ClientHost,
                RebalanceTimeout = member.RebalanceTimeoutMs,
                SessionTimeout = member.SessionTimeoutMs,
                Subscription = member.MetadataOf(group.ProtocolName),
                Assignment = member.Assignment,
            })],
        };
        return new OffsetsRecord(GroupKey(group.GroupId), InternalRecord.EncodeValue(value, GroupValueVersion));
    }

    public static OffsetsRecord GroupTombstone(string groupId) => new(GroupKey(groupId), null);

    public static CommittedOffset ReadOffset(ReadOnlyMemory<byte> value, long order)
    {
        var read = InternalRecord.DecodeValue<OffsetCommitValue>(value);
        return new CommittedOffset(read.Offset, read.LeaderEpoch, read.Metadata, read.CommitTimestamp, read.ExpireTimestamp, order);
    }

    public static void ReadGroup(ClassicGroup group, ReadOnlyMemory<byte> value, GroupTime now)
    {
        var read = InternalRecord.DecodeValue<GroupMetadataValue>(value);
        var members = read.Members.Select(member => new GroupMember(member.MemberId, member.GroupInstanceId)
        {
            ClientId = member.ClientId,
            ClientHost = member.ClientHost,
            SessionTimeoutMs = member.SessionTimeout,
            // Version 0 has none; its members joined with the session timeout for both.
            RebalanceTimeoutMs = member.RebalanceTimeout >= 0 ? member.RebalanceTimeout : member.SessionTimeout,
            Protocols = [new MemberProtocol(read.Protocol ?? "", member.Subscription.ToArray())],
            Assignment = member.Assignment.ToArray(),
        });
        group.Restore(read.ProtocolType, read.Generation, read.Protocol, read.Leader, read.CurrentStateTimestamp, members, now);
    }

    private static byte[] OffsetKey(string groupId, TopicPartition partition) => InternalRecord.EncodeKey(
        new OffsetCommitKey { Group = groupId, Topic = partition.Topic, Partition = partition.Partition }, OffsetCommitKey.RecordType);

    private static byte[] GroupKey(string groupId) => InternalRecord.EncodeKey(new GroupMetadataKey { Group = groupId }, GroupMetadataKey.RecordType);
}
