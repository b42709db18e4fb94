namespace Kafkadog.Dashboard.Overview;

/// <summary>How much there is to show.</summary>
public enum OverviewStage
{
    /// <summary>Kafka was never reached: zeros and green lamps would be claims without a ground.</summary>
    NothingKnown,

    NobodyOrdered,

    Open,
}
