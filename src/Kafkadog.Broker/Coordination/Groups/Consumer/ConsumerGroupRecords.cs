using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;

namespace Kafkadog.Broker.Coordination.Groups.Consumer;

/// <summary>The records of <c>__consumer_offsets</c> that hold consumer groups, as Apache Kafka 4.3 writes them (KIP-848; types 3 to 8 and 16).</summary>
internal static class ConsumerGroupRecords
{
    public static OffsetsRecord Epoch(string groupId, int epoch, long metadataHash) => new(
        EpochKey(groupId), InternalRecord.EncodeValue(new ConsumerGroupMetadataValue { Epoch = epoch, MetadataHash = metadataHash }, 0));

    public static OffsetsRecord Member(string groupId, ConsumerMember member) => new(
        MemberKey(groupId, member.MemberId),
        InternalRecord.EncodeValue(
            new ConsumerGroupMemberMetadataValue
            {
                InstanceId = member.Metadata.InstanceId,
                RackId = member.Metadata.RackId,
                ClientId = member.Metadata.ClientId,
                ClientHost = member.Metadata.ClientHost,
                SubscribedTopicNames = [.. member.Metadata.Topics],
                SubscribedTopicRegex = member.Metadata.TopicRegex,
                RebalanceTimeoutMs = member.Metadata.RebalanceTimeoutMs,
                ServerAssignor = member.Metadata.ServerAssignor,
                ClassicMemberMetadata = member.Metadata.Classic is not { } classic ? null : new ConsumerGroupMemberMetadataValueClassicMemberMetadata
                {
                    SessionTimeoutMs = classic.SessionTimeoutMs,
                    SupportedProtocols = [.. classic.Protocols.Select(p => new ConsumerGroupMemberMetadataValueSupportedProtocol { Name = p.Name, Metadata = p.Metadata })],
                },
            },
            0));

    public static OffsetsRecord Current(string groupId, ConsumerMember member) => new(
        CurrentKey(groupId, member.MemberId),
        InternalRecord.EncodeValue(
            new ConsumerGroupCurrentMemberAssignmentValue
            {
                MemberEpoch = member.Current.Epoch,
                PreviousMemberEpoch = member.Current.PreviousEpoch,
                State = (sbyte)member.Current.State,
                AssignedPartitions = [.. ByTopic(member.Current.Assigned).Select(t => new ConsumerGroupCurrentMemberAssignmentValueAssignedPartition
                {
                    TopicId = t.TopicId, Partitions = t.Partitions, AssignmentEpochs = t.Epochs,
                })],
                PartitionsPendingRevocation = [.. ByTopic(member.Current.PendingRevocation).Select(t => new ConsumerGroupCurrentMemberAssignmentValuePartitionsPendingRevocation
                {
                    TopicId = t.TopicId, Partitions = t.Partitions, AssignmentEpochs = t.Epochs,
                })],
            },
            0));

    public static OffsetsRecord TargetEpoch(string groupId, int epoch, long timestamp) => new(
        TargetEpochKey(groupId),
        InternalRecord.EncodeValue(new ConsumerGroupTargetAssignmentMetadataValue { AssignmentEpoch = epoch, AssignmentTimestamp = timestamp }, 0));

    public static OffsetsRecord Target(string groupId, string memberId, IEnumerable<TopicIdPartition> partitions) => new(
        TargetKey(groupId, memberId),
        InternalRecord.EncodeValue(
            new ConsumerGroupTargetAssignmentMemberValue
            {
                TopicPartitions = [.. partitions.Order().GroupBy(p => p.TopicId).Select(t => new ConsumerGroupTargetAssignmentMemberValueTopicPartition
                {
                    TopicId = t.Key, Partitions = [.. t.Select(p => p.Partition)],
                })],
            },
            0));

    public static OffsetsRecord Regex(string groupId, string expression, ResolvedRegex resolved) => new(
        RegexKey(groupId, expression),
        InternalRecord.EncodeValue(
            new ConsumerGroupRegularExpressionValue
            {
                Topics = [.. resolved.Topics.Order(StringComparer.Ordinal)],
                Version = resolved.Version,
                Timestamp = resolved.Timestamp,
            },
            0));

    public static OffsetsRecord EpochTombstone(string groupId) => new(EpochKey(groupId), null);

    /// <summary>Apache Kafka before 4.1 kept partition counts in a record of this type; nobody needs it any more.</summary>
    public static OffsetsRecord PartitionMetadataTombstone(string groupId) => new(
        InternalRecord.EncodeKey(new ConsumerGroupPartitionMetadataKey { GroupId = groupId }, ConsumerGroupPartitionMetadataKey.RecordType), null);

    public static OffsetsRecord TargetEpochTombstone(string groupId) => new(TargetEpochKey(groupId), null);

    public static OffsetsRecord RegexTombstone(string groupId, string expression) => new(RegexKey(groupId, expression), null);

    /// <summary>Everything of one member, what it depends on last.</summary>
    public static IEnumerable<OffsetsRecord> MemberTombstones(string groupId, string memberId) =>
    [
        new(CurrentKey(groupId, memberId), null),
        new(TargetKey(groupId, memberId), null),
        new(MemberKey(groupId, memberId), null),
    ];

    public static MemberMetadata ReadMember(ReadOnlyMemory<byte> value)
    {
        var read = InternalRecord.DecodeValue<ConsumerGroupMemberMetadataValue>(value);
        return new MemberMetadata
        {
            InstanceId = read.InstanceId,
            RackId = read.RackId,
            ClientId = read.ClientId,
            ClientHost = read.ClientHost,
            Topics = MemberMetadata.Normalized(read.SubscribedTopicNames),
            TopicRegex = read.SubscribedTopicRegex,
            RebalanceTimeoutMs = read.RebalanceTimeoutMs,
            ServerAssignor = read.ServerAssignor,
            Classic = read.ClassicMemberMetadata is not { } classic ? null : new ClassicMemberMetadata(
                classic.SessionTimeoutMs, [.. classic.SupportedProtocols.Select(p => new MemberProtocol(p.Name, p.Metadata.ToArray()))]),
        };
    }

    public static CurrentAssignment ReadCurrent(ReadOnlyMemory<byte> value)
    {
        var read = InternalRecord.DecodeValue<ConsumerGroupCurrentMemberAssignmentValue>(value);
        return new CurrentAssignment(
            read.MemberEpoch,
            read.PreviousMemberEpoch,
            Enum.IsDefined((MemberState)read.State) ? (MemberState)read.State : throw new ProtocolException($"Member state {read.State} is not known."),
            WithEpochs(read.AssignedPartitions.Select(t => (t.TopicId, t.Partitions, t.AssignmentEpochs)), read.MemberEpoch),
            WithEpochs(read.PartitionsPendingRevocation.Select(t => (t.TopicId, t.Partitions, t.AssignmentEpochs)), read.MemberEpoch));
    }

    public static HashSet<TopicIdPartition> ReadTarget(ReadOnlyMemory<byte> value) =>
        [.. InternalRecord.DecodeValue<ConsumerGroupTargetAssignmentMemberValue>(value).TopicPartitions
            .SelectMany(t => t.Partitions.Select(p => new TopicIdPartition(t.TopicId, p)))];

    public static ResolvedRegex ReadRegex(ReadOnlyMemory<byte> value)
    {
        var read = InternalRecord.DecodeValue<ConsumerGroupRegularExpressionValue>(value);
        return new ResolvedRegex(read.Topics.ToHashSet(StringComparer.Ordinal), read.Version, read.Timestamp);
    }

    private static IEnumerable<(Guid TopicId, List<int> Partitions, List<int> Epochs)> ByTopic(IReadOnlyDictionary<TopicIdPartition, int> partitions) =>
        partitions.OrderBy(p => p.Key).GroupBy(p => p.Key.TopicId)
            .Select(t => (t.Key, t.Select(p => p.Key.Partition).ToList(), t.Select(p => p.Value).ToList()));

    /// <summary>Before 4.3 there were no epochs of single partitions; then each has the member's.</summary>
    private static Dictionary<TopicIdPartition, int> WithEpochs(IEnumerable<(Guid TopicId, List<int> Partitions, List<int>? Epochs)> topics, int memberEpoch)
    {
        var result = new Dictionary<TopicIdPartition, int>();
        foreach (var (topicId, partitions, epochs) in topics)
        {
            var known = epochs?.Count == partitions.Count ? epochs : null;
            for (var i = 0; i < partitions.Count; i++) result[new TopicIdPartition(topicId, partitions[i])] = known?[i] ?? Math.Max(memberEpoch, 0);
        }

        return result;
    }

    private static byte[] EpochKey(string groupId) => InternalRecord.EncodeKey(new ConsumerGroupMetadataKey { GroupId = groupId }, ConsumerGroupMetadataKey.RecordType);

    private static byte[] MemberKey(string groupId, string memberId) => InternalRecord.EncodeKey(
        new ConsumerGroupMemberMetadataKey { GroupId = groupId, MemberId = memberId }, ConsumerGroupMemberMetadataKey.RecordType);

    private static byte[] TargetEpochKey(string groupId) => InternalRecord.EncodeKey(
        new ConsumerGroupTargetAssignmentMetadataKey { GroupId = groupId }, ConsumerGroupTargetAssignmentMetadataKey.RecordType);

    private static byte[] TargetKey(string groupId, string memberId) => InternalRecord.EncodeKey(
        new ConsumerGroupTargetAssignmentMemberKey { GroupId = groupId, MemberId = memberId }, ConsumerGroupTargetAssignmentMemberKey.RecordType);

    private static byte[] CurrentKey(string groupId, string memberId) => InternalRecord.EncodeKey(
        new ConsumerGroupCurrentMemberAssignmentKey { GroupId = groupId, MemberId = memberId }, ConsumerGroupCurrentMemberAssignmentKey.RecordType);

    private static byte[] RegexKey(string groupId, string expression) => InternalRecord.EncodeKey(
        new ConsumerGroupRegularExpressionKey { GroupId = groupId, RegularExpression = expression }, ConsumerGroupRegularExpressionKey.RecordType);
}
