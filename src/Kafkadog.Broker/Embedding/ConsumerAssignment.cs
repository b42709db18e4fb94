using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Embedding;

/// <summary>The partitions that the leader of a classic consumer group gave to a member: int16 version, then topics with their partitions.</summary>
internal static class ConsumerAssignment
{
    /// <summary>Empty for groups that do not assign partitions, or bytes that are no assignment.</summary>
    public static IReadOnlyList<(string Topic, int Partition)> Parse(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty)
            return [];
        try
        {
            var reader = new ProtocolReader(bytes);
            reader.ReadInt16();
            var assigned = new List<(string, int)>();
            for (var topics = reader.ReadInt32(); topics > 0; topics--)
            {
                var topic = reader.ReadNullableString(compact: false) ?? "";
                for (var partitions = reader.ReadInt32(); partitions > 0; partitions--)
                    assigned.Add((topic, reader.ReadInt32()));
            }

            return assigned;
        }
        catch (ProtocolException)
        {
            return [];
        }
    }
}
