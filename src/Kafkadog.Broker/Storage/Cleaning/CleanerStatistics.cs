namespace Kafkadog.Broker.Storage.Cleaning;

/// <summary>What the cleaner has done and what waits for it; a copy as of one moment.</summary>
/// <param name="Cleanings">Logs cleaned since the start.</param>
/// <param name="BytesRead">Bytes gone through by them.</param>
/// <param name="BytesKept">Bytes left of those.</param>
/// <param name="LastDuration">How long the last cleaning took (Kafka's <c>max-clean-time-secs</c>).</param>
/// <param name="LastRecopyRatio">The share of its bytes that was left, 0 to 1 (<c>cleaner-recopy-percent</c>).</param>
/// <param name="LastUtilization">The share of the memory for keys it needed, 0 to 1 (<c>max-buffer-utilization-percent</c>).</param>
/// <param name="MaxDirtyRatio">Of the dirtiest log when last looked (<c>max-dirty-percent</c>).</param>
/// <param name="SinceLastRun">Since the cleaner last looked (<c>time-since-last-run-ms</c>).</param>
/// <param name="UncleanablePartitions">Logs it has given up on (<c>uncleanable-partitions-count</c>).</param>
/// <param name="UncleanableBytes">Bytes in them (<c>uncleanable-bytes</c>).</param>
internal readonly record struct CleanerStatistics(
    long Cleanings, long BytesRead, long BytesKept, TimeSpan LastDuration, double LastRecopyRatio, double LastUtilization,
    double MaxDirtyRatio, TimeSpan SinceLastRun, int UncleanablePartitions, long UncleanableBytes);
