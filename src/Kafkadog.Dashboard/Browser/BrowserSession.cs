namespace Kafkadog.Dashboard.Browser;

/// <summary>What one browser tab told about itself once its circuit was up: its time zone, and whether anybody sees it.</summary>
internal sealed class BrowserSession
{
    /// <summary>UTC until the browser has answered.</summary>
    public TimeZoneInfo TimeZone { get; private set; } = TimeZoneInfo.Utc;

    public bool IsVisible { get; private set; } = true;

    /// <summary>The time zone became known, or the tab was hidden or shown.</summary>
    public event Action? Changed;

    public DateTimeOffset ToLocal(DateTimeOffset moment) => TimeZoneInfo.ConvertTime(moment, TimeZone);

    public void Learn(BrowserFacts facts)
    {
        TimeZone = Find(facts);
        IsVisible = facts.IsVisible;
        Changed?.Invoke();
    }

    public void SetVisible(bool isVisible)
    {
        if (IsVisible != isVisible)
        {
            IsVisible = isVisible;
            Changed?.Invoke();
        }
    }

    /// <summary>The named zone knows about summer time; where this machine has no zone data, the browser's present distance to UTC has to do.</summary>
    private static TimeZoneInfo Find(BrowserFacts facts)
    {
        if (TimeZoneInfo.TryFindSystemTimeZoneById(facts.TimeZone, out var zone))
        {
            return zone;
        }

        var offset = TimeSpan.FromMinutes(Math.Clamp(facts.OffsetMinutes, -14 * 60, 14 * 60));
        return TimeZoneInfo.CreateCustomTimeZone("browser", offset, "browser", "browser");
    }
}

/// <summary>As <c>kafkadog.js</c> answers.</summary>
/// <param name="TimeZone">An IANA name, empty where the browser does not say.</param>
/// <param name="OffsetMinutes">Minutes ahead of UTC right now.</param>
internal sealed record BrowserFacts(string TimeZone, int OffsetMinutes, bool IsVisible);
