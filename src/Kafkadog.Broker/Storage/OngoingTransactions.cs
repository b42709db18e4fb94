namespace Kafkadog.Broker.Storage;

/// <summary>A transaction of one producer that ended with a marker in this partition.</summary>
/// <param name="LastOffset">The marker's offset.</param>
internal readonly record struct CompletedTransaction(long ProducerId, long FirstOffset, long LastOffset, bool IsAborted);

/// <summary>
/// The transactions of a partition that hold back its last stable offset: those without a marker, and those whose marker is not below
/// the high watermark yet. Guarded by the log's lock.
/// </summary>
internal sealed class OngoingTransactions
{
    private readonly SortedDictionary<long, LogOffsetMetadata> _ongoing = [];
    private readonly SortedDictionary<long, (LogOffsetMetadata Place, long LastOffset)> _ended = [];

    /// <summary>Where the earliest of them begins; null when there is none.</summary>
    public LogOffsetMetadata? First { get; private set; }

    public void Begin(LogOffsetMetadata place)
    {
        _ongoing[place.Offset] = place;
        Update();
    }

    /// <summary>The marker has its place in the log. The transaction holds back until <see cref="Release"/> passes the marker.</summary>
    /// <returns>The last stable offset once the marker is visible.</returns>
    public long End(CompletedTransaction ended)
    {
        if (_ongoing.Remove(ended.FirstOffset, out var place))
            _ended[ended.FirstOffset] = (place, ended.LastOffset);
        return _ongoing.Count > 0 ? _ongoing.Keys.First() : ended.LastOffset + 1;
    }

    /// <summary>Everything below the high watermark is visible: transactions that ended there hold back no more.</summary>
    public void Release(long highWatermark)
    {
        if (_ended.Count == 0)
            return;
        foreach (var (first, ended) in _ended.ToArray())
        {
            if (ended.LastOffset < highWatermark)
                _ended.Remove(first);
        }

        Update();
    }

    private void Update()
    {
        First = _ongoing.Count > 0 ? _ongoing.Values.First() : null;
        if (_ended.Count > 0 && _ended.Values.First().Place is var earliest && (First is null || earliest.Offset < First.Offset))
            First = earliest;
    }
}
