using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;

namespace Kafkadog.Broker.Storage;

/// <summary>What a marker is written with.</summary>
/// <param name="TransactionVersion">2 when the epoch was raised for the marker (KIP-890), else less.</param>
internal readonly record struct TransactionEnd(TransactionMarker Marker, long ProducerId, short ProducerEpoch, int CoordinatorEpoch, int TransactionVersion);

/// <summary>A producer as DescribeProducers shows it; -1 for what there is not.</summary>
internal readonly record struct ActiveProducer(
    long ProducerId, short Epoch, int LastSequence, long LastTimestampMs, int CoordinatorEpoch, long CurrentTxnFirstOffset);

internal sealed partial class PartitionLog
{
    private readonly OngoingTransactions _transactions = new();
    private volatile LogOffsetMetadata? _firstUnstable;

    /// <summary>What read_committed consumers may read up to: the high watermark, or the first record of the earliest transaction without a marker.</summary>
    public long LastStableOffset => StableEnd(_highWatermark, LogStartOffset).Offset;

    /// <summary>
    /// Before the transaction coordinator is asked whether this partition belongs to the producer's transaction: null when there is no
    /// need to ask, because the transaction is under way here.
    /// </summary>
    public VerificationGuard? StartVerification(long producerId, short epoch, int baseSequence, bool supportsEpochBump)
    {
        lock (_lock)
            return _producers.HasTransaction(producerId, epoch) ? null : _producers.Guard(producerId, epoch, baseSequence, supportsEpochBump, _environment.NowMs);
    }

    /// <summary>For a coordinator that writes here by itself: None, INVALID_PRODUCER_EPOCH, or INVALID_TXN_STATE when a marker came after the verification.</summary>
    public ErrorCode CheckVerified(long producerId, short epoch, VerificationGuard? guard)
    {
        lock (_lock)
            return Unavailable is var gone and not ErrorCode.None ? gone : _producers.CheckVerified(producerId, epoch, guard);
    }

    /// <summary>None, INVALID_PRODUCER_EPOCH or TRANSACTION_COORDINATOR_FENCED.</summary>
    public ErrorCode CheckMarker(TransactionEnd end)
    {
        lock (_lock)
            return Unavailable is var gone and not ErrorCode.None ? gone : _producers.CheckMarker(end.ProducerId, end.ProducerEpoch, end.CoordinatorEpoch, end.TransactionVersion);
    }

    /// <summary>Ends a producer's transaction here, or notes only the epoch if it has none. Errors as <see cref="CheckMarker"/>, and KAFKA_STORAGE_ERROR.</summary>
    public async ValueTask<ErrorCode> AppendMarkerAsync(TransactionEnd end)
    {
        // One coordinator writes the markers of a producer, one after the other: nothing comes between the look and the append.
        if (CheckMarker(end) is not ErrorCode.None and var error)
            return error;
        var batch = ControlBatch.WriteMarker(end.Marker, end.ProducerId, end.ProducerEpoch, end.CoordinatorEpoch, _environment.NowMs);
        return (await AppendAsync(batch, RequiredAcks.All, AppendOrigin.Coordinator).ConfigureAwait(false)).Error;
    }

    public IReadOnlyList<ActiveProducer> ActiveProducers()
    {
        lock (_lock)
        {
            return
            [
                .. _producers.All.Select(p =>
                    new ActiveProducer(p.ProducerId, p.Epoch, p.Last?.LastSequence ?? -1, p.LastTimestampMs, p.CoordinatorEpoch, p.CurrentTxnFirstOffset)),
            ];
        }
    }

    /// <summary>Accounts for the producer of a batch, while appending and while replaying; an aborted transaction goes into the index of the segment with its marker.</summary>
    private void Track(in RecordBatch batch, ReadOnlySpan<byte> bytes, LogSegment segment, long position)
    {
        if (batch.HasProducerId)
            Track(batch, batch.IsControl ? ReadMarker(bytes.ToArray()) : null, segment, position);
    }

    private void Track(in RecordBatch batch, MarkerRecord? marker, LogSegment segment, long position)
    {
        var completed = _producers.Update(batch, marker, out var began);
        if (began)
        {
            _transactions.Begin(new(batch.BaseOffset, segment, position));
            _firstUnstable = _transactions.First;
        }
        else if (completed is { } ended)
        {
            var stable = _transactions.End(ended);
            // While replaying, a segment that was not scanned again still has its entries.
            if (ended.IsAborted && (!_replaying || segment.BaseOffset >= _rescanned?.BaseOffset))
                segment.TransactionIndex.Append(new(ended.ProducerId, ended.FirstOffset, ended.LastOffset, stable));
        }
    }

    /// <summary>Lets readers see up to there. Transactions whose marker is visible now hold nothing back any more.</summary>
    private void MoveHighWatermark(LogOffsetMetadata to)
    {
        _highWatermark = to;
        _transactions.Release(to.Offset);
        _firstUnstable = _transactions.First;
    }

    /// <summary>
    /// The end for read_committed. The high watermark must have been read first: a transaction that begins below it is known before the
    /// high watermark moves, and stays known until its marker is below it.
    /// </summary>
    private LogOffsetMetadata StableEnd(LogOffsetMetadata highWatermark, long logStartOffset)
    {
        if (_firstUnstable is not { } unstable || unstable.Offset >= highWatermark.Offset)
            return highWatermark;
        // Its beginning was deleted; what is left of it is still not decided.
        if (unstable.Offset >= logStartOffset)
            return unstable;
        return _segments is [var first, ..] ? new(logStartOffset, first, 0) : highWatermark;
    }

    private List<AbortedTransaction> FindAborted(long from, LogSegment segment, LogSlice slice, long end)
    {
        var found = new List<AbortedTransaction>();
        var segments = _segments;
        var at = Math.Max(0, FloorSegment(segments, segment.BaseOffset));
        var upTo = Math.Min(end, segment.OffsetIndex.OffsetAtOrAfter(slice.End) ?? (at + 1 < segments.Length ? segments[at + 1].BaseOffset : end));
        for (; at < segments.Length; at++)
        {
            if (segments[at].TransactionIndex.Collect(from, upTo, found))
                break;
        }

        return found;
    }

    /// <summary>Where the batch with an offset lies.</summary>
    private LogOffsetMetadata PlaceOf(long offset)
    {
        var segment = _segments[Math.Max(0, FloorSegment(_segments, offset))];
        return new(offset, segment, offset <= segment.BaseOffset ? 0 : FindBatch(segment, offset, segment.Size)?.Position ?? segment.Size);
    }

    private static MarkerRecord? ReadMarker(LogSegment segment, long position, int size)
    {
        var bytes = new byte[size];
        segment.Log.ReadExactly(bytes, position);
        return ReadMarker(bytes);
    }

    private static MarkerRecord? ReadMarker(byte[] batch)
    {
        try
        {
            return ControlBatch.ReadMarker(batch);
        }
        catch (ProtocolException)
        {
            // A control record of another kind: it ends no transaction.
            return null;
        }
    }
}
