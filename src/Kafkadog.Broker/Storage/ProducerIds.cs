namespace Kafkadog.Broker.Storage;

/// <summary>Hands out producer ids in blocks of 1000 that are on the disk before use, so that none repeats after a crash.</summary>
internal sealed class ProducerIds
{
    /// <exception cref="StorageException">A new block could not be written.</exception>
    public long Next() => throw new NotSupportedException();
}
