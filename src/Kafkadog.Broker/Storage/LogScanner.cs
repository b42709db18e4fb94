using System.Buffers;
using Kafkadog.Broker.Protocol.Records;

namespace Kafkadog.Broker.Storage;

/// <summary>
/// Walks the batches of a file from a batch boundary on, in memory bounded by its window however large a batch is.
/// Stops before the first batch that is cut off or cannot be one.
/// </summary>
internal ref struct LogScanner : IDisposable
{
    /// <summary>Enough for the batches between two index entries.</summary>
    public const int LookupWindow = 4096;
    public const int RecoveryWindow = 512 * 1024;

    private readonly LogFile _file;
    private readonly long _end;
    private readonly byte[] _window;
    private long _windowStart;
    private int _windowLength;

    public LogScanner(LogFile file, long position, long end, int windowBytes)
    {
        (_file, _end, Next) = (file, end, position);
        _window = ArrayPool<byte>.Shared.Rent(windowBytes);
        _windowStart = position;
    }

    /// <summary>Where the current batch begins.</summary>
    public long Position { get; private set; }

    /// <summary>Where the next batch begins; after the last one, the end of the valid part.</summary>
    public long Next { get; private set; }

    /// <summary>Header of the current batch; the view holds no records.</summary>
    public RecordBatch Header => new(_window.AsSpan((int)(Position - _windowStart), RecordBatch.HeaderSize));

    public bool MoveNext()
    {
        if (_end - Next < RecordBatch.HeaderSize)
            return false;
        Fill(Next, RecordBatch.HeaderSize);
        var header = new RecordBatch(_window.AsSpan((int)(Next - _windowStart), RecordBatch.HeaderSize));
        var size = header.SizeInBytes;
        if (size < RecordBatch.HeaderSize || size > _end - Next || header.Magic != RecordBatch.CurrentMagic || header.LastOffsetDelta < 0 || header.BaseOffset < 0)
            return false;
        Position = Next;
        Next += size;
        return true;
    }

    /// <summary>Reads the whole current batch and compares its checksum.</summary>
    public bool CrcIsRight()
    {
        var expected = Header.Crc;
        var crc = 0u;
        var size = (int)(Next - Position);
        for (var at = RecordBatch.AttributesAt; at < size;)
        {
            Fill(Position + at, 1);
            var from = (int)(Position + at - _windowStart);
            var length = Math.Min(_windowLength - from, size - at);
            crc = Crc32C.Append(crc, _window.AsSpan(from, length));
            at += length;
        }

        Fill(Position, RecordBatch.HeaderSize);
        return crc == expected;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_window);

    private void Fill(long position, int length)
    {
        if (position >= _windowStart && position + length <= _windowStart + _windowLength)
            return;
        _windowStart = position;
        _windowLength = (int)Math.Min(_window.Length, _end - position);
        _file.ReadExactly(_window.AsSpan(0, _windowLength), position);
    }
}
