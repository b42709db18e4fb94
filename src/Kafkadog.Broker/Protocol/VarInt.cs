namespace Kafkadog.Broker.Protocol;

/// <summary>
/// Base-128 numbers: seven bits a byte, lowest first, the top bit says that another byte follows.
/// Lengths and tags are unsigned; the fields of records are zigzag, so that small negative numbers stay short.
/// </summary>
internal static class VarInt
{
    public static uint ZigZag(int value) => (uint)((value << 1) ^ (value >> 31));

    public static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    public static int UnZigZag(uint value) => (int)(value >> 1) ^ -(int)(value & 1);

    public static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    /// <summary>The number of bytes <paramref name="value"/> takes: 1 to 10.</summary>
    public static int Size(ulong value) => (System.Numerics.BitOperations.Log2(value | 1) / 7) + 1;

    public static int Write(Span<byte> target, ulong value)
    {
        var at = 0;
        while (value >= 0x80)
        {
            target[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        target[at++] = (byte)value;
        return at;
    }

    /// <summary>Reads a number of at most 32 bits (5 bytes) or 64 bits (10 bytes).</summary>
    /// <returns>The bytes used, or 0 when the number is cut off or too large.</returns>
    public static int Read(ReadOnlySpan<byte> source, int bits, out ulong value)
    {
        value = 0;
        for (int at = 0, shift = 0; at < source.Length && shift < bits; at++, shift += 7)
        {
            var part = (ulong)(source[at] & 0x7f);
            if (shift + 7 > bits && part >> (bits - shift) != 0)
            {
                return 0;
            }

            value |= part << shift;
            if (source[at] < 0x80)
            {
                return at + 1;
            }
        }

        return 0;
    }
}
