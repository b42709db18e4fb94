namespace Kafkadog.Broker.Storage;

/// <summary>Hands out producer ids in blocks of 1000 that are on the disk before use, so that none repeats after a crash.</summary>
internal sealed class ProducerIds : IMetadataState
{
    private const int BlockSize = 1000;

    private readonly Lock _lock = new();
    private MetadataLog? _log;
    private long _next;
    private long _blockEnd;

    /// <exception cref="StorageException">A new block could not be written.</exception>
    public long Next()
    {
        lock (_lock)
        {
            if (_next == _blockEnd)
                (_log ?? throw new InvalidOperationException("Not attached to a metadata log.")).Append(new ProducerIdsRecord(_blockEnd + BlockSize));
            return _next++;
        }
    }

    /// <summary>Blocks are written there. What an earlier run did not use of its last block is skipped.</summary>
    public void Attach(MetadataLog log)
    {
        _log = log;
        _next = _blockEnd;
    }

    public void Apply(MetadataRecord record)
    {
        if (record is ProducerIdsRecord block)
            _blockEnd = block.NextProducerId;
    }

    public IEnumerable<MetadataRecord> Snapshot() => [new ProducerIdsRecord(_blockEnd)];
}
