using System.Buffers.Binary;

namespace Kafkadog.Contracts;

/// <summary>
/// Kafka's default partitioner for records with a key, as the Java client has it. Every producer of the shop uses it,
/// so that one order lands on the same partition number of every topic.
/// </summary>
public static class Murmur2
{
    public static int PartitionOf(ReadOnlySpan<byte> key, int partitions)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(partitions);
        return (Hash(key) & int.MaxValue) % partitions;
    }

    /// <summary>32-bit MurmurHash2 with Kafka's seed 0x9747b28c, as a signed number.</summary>
    public static int Hash(ReadOnlySpan<byte> data)
    {
        const uint m = 0x5bd1e995;
        const int r = 24;
        var h = 0x9747b28cu ^ (uint)data.Length;

        while (data.Length >= 4)
        {
            var k = BinaryPrimitives.ReadUInt32LittleEndian(data) * m;
            k ^= k >> r;
            h = (h * m) ^ (k * m);
            data = data[4..];
        }

        switch (data.Length)
        {
            case 3:
                h ^= (uint)data[2] << 16;
                goto case 2;
            case 2:
                h ^= (uint)data[1] << 8;
                goto case 1;
            case 1:
                h = (h ^ data[0]) * m;
                break;
        }

        h = (h ^ (h >> 13)) * m;
        return (int)(h ^ (h >> 15));
    }
}
