using System.Diagnostics.CodeAnalysis;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>
/// The bytes that members of the <c>consumer</c> protocol type exchange through a classic group, versions 0 to 3. The broker reads and
/// writes them where such members meet those of KIP-848 in one group.
/// <code>
/// subscription | version int16 | topics [string] | user data bytes? | v1 owned [topic string, partitions [int32]] | v2 generation int32 | v3 rack string? |
/// assignment   | version int16 | [topic string, partitions [int32]] | user data bytes? |
/// </code>
/// </summary>
internal static class ConsumerProtocol
{
    private const short FirstVersionWithOwned = 1, FirstVersionWithGeneration = 2, FirstVersionWithRack = 3;

    /// <summary>A subscription in full.</summary>
    /// <param name="Version">The member reads assignments of this version.</param>
    /// <param name="Topics">What it reads.</param>
    /// <param name="Owned">What it still has; empty when it gave everything up before it joined.</param>
    /// <param name="RackId">Where it stands.</param>
    public sealed record Subscription(short Version, IReadOnlyList<string> Topics, IReadOnlyList<TopicPartition> Owned, string? RackId);

    /// <summary>An assignment in full.</summary>
    /// <param name="Partitions">What the member got.</param>
    /// <param name="HasUserData">The assignor told the member something that only it understands.</param>
    public sealed record Assignment(IReadOnlyList<TopicPartition> Partitions, bool HasUserData);

    public static bool TryReadSubscription(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out Subscription? subscription)
    {
        subscription = null;
        try
        {
            var reader = new ProtocolReader(bytes);
            var version = reader.ReadInt16();
            if (version < 0) return false;
            var topics = new List<string>();
            for (var left = reader.ReadArrayLength(compact: false, sizeof(short)); left > 0; left--) topics.Add(reader.ReadString(compact: false));
            reader.ReadNullableBytes(compact: false);
            var owned = version >= FirstVersionWithOwned ? ReadPartitions(ref reader) : [];
            if (version >= FirstVersionWithGeneration) reader.ReadInt32();
            var rack = version >= FirstVersionWithRack ? reader.ReadNullableString(compact: false) : null;
            subscription = new Subscription(version, topics, owned, rack);
            return true;
        }
        catch (ProtocolException)
        {
            // A member may send anything it likes here.
            return false;
        }
    }

    /// <summary>No bytes at all are an assignment of nothing: the member has not been given one yet.</summary>
    public static bool TryReadAssignment(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out Assignment? assignment)
    {
        assignment = bytes.IsEmpty ? new Assignment([], HasUserData: false) : null;
        if (assignment is not null) return true;
        try
        {
            var reader = new ProtocolReader(bytes);
            if (reader.ReadInt16() < 0) return false;
            var partitions = ReadPartitions(ref reader);
            assignment = new Assignment(partitions, reader.ReadNullableBytes(compact: false) is { IsEmpty: false });
            return true;
        }
        catch (ProtocolException)
        {
            return false;
        }
    }

    /// <param name="version">That of the member's subscription: it surely reads it.</param>
    public static byte[] WriteAssignment(short version, IEnumerable<TopicPartition> partitions)
    {
        using var writer = new ProtocolWriter(128);
        writer.WriteInt16(version);
        var topics = partitions.GroupBy(p => p.Topic, StringComparer.Ordinal).ToList();
        writer.WriteArrayLength(topics.Count, compact: false);
        foreach (var topic in topics)
        {
            writer.WriteString(topic.Key, compact: false);
            writer.WriteArrayLength(topic.Count(), compact: false);
            foreach (var partition in topic) writer.WriteInt32(partition.Partition);
        }

        writer.WriteNullableBytes(null, compact: false);
        return writer.ToArray();
    }

    private static List<TopicPartition> ReadPartitions(ref ProtocolReader reader)
    {
        var partitions = new List<TopicPartition>();
        for (var topics = reader.ReadArrayLength(compact: false, sizeof(short) + sizeof(int)); topics > 0; topics--)
        {
            var topic = reader.ReadString(compact: false);
            for (var left = reader.ReadArrayLength(compact: false, sizeof(int)); left > 0; left--) partitions.Add(new TopicPartition(topic, reader.ReadInt32()));
        }

        return partitions;
    }
}
