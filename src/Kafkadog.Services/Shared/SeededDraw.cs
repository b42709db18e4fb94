namespace Kafkadog.Services.Shared;

/// <summary>
/// Chance that repeats: a number drawn from a seed, an order and an attempt, so that a run can be played again exactly.
/// </summary>
internal static class SeededDraw
{
    /// <returns>A number in [0, 1), evenly spread.</returns>
    /// <param name="purpose">Keeps the draws of one order apart: its delay says nothing of its fate.</param>
    public static double Next(long seed, Guid orderId, int attempt, int purpose)
    {
        Span<byte> id = stackalloc byte[16];
        orderId.TryWriteBytes(id);
        var state = (ulong)seed;
        state = Mix(state + BitConverter.ToUInt64(id[..8]));
        state = Mix(state + BitConverter.ToUInt64(id[8..]));
        state = Mix(state + (ulong)attempt);
        state = Mix(state + (ulong)purpose);
        return (state >> 11) * (1.0 / (1UL << 53));
    }

    /// <returns>A duration evenly spread over the range.</returns>
    public static TimeSpan Between(TimeSpan least, TimeSpan most, double drawn) => least + ((most - least) * drawn);

    // The finalizer of SplitMix64: every bit of the input changes half the bits of the output.
    private static ulong Mix(ulong z)
    {
        z += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
