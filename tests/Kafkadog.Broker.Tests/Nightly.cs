namespace Kafkadog.Broker.Tests;

/// <summary>How much of a test that could go on for ever is run: a little each time, much in <c>.ci/nightly</c>.</summary>
internal static class Nightly
{
    /// <summary>Set by <c>KAFKADOG_NIGHTLY=1</c>.</summary>
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("KAFKADOG_NIGHTLY") is "1";

    public static int Rounds(int ci, int nightly) => IsOn ? nightly : ci;
}
