using Kafkadog.Broker.Storage.Files;

namespace Kafkadog.Broker.Storage;

/// <summary>
/// One file of a log, opened when used and perhaps closed in between by <see cref="OpenFiles"/>. Reads may come from any
/// thread; writes, truncation and renaming from the owner of the log only.
/// </summary>
internal sealed class LogFile(OpenFiles files, string path) : IDisposable
{
    private volatile IStoredFile? _handle;
    private volatile bool _recentlyUsed;
    private volatile bool _dirty;
    private volatile bool _gone;

    public string Path { get; private set; } = path;

    /// <summary>Written since the last <see cref="Flush"/> began.</summary>
    public bool IsDirty => _dirty;

    // The next four belong to OpenFiles.
    internal bool MayCreate { get; private set; }
    internal IStoredFile? Handle { get => _handle; set => _handle = value; }
    internal LinkedListNode<LogFile>? Node { get; set; }

    internal bool TakeRecentlyUsed()
    {
        var used = _recentlyUsed;
        _recentlyUsed = false;
        return used;
    }

    public bool Exists => files.Store.FileExists(Path);

    /// <summary>The length as the directory tells it, without opening the file; null when it is missing.</summary>
    public long? LengthIfExists => files.Store.FileExists(Path) ? files.Store.Length(Path) : null;

    public DateTime LastWriteTimeUtc
    {
        get => files.Store.LastWriteTimeUtc(Path);
        set => files.Store.SetLastWriteTimeUtc(Path, value);
    }

    public long Length() => Use(static (handle, _) => handle.Length, 0L, "Cannot read the length of");

    /// <returns>Bytes read, fewer than asked for at the end of the file only.</returns>
    public int Read(Span<byte> destination, long position)
    {
        var done = 0;
        while (done < destination.Length)
        {
            int read;
            try
            {
                read = Open().Read(destination[done..], position + done);
            }
            catch (ObjectDisposedException) when (!_gone)
            {
                continue; // closed to make room between Open and Read: open it again
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                throw StorageException.From(e, $"Cannot read {Path}");
            }

            if (read == 0)
                break;
            done += read;
        }

        return done;
    }

    /// <exception cref="StorageException">The file ends before that, or cannot be read.</exception>
    public void ReadExactly(Span<byte> destination, long position)
    {
        var read = Read(destination, position);
        if (read != destination.Length)
            throw new StorageException(StorageFailure.Corrupt, $"{Path} ends at byte {position + read}, {destination.Length - read} bytes too early");
    }

    public void Write(ReadOnlySpan<byte> bytes, long position)
    {
        // Dirty before the handle is taken: from then on the file is not closed to make room.
        _dirty = true;
        while (true)
        {
            try
            {
                Open().Write(bytes, position);
                return;
            }
            catch (ObjectDisposedException) when (!_gone)
            {
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                throw StorageException.From(e, $"Cannot write {Path}");
            }
        }
    }

    /// <summary>Forces written bytes to the disk. After an error the file's state is unknown: it must not be used as if clean.</summary>
    public void Flush()
    {
        if (!_dirty)
            return;
        while (true)
        {
            var handle = Open();
            _dirty = false;
            try
            {
                handle.Flush();
                return;
            }
            catch (ObjectDisposedException) when (!_gone)
            {
                // No longer dirty, it was closed to make room before it was flushed: the bytes are the system's still.
                _dirty = true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                _dirty = true;
                throw StorageException.From(e, $"Cannot flush {Path}");
            }
        }
    }

    /// <summary>Makes the file, or empties it. A file that is missing otherwise is an error, never an empty one.</summary>
    public void Create()
    {
        MayCreate = true;
        Truncate(0);
        MayCreate = false;
    }

    public void Truncate(long length)
    {
        _dirty = true;
        Use(static (handle, to) =>
        {
            handle.SetLength(to);
            return to;
        }, length, "Cannot truncate");
    }

    /// <summary>Readers that open the file meanwhile find it under the one name or the other.</summary>
    public void Rename(string to) => files.Run(() =>
    {
        files.Store.Move(Path, to);
        Path = to;
    });

    /// <summary>Takes the file from the disk; <see cref="Create"/> makes it anew.</summary>
    public void Clear()
    {
        Dispose();
        files.Store.Delete(Path);
    }

    public void Delete()
    {
        _gone = true;
        Dispose();
        files.Store.Delete(Path);
    }

    public void Dispose() => files.Close(this);

    private IStoredFile Open()
    {
        if (_gone)
            throw new StorageException(StorageFailure.Io, $"{Path} is deleted");
        _recentlyUsed = true;
        if (_handle is { } open)
            return open;
        try
        {
            return files.Open(this);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.From(e, $"Cannot open {Path}");
        }
    }

    private long Use(Func<IStoredFile, long, long> use, long argument, string doing)
    {
        while (true)
        {
            try
            {
                return use(Open(), argument);
            }
            catch (ObjectDisposedException) when (!_gone)
            {
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                throw StorageException.From(e, $"{doing} {Path}");
            }
        }
    }
}
