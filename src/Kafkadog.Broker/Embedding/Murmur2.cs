using System.Buffers.Binary;

namespace Kafkadog.Broker.Embedding;

/// <summary>The hash by which Java's producer gives a key its partition.</summary>
internal static class Murmur2
{
    public static int Partition(ReadOnlySpan<byte> key, int partitions) => (int)((Hash(key) & int.MaxValue) % (uint)partitions);

    public static uint Hash(ReadOnlySpan<byte> bytes)
    {
        const uint Seed = 0x9747b28c, Mix = 0x5bd1e995;
        const int Shift = 24;
        var hash = Seed ^ (uint)bytes.Length;
        for (; bytes.Length >= 4; bytes = bytes[4..])
        {
            var word = BinaryPrimitives.ReadUInt32LittleEndian(bytes) * Mix;
            hash = (hash * Mix) ^ ((word ^ (word >> Shift)) * Mix);
        }

        if (bytes.Length > 0)
        {
            for (var at = bytes.Length - 1; at >= 0; at--)
                hash ^= (uint)bytes[at] << (8 * at);
            hash *= Mix;
        }

        hash = (hash ^ (hash >> 13)) * Mix;
        return hash ^ (hash >> 15);
    }
}
