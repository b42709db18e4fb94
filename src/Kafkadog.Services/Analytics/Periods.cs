using System.Diagnostics.CodeAnalysis;

namespace Kafkadog.Services.Analytics;

/// <summary>The periods one can ask for. Each ends now and is counted in whole minutes.</summary>
internal static class Periods
{
    public static IReadOnlyDictionary<string, TimeSpan> All { get; } = new Dictionary<string, TimeSpan>(StringComparer.Ordinal)
    {
        ["last_1h"] = TimeSpan.FromHours(1),
        ["last_24h"] = TimeSpan.FromHours(24),
        ["last_7d"] = TimeSpan.FromDays(7),
        ["last_30d"] = TimeSpan.FromDays(30),
    };

    public const string Default = "last_24h";

    public static bool TryFind([NotNullWhen(true)] string? name, out TimeSpan length) => All.TryGetValue(name ?? "", out length);

    /// <summary>Minutes are kept for 25 hours, then summed into hours: a period is never cut inside a bucket that is kept.</summary>
    public static readonly TimeSpan MinutesKept = TimeSpan.FromHours(25);

    public static readonly TimeSpan HoursKept = TimeSpan.FromDays(31);

    /// <returns>The start of the minute, in milliseconds since 1970.</returns>
    public static long Minute(DateTimeOffset time) => Floor(time.ToUnixTimeMilliseconds(), 60_000);

    public static long Hour(long milliseconds) => Floor(milliseconds, 3_600_000);

    private static long Floor(long value, long step) => value - (((value % step) + step) % step);
}
