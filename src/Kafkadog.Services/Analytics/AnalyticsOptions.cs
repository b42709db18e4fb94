using System.ComponentModel.DataAnnotations;

namespace Kafkadog.Services.Analytics;

/// <summary>The section <c>Analytics</c>.</summary>
internal sealed class AnalyticsOptions
{
    public const string Section = "Analytics";

    /// <summary>Pause between two snapshots, in seconds; one with nothing new is left out.</summary>
    [Range(1, 86_400)]
    public int SnapshotSeconds { get; set; } = 300;

    /// <summary>Best sellers in a snapshot.</summary>
    [Range(1, 100)]
    public int SnapshotSize { get; set; } = 10;
}
