using System.Buffers.Binary;

namespace Kafkadog.Broker.Storage;

/// <summary>
/// A file of sorted fixed-size entries. While its segment is active the entries live in memory and any thread may search while
/// the owner appends; sealed, they live in the file only and are read entry by entry.
/// </summary>
internal sealed class SparseIndex(LogFile file, int entrySize) : IDisposable
{
    private volatile byte[]? _memory;
    private volatile int _count;
    private int _written;

    public LogFile File => file;
    public int Count => _count;
    public int SizeInBytes => _count * entrySize;

    /// <summary>Opens a sealed index; false when the file is missing or its size is impossible.</summary>
    public bool TryOpenSealed()
    {
        if (file.LengthIfExists is not { } length || length % entrySize != 0 || length > int.MaxValue)
            return false;
        _count = _written = (int)length / entrySize;
        return true;
    }

    /// <summary>Opens the index of an active segment: as a sealed one, with its entries in memory.</summary>
    public bool TryOpenActive()
    {
        if (!TryOpenSealed())
            return false;
        var memory = new byte[Math.Max(SizeInBytes, entrySize)];
        file.ReadExactly(memory.AsSpan(0, SizeInBytes), 0);
        _memory = memory;
        return true;
    }

    /// <summary>Begins with no entries; the file is written on <see cref="WriteOut"/>.</summary>
    public void Reset()
    {
        _memory = [];
        _count = _written = 0;
    }

    /// <summary>The place for one more entry; it counts from <see cref="Commit"/> on.</summary>
    public Span<byte> Next()
    {
        var memory = _memory ?? throw new InvalidOperationException("A sealed index does not grow.");
        if (SizeInBytes + entrySize > memory.Length)
        {
            Array.Resize(ref memory, Math.Max(entrySize * 8, memory.Length * 2));
            _memory = memory;
        }

        return memory.AsSpan(SizeInBytes, entrySize);
    }

    public void Commit() => _count++;

    /// <summary>Writes what the file does not have yet.</summary>
    public void WriteOut()
    {
        if (_memory is not { } memory)
            return;
        if (_written == 0)
            file.Create();
        file.Write(memory.AsSpan(_written * entrySize, (_count - _written) * entrySize), (long)_written * entrySize);
        _written = _count;
    }

    /// <summary>Writes the rest and forgets the memory.</summary>
    public void Seal()
    {
        WriteOut();
        _memory = null;
    }

    public long Int64At(int entry, int at)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        return BinaryPrimitives.ReadInt64BigEndian(Field(entry, at, bytes));
    }

    public int Int32At(int entry, int at)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        return BinaryPrimitives.ReadInt32BigEndian(Field(entry, at, bytes));
    }

    /// <summary>The last of the first <see cref="Count"/> entries that is not <paramref name="above"/>; -1 when all are.</summary>
    public int Floor<T>(T target, Func<SparseIndex, int, T, bool> above)
    {
        int low = 0, high = _count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (above(this, middle, target))
                high = middle;
            else
                low = middle + 1;
        }

        return low - 1;
    }

    public void Dispose() => file.Dispose();

    private ReadOnlySpan<byte> Field(int entry, int at, Span<byte> buffer)
    {
        var position = (entry * entrySize) + at;
        if (_memory is { } memory)
            return memory.AsSpan(position, buffer.Length);
        file.ReadExactly(buffer, position);
        return buffer;
    }
}
