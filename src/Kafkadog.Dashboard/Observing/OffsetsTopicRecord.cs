using System.Buffers.Binary;
using System.Text;

namespace Kafkadog.Dashboard.Observing;

/// <summary>
/// A record of <c>__consumer_offsets</c>: the topic in which the coordinator itself keeps every commit and every membership, of
/// classic groups in one record and of consumer groups (KIP-848) in several. Reading it shows commits and rebalances as they
/// happen, without asking the broker once per tab.
/// <see href="https://github.com/apache/kafka/tree/trunk/group-coordinator/src/main/resources/common/message"/>
/// </summary>
public abstract record OffsetsTopicRecord(string Group)
{
    public const string Topic = "__consumer_offsets";

    private const int OffsetCommitV0 = 0;
    private const int OffsetCommit = 1;
    private const int GroupMetadata = 2;
    private const int ConsumerGroupEpoch = 3;
    private const int ConsumerGroupMember = 5;
    private const int ConsumerGroupCurrentAssignment = 8;
    private const int FirstFlexibleValue = 4;

    /// <param name="Offset">Null when the commit was removed.</param>
    public sealed record Committed(string Group, Place Place, long? Offset, DateTimeOffset At) : OffsetsTopicRecord(Group);

    /// <param name="Membership">Null when the group was removed.</param>
    public sealed record Settled(string Group, Membership? Membership) : OffsetsTopicRecord(Group);

    /// <summary>A consumer group has a new epoch: its members or its topics changed.</summary>
    /// <param name="Epoch">Null when the group was removed, or became a classic one.</param>
    public sealed record EpochMoved(string Group, int? Epoch, DateTimeOffset At) : OffsetsTopicRecord(Group);

    /// <summary>Who a member of a consumer group is.</summary>
    /// <param name="Who">Null when it left.</param>
    public sealed record MemberKnown(string Group, string MemberId, MemberIdentity? Who, DateTimeOffset At) : OffsetsTopicRecord(Group);

    /// <summary>What a member of a consumer group works on.</summary>
    /// <param name="Work">Null when it left.</param>
    public sealed record MemberWorks(string Group, string MemberId, MemberWork? Work, DateTimeOffset At) : OffsetsTopicRecord(Group);

    /// <summary>Null for record types that say nothing about commits or memberships.</summary>
    /// <exception cref="InvalidDataException">The bytes are not what their type says.</exception>
    public static OffsetsTopicRecord? Read(byte[] key, byte[]? value, DateTimeOffset at)
    {
        try
        {
            var keyBytes = new Reader(key);
            switch (keyBytes.Int16())
            {
                case OffsetCommitV0 or OffsetCommit:
                    var (group, topic, partition) = (keyBytes.Text()!, keyBytes.Text()!, keyBytes.Int32());
                    var place = new Place(string.Intern(topic), partition);
                    return value is null ? new Committed(group, place, null, at) : new Committed(string.Intern(group), place, new Reader(value, skip: 2).Int64(), at);
                case GroupMetadata:
                    var name = string.Intern(keyBytes.Text()!);
                    return new Settled(name, value is null ? null : ReadMembership(value, at));
                case ConsumerGroupEpoch:
                    return new EpochMoved(string.Intern(keyBytes.Text()!), value is null ? null : new Reader(value, skip: 2).Int32(), at);
                case ConsumerGroupMember:
                    return new MemberKnown(string.Intern(keyBytes.Text()!), keyBytes.Text()!, value is null ? null : ReadIdentity(value), at);
                case ConsumerGroupCurrentAssignment:
                    return new MemberWorks(string.Intern(keyBytes.Text()!), keyBytes.Text()!, value is null ? null : ReadWork(value), at);
                default:
                    return null;
            }
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new InvalidDataException("A record of __consumer_offsets ends before its fields do.", e);
        }
    }

    private static Membership ReadMembership(byte[] value, DateTimeOffset at)
    {
        var reader = new Reader(value);
        var version = reader.Int16();
        var isFlexible = version >= FirstFlexibleValue;
        reader.Compact = isFlexible;
        _ = reader.Text(); // protocol type
        var generation = reader.Int32();
        var protocol = reader.Text();
        _ = reader.Text(); // leader
        var since = version >= 2 ? reader.Int64() : -1;
        var members = new Member[reader.Length()];
        for (var i = 0; i < members.Length; i++)
        {
            var id = reader.Text()!;
            _ = version >= 3 ? reader.Text() : null; // group instance id
            var clientId = reader.Text()!;
            var host = reader.Text()!;
            _ = version >= 1 ? reader.Int32() : 0; // rebalance timeout
            _ = reader.Int32(); // session timeout
            _ = reader.Bytes(); // subscription
            members[i] = new Member(id, clientId, host, ReadAssignment(reader.Bytes()));
            reader.SkipTags();
        }

        return new Membership(
            since > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(since) : at,
            generation,
            protocol,
            [.. members.OrderBy(m => m.ClientId, StringComparer.Ordinal).ThenBy(m => m.Id, StringComparer.Ordinal)]);
    }

    private static MemberIdentity ReadIdentity(byte[] value)
    {
        var reader = new Reader(value, skip: 2) { Compact = true };
        _ = reader.Text(); // group instance id
        _ = reader.Text(); // rack
        return new(reader.Text()!, reader.Text()!);
    }

    /// <summary>A member reads on what it was told to give up until it has said that it did, so that is its own as well.</summary>
    private static MemberWork ReadWork(byte[] value)
    {
        var reader = new Reader(value, skip: 2) { Compact = true };
        var epoch = reader.Int32();
        _ = reader.Int32(); // previous epoch
        _ = reader.Take(1); // state
        List<TopicIdPartition> owned = [];
        ReadPartitions(reader, owned);
        var assigned = owned.Count;
        ReadPartitions(reader, owned);
        return new(epoch, owned, IsGivingUp: owned.Count > assigned);
    }

    private static void ReadPartitions(Reader reader, List<TopicIdPartition> into)
    {
        for (var topics = reader.Length(); topics > 0; topics--)
        {
            var topicId = new Guid(reader.Take(16), bigEndian: true);
            for (var partitions = reader.Length(); partitions > 0; partitions--)
            {
                into.Add(new(topicId, reader.Int32()));
            }

            reader.SkipTags();
        }
    }

    /// <summary>The classic protocol's assignment: version, then topics with their partitions.</summary>
    private static List<Place> ReadAssignment(byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            return [];
        }

        var reader = new Reader(bytes, skip: 2);
        List<Place> places = [];
        for (var topics = reader.Length(); topics > 0; topics--)
        {
            var topic = string.Intern(reader.Text()!);
            for (var partitions = reader.Length(); partitions > 0; partitions--)
            {
                places.Add(new(topic, reader.Int32()));
            }
        }

        places.Sort();
        return places;
    }

    private sealed class Reader(byte[] bytes, int skip = 0)
    {
        private int at = skip;

        /// <summary>Lengths are unsigned varints of length + 1, and structures end with tagged fields (KIP-482).</summary>
        public bool Compact { get; set; }

        public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

        public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

        public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

        public string? Text()
        {
            var length = Compact ? (int)UnsignedVarint() - 1 : Int16();
            return length < 0 ? null : Encoding.UTF8.GetString(Take(length));
        }

        public byte[] Bytes() => Take(Math.Max(0, Length())).ToArray();

        public int Length()
        {
            var length = Compact ? (int)UnsignedVarint() - 1 : Int32();
            return length <= bytes.Length ? length : throw new ArgumentOutOfRangeException(nameof(bytes));
        }

        public void SkipTags()
        {
            if (!Compact)
            {
                return;
            }

            for (var tags = UnsignedVarint(); tags > 0; tags--)
            {
                _ = UnsignedVarint();
                _ = Take((int)UnsignedVarint());
            }
        }

        private uint UnsignedVarint()
        {
            var value = 0u;
            for (var shift = 0; shift < 35; shift += 7)
            {
                var next = Take(1)[0];
                value |= (uint)(next & 0x7f) << shift;
                if (next < 0x80)
                {
                    return value;
                }
            }

            throw new ArgumentOutOfRangeException(nameof(bytes));
        }

        public ReadOnlySpan<byte> Take(int count)
        {
            var taken = bytes.AsSpan(at, count);
            at += count;
            return taken;
        }
    }
}
