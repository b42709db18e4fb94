using System.Diagnostics;
using System.Globalization;

namespace Kafkadog.Broker.Tests;

/// <summary>
/// Random rounds that can be had again: by default so many from a fixed seed; for <c>KAFKADOG_FUZZ_MINUTES=30</c> so long from a seed of the
/// moment; from <c>KAFKADOG_FUZZ_SEED=7</c> where that is set. What fails names its seed.
/// </summary>
internal static class Fuzz
{
    private const int FixedSeed = 20260801;

    private static readonly TimeSpan? s_duration = Number("KAFKADOG_FUZZ_MINUTES") is { } minutes ? TimeSpan.FromMinutes(minutes) : null;

    private static readonly int s_seed = Number("KAFKADOG_FUZZ_SEED") is { } seed ? (int)seed : s_duration is null ? FixedSeed : Environment.TickCount;

    /// <returns>How many rounds there were.</returns>
    public static async Task<int> RunAsync(int rounds, Func<int, Random, Task> round)
    {
        var random = new Random(s_seed);
        var began = Stopwatch.GetTimestamp();
        var at = 0;
        for (; s_duration is { } duration ? Stopwatch.GetElapsedTime(began) < duration : at < rounds; at++)
        {
            try
            {
                await round(at, random);
            }
            catch (Exception problem) when (problem is not OperationCanceledException)
            {
                throw new InvalidOperationException($"Round {at} failed; KAFKADOG_FUZZ_SEED={s_seed} makes the same rounds again. {problem.Message}", problem);
            }
        }

        return at;
    }

    private static double? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? double.Parse(text, CultureInfo.InvariantCulture) : null;
}
