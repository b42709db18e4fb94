namespace Kafkadog.Broker.Storage.Cleaning;

/// <summary>A segment that no longer grows and can be cleaned: all of it is below the last stable offset.</summary>
/// <param name="NextOffset">Where the next segment begins.</param>
/// <param name="LargestTimestampMs">-1 when no record has one.</param>
/// <param name="FirstTimestampMs">The largest of the first batch; the age of the segment counts from it.</param>
internal readonly record struct ClosedSegment(LogSegment Segment, long NextOffset, long LargestTimestampMs, long FirstTimestampMs);

/// <summary>What the cleaner has to know of a log to decide whether to clean it.</summary>
/// <param name="Segments">The oldest first, without gaps.</param>
/// <param name="CleanedTo">Where the last cleaning ended.</param>
internal sealed record CleaningView(IReadOnlyList<ClosedSegment> Segments, long LogStartOffset, long LogEndOffset, long CleanedTo, TopicConfig Config);

/// <summary>The dirty part of a log: records that no cleaning has looked at yet.</summary>
/// <param name="View">The log as of the decision.</param>
/// <param name="FirstDirtyOffset">Where it begins.</param>
/// <param name="End">Where it ends: the active segment, an open transaction, or records younger than <c>min.compaction.lag.ms</c> follow.</param>
/// <param name="CleanBytes">Bytes in segments before it.</param>
/// <param name="DirtyBytes">Bytes in its segments.</param>
/// <param name="IsOverdue">It holds records older than <c>max.compaction.lag.ms</c>.</param>
internal sealed record CleanableLog(PartitionLog Log, CleaningView View, long FirstDirtyOffset, long End, long CleanBytes, long DirtyBytes, bool IsOverdue)
{
    /// <summary>0 for a clean log, 1 for one that was never cleaned.</summary>
    public double DirtyRatio => DirtyBytes == 0 ? 0 : (double)DirtyBytes / (CleanBytes + DirtyBytes);

    /// <summary>Dirtier than <c>min.cleanable.dirty.ratio</c>, or overdue.</summary>
    public bool MustClean => DirtyBytes > 0 && (IsOverdue || DirtyRatio > View.Config.MinCleanableDirtyRatio);

    public static CleanableLog Of(PartitionLog log, CleaningView view, long nowMs)
    {
        var config = view.Config;
        // A log that was cut or deleted from since is dirty from its start, as in Apache Kafka.
        var first = view.CleanedTo >= view.LogStartOffset && view.CleanedTo <= view.LogEndOffset ? view.CleanedTo : view.LogStartOffset;
        var (end, clean, dirty, overdue) = (view.Segments is [var oldest, ..] ? oldest.Segment.BaseOffset : first, 0L, 0L, false);
        foreach (var segment in view.Segments)
        {
            if (segment.NextOffset <= first)
            {
                clean += segment.Segment.Size;
                end = segment.NextOffset;
                continue;
            }

            if (config.MinCompactionLagMs > 0 && segment.LargestTimestampMs > nowMs - config.MinCompactionLagMs)
                break;
            dirty += segment.Segment.Size;
            end = segment.NextOffset;
            overdue |= segment.FirstTimestampMs > 0 && segment.FirstTimestampMs < (Int128)nowMs - config.MaxCompactionLagMs;
        }

        return new(log, view, first, Math.Max(first, end), clean, dirty, overdue);
    }
}
