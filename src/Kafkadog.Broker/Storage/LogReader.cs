using System.Buffers;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;

namespace Kafkadog.Broker.Storage;

/// <summary>
/// Reads a log batch by batch up to the high watermark, for replay: <c>while (reader.MoveNext()) Use(reader.Batch)</c>.
/// The first batch is the one that contains the offset asked for.
/// </summary>
internal sealed class LogReader(PartitionLog log, long fromOffset) : IDisposable
{
    private const int ChunkBytes = 256 * 1024;

    private long _next = fromOffset;
    private byte[] _chunk = [];
    private int _length;
    private int _at;

    /// <summary>The whole current batch, valid until the next call.</summary>
    public ReadOnlyMemory<byte> Batch { get; private set; }

    /// <returns>False at the high watermark; later calls go on if more was appended.</returns>
    /// <exception cref="StorageException">The bytes are damaged or cannot be read, or the offset is out of range.</exception>
    public bool MoveNext()
    {
        if (_at == _length && !ReadChunk())
            return false;

        var batch = new RecordBatch(_chunk.AsSpan(_at, _length - _at));
        if (!batch.IsComplete || batch.Crc != batch.ComputeCrc())
            throw new StorageException(StorageFailure.Corrupt, $"{log.TopicPartition} has a damaged batch after offset {_next}");
        Batch = _chunk.AsMemory(_at, batch.SizeInBytes);
        _at += batch.SizeInBytes;
        _next = batch.NextOffset;
        return true;
    }

    public void Dispose()
    {
        Return();
        _chunk = [];
        (_at, _length) = (0, 0);
    }

    private bool ReadChunk()
    {
        var read = log.Read(_next, ChunkBytes, atLeastOneBatch: true);
        if (read.Error is not ErrorCode.None)
            throw log.Failure ?? new StorageException(StorageFailure.Io, $"{log.TopicPartition} cannot be read from offset {_next}: {read.Error}");
        if (read.Slice.Length > _chunk.Length)
        {
            Return();
            _chunk = ArrayPool<byte>.Shared.Rent(read.Slice.Length);
        }

        read.Slice.CopyTo(0, _chunk.AsSpan(0, read.Slice.Length));
        (_at, _length) = (0, read.Slice.Length);
        return _length > 0;
    }

    private void Return()
    {
        if (_chunk.Length > 0)
            ArrayPool<byte>.Shared.Return(_chunk);
    }
}
