using System.Globalization;

namespace Kafkadog.Dashboard.Components;

/// <summary>Moments as text.</summary>
internal static class Moments
{
    /// <summary><c>2026-03-01 14:02:03.118 UTC</c></summary>
    public static string Utc(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>As the clock on the reader's wall shows it.</summary>
    public static string Local(DateTimeOffset local, TimeDetail detail) => local.ToString(
        detail switch
        {
            TimeDetail.Minutes => "HH:mm",
            TimeDetail.Milliseconds => "HH:mm:ss.fff",
            TimeDetail.Date => "yyyy-MM-dd HH:mm:ss",
            _ => "HH:mm:ss",
        },
        CultureInfo.InvariantCulture);
}

public enum TimeDetail
{
    Seconds,
    Minutes,
    Milliseconds,

    /// <summary>Day and time to the second.</summary>
    Date,
}
