using System.Buffers;
using Kafkadog.Broker.Protocol.Records;

namespace Kafkadog.Broker.Storage.Cleaning;

/// <summary>
/// Reads a closed segment batch by batch, whole and checked, in a buffer that grows only for a batch that is larger.
/// Other than <see cref="LogReader"/> it knows nothing of the log around: the cleaner reads below the log start too.
/// </summary>
/// <param name="end">Where the segment ends, in bytes.</param>
internal sealed class SegmentReader(LogFile file, long position, long end, int bufferBytes) : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(bufferBytes, RecordBatch.HeaderSize));
    private long _fileAt = position;
    private int _at, _length;

    /// <summary>The current batch; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Batch { get; private set; }

    /// <summary>Where in the file the next batch begins.</summary>
    public long Position => _fileAt - _length + _at;

    /// <exception cref="StorageException">The bytes are damaged or cannot be read.</exception>
    public bool MoveNext()
    {
        if (Position == end)
            return false;
        Fill(RecordBatch.HeaderSize);
        var size = new RecordBatch(_buffer.AsSpan(_at, RecordBatch.HeaderSize)).SizeInBytes;
        if (size < RecordBatch.HeaderSize)
            throw Damaged();
        Fill(size);
        Batch = _buffer.AsMemory(_at, size);
        var batch = new RecordBatch(Batch.Span);
        if (batch.Magic != RecordBatch.CurrentMagic || batch.Crc != batch.ComputeCrc())
            throw Damaged();
        _at += size;
        return true;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void Fill(int bytes)
    {
        if (_length - _at >= bytes)
            return;
        if (bytes > end - Position)
            throw Damaged();
        var larger = bytes > _buffer.Length ? ArrayPool<byte>.Shared.Rent(bytes) : _buffer;
        _buffer.AsSpan(_at, _length - _at).CopyTo(larger);
        if (larger != _buffer)
            ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _length, _at) = (larger, _length - _at, 0);
        var more = (int)Math.Min(_buffer.Length - _length, end - _fileAt);
        file.ReadExactly(_buffer.AsSpan(_length, more), _fileAt);
        _length += more;
        _fileAt += more;
    }

    private StorageException Damaged() => new(StorageFailure.Corrupt, $"{file.Path} is damaged at byte {Position}");
}
