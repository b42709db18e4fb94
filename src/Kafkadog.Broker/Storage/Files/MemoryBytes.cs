namespace Kafkadog.Broker.Storage.Files;

/// <summary>The content of one file in memory: chunks, so that a growing log is never copied. Any thread may call any method.</summary>
/// <param name="budget">What all files of the store may take together.</param>
/// <param name="time">The clock of <see cref="LastWriteTimeUtc"/>.</param>
internal sealed class MemoryBytes(MemoryBudget budget, TimeProvider time)
{
    private const int ChunkBytes = 64 * 1024;

    /// <summary>Most files of a broker stay far smaller than a chunk.</summary>
    private const int SmallestChunk = 256;

    private readonly Lock _lock = new();
    private readonly List<byte[]> _chunks = [];
    private long _length;
    private long _allocated;
    private bool _deleted;

    public DateTime LastWriteTimeUtc { get; set; } = time.GetUtcNow().UtcDateTime;

    public long Length
    {
        get
        {
            lock (_lock)
                return _length;
        }
    }

    public int Read(Span<byte> destination, long position)
    {
        lock (_lock)
        {
            var count = (int)Math.Clamp(_length - position, 0, destination.Length);
            for (var done = 0; done < count;)
            {
                var (chunk, at) = Math.DivRem(position + done, ChunkBytes);
                var piece = Math.Min(count - done, ChunkBytes - (int)at);
                _chunks[(int)chunk].AsSpan((int)at, piece).CopyTo(destination[done..]);
                done += piece;
            }

            return count;
        }
    }

    /// <exception cref="IOException">The budget is used up; nothing was written.</exception>
    public void Write(ReadOnlySpan<byte> bytes, long position)
    {
        lock (_lock)
        {
            Reserve(position + bytes.Length);
            for (var done = 0; done < bytes.Length;)
            {
                var (chunk, at) = Math.DivRem(position + done, ChunkBytes);
                var piece = Math.Min(bytes.Length - done, ChunkBytes - (int)at);
                bytes.Slice(done, piece).CopyTo(_chunks[(int)chunk].AsSpan((int)at));
                done += piece;
            }

            _length = Math.Max(_length, position + bytes.Length);
            LastWriteTimeUtc = time.GetUtcNow().UtcDateTime;
        }
    }

    /// <exception cref="IOException">The budget is used up.</exception>
    public void SetLength(long length)
    {
        lock (_lock)
        {
            Reserve(length);
            // What was cut off must not come back when the file grows again.
            for (var at = length; at < Math.Min(_length, _allocated); at = (at / ChunkBytes * ChunkBytes) + ChunkBytes)
                _chunks[(int)(at / ChunkBytes)].AsSpan((int)(at % ChunkBytes)).Clear();
            var kept = (int)((length + ChunkBytes - 1) / ChunkBytes);
            while (_chunks.Count > kept)
            {
                Account(-_chunks[^1].Length);
                _chunks.RemoveAt(_chunks.Count - 1);
            }

            _length = length;
            LastWriteTimeUtc = time.GetUtcNow().UtcDateTime;
        }
    }

    /// <summary>The file is in no directory any more: it takes no part of the budget, and lives as long as somebody has it open.</summary>
    public void Release()
    {
        lock (_lock)
        {
            if (!_deleted)
                budget.Add(-_allocated);
            _deleted = true;
        }
    }

    private void Reserve(long length)
    {
        if (length <= _allocated)
            return;

        // Full chunks, but for the only one of a small file, which doubles.
        var wanted = length > ChunkBytes / 2
            ? (length + ChunkBytes - 1) / ChunkBytes * ChunkBytes
            : Math.Max(SmallestChunk, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)length));
        Account(wanted - _allocated);
        if (_chunks is [{ Length: < ChunkBytes } small])
        {
            var larger = new byte[Math.Min(wanted, ChunkBytes)];
            small.CopyTo(larger, 0);
            _chunks[0] = larger;
        }

        for (var have = (long)_chunks.Sum(c => c.Length); have < wanted; have += _chunks[^1].Length)
            _chunks.Add(new byte[Math.Min(wanted - have, ChunkBytes)]);
    }

    private void Account(long bytes)
    {
        if (!_deleted)
            budget.Add(bytes);
        _allocated += bytes;
    }
}

/// <summary>The bytes that the files of one store may take together.</summary>
internal sealed class MemoryBudget(long maxBytes)
{
    /// <summary>ENOSPC, so that a full memory is told as a full disk is.</summary>
    private const int NoSpaceLeft = 28;

    private long _used;

    public long MaxBytes => maxBytes;

    public long FreeBytes => Math.Max(0, maxBytes - Volatile.Read(ref _used));

    /// <exception cref="IOException">It would be more than there is; nothing is taken.</exception>
    public void Add(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= maxBytes || bytes <= 0)
            return;
        Interlocked.Add(ref _used, -bytes);
        throw new IOException($"the {maxBytes} bytes of memory for files are used up", NoSpaceLeft);
    }
}
