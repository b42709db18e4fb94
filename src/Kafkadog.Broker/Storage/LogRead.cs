using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Storage;

/// <summary>How far a reader may see.</summary>
internal enum FetchIsolation
{
    /// <summary>Up to the high watermark (read_uncommitted).</summary>
    HighWatermark,
    /// <summary>Up to the last stable offset (read_committed).</summary>
    LastStableOffset,
}

/// <summary>What a fetch found: the ends of the partition as of the read, and whole batches to copy out.</summary>
internal readonly record struct LogRead(
    ErrorCode Error, long HighWatermark, long LastStableOffset, long LogStartOffset, LogSlice Slice)
{
    /// <summary>For read_committed: the aborted transactions that may have records in the slice, in the order of their markers.</summary>
    public IReadOnlyList<AbortedTransaction> Aborted { get; init; } = [];

    public static LogRead Failed(ErrorCode error) => new(error, -1, -1, -1, default);
}

/// <summary>
/// A range of whole batches in a segment. It stays readable after the segment's retention until the file is really
/// deleted (<c>file.delete.delay.ms</c>). The length is known before a byte is read, so that a response's size can be written first.
/// </summary>
internal readonly struct LogSlice
{
    private readonly LogFile? _file;
    private readonly long _position;

    internal LogSlice(LogFile file, long position, int length) => (_file, _position, Length) = (file, position, length);

    /// <summary>Where the slice ends in its segment.</summary>
    internal long End => _position + Length;

    /// <summary>Bytes in the slice; 0 when there is nothing to read.</summary>
    public int Length { get; }

    /// <summary>Fills <paramref name="destination"/> from byte <paramref name="from"/> of the slice on.</summary>
    /// <exception cref="StorageException">The disk failed, or the file is gone.</exception>
    public void CopyTo(int from, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, Length - destination.Length);
        _file?.ReadExactly(destination, _position + from);
    }
}

/// <summary>Answer of a lookup by timestamp; offset and timestamp are -1 when no record matches.</summary>
internal readonly record struct TimestampOffset(ErrorCode Error, long TimestampMs, long Offset, int LeaderEpoch)
{
    public static TimestampOffset NotFound { get; } = new(ErrorCode.None, -1, -1, -1);
}

/// <summary>Where a leader epoch ended; both -1 when the epoch is not known.</summary>
internal readonly record struct EpochEndOffset(int LeaderEpoch, long EndOffset);

/// <summary>Answer to DeleteRecords: the log start offset after it, -1 on error.</summary>
internal readonly record struct DeleteRecordsResult(ErrorCode Error, long LowWatermark);
