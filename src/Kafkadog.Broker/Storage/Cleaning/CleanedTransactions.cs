using Kafkadog.Broker.Protocol.Records;

namespace Kafkadog.Broker.Storage.Cleaning;

/// <summary>
/// Follows the transactions of a log while its batches go by in order. It tells which batches belong to aborted transactions (they
/// go), and which markers have none of their transaction's batches left before them (only those may go, later).
/// </summary>
internal sealed class CleanedTransactions
{
    private readonly PriorityQueue<AbortedTransaction, long> _toCome = new();
    private readonly Dictionary<long, (AbortedTransaction Transaction, bool HasData)> _aborted = [];
    private readonly HashSet<long> _withData = []; // producers whose open transaction is not known to be aborted
    private readonly List<AbortedTransaction> _kept = [];

    /// <summary>Aborted transactions whose marker was seen and whose data is not gone yet: they stay in the index of the segment.</summary>
    public IReadOnlyList<AbortedTransaction> Kept => _kept;

    /// <summary>Adds aborted transactions that reach into what comes next.</summary>
    public void Expect(IEnumerable<AbortedTransaction> aborted)
    {
        foreach (var transaction in aborted)
            _toCome.Enqueue(transaction, transaction.FirstOffset);
    }

    /// <summary>Forgets <see cref="Kept"/>, for the next segment.</summary>
    public void BeginSegment() => _kept.Clear();

    /// <returns>True when the batch belongs to an aborted transaction.</returns>
    public bool SeeData(in RecordBatch batch)
    {
        BeginUpTo(batch.LastOffset);
        if (!batch.IsTransactional)
            return false;
        if (_aborted.TryGetValue(batch.ProducerId, out var aborted))
        {
            _aborted[batch.ProducerId] = aborted with { HasData = true };
            return true;
        }

        _withData.Add(batch.ProducerId);
        return false;
    }

    /// <returns>True when nothing of the transaction that the marker ends went by: the marker tells nobody anything any more.</returns>
    public bool SeeMarker(ReadOnlyMemory<byte> bytes)
    {
        var batch = new RecordBatch(bytes.Span);
        BeginUpTo(batch.LastOffset);
        // What is left of a marker whose transaction is gone.
        if (batch.RecordCount == 0)
            return true;
        if (ControlBatch.ReadMarker(bytes).Marker is TransactionMarker.Commit)
            return !_withData.Remove(batch.ProducerId);
        if (!_aborted.Remove(batch.ProducerId, out var aborted) || !aborted.HasData)
            return true;
        _kept.Add(aborted.Transaction);
        return false;
    }

    private void BeginUpTo(long offset)
    {
        while (_toCome.TryPeek(out var next, out _) && next.FirstOffset <= offset)
        {
            _toCome.Dequeue();
            _aborted.TryAdd(next.ProducerId, (next, HasData: false));
        }
    }
}
