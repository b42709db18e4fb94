namespace Kafkadog.Broker.Storage;

/// <summary>Reads a log batch by batch: <c>while (reader.MoveNext()) Use(reader.Batch)</c>.</summary>
internal sealed class LogReader : IDisposable
{
    /// <summary>The whole current batch, valid until the next call.</summary>
    public ReadOnlyMemory<byte> Batch => throw new NotSupportedException();

    /// <returns>False at the log end; later calls go on if more was appended.</returns>
    /// <exception cref="StorageException">The bytes are damaged or cannot be read.</exception>
    public bool MoveNext() => throw new NotSupportedException();

    public void Dispose() => throw new NotSupportedException();
}
