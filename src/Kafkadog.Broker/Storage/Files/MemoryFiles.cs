namespace Kafkadog.Broker.Storage.Files;

/// <summary>
/// Files in the memory of this process. They live as long as this object: a broker that is started again on it finds them, and nothing
/// of them ever touches the disk.
/// </summary>
/// <param name="maxBytes">What all files may take together; writing more fails as on a full disk.</param>
/// <param name="time">The clock of file times.</param>
internal sealed class MemoryFiles(long maxBytes, TimeProvider time) : IFileStore
{
    private readonly Lock _lock = new();
    private readonly MemoryBudget _budget = new(maxBytes);
    private readonly Dictionary<string, Dictionary<string, MemoryBytes>> _directories = new(StringComparer.Ordinal);
    private readonly HashSet<string> _locked = new(StringComparer.Ordinal);

    public (long TotalBytes, long FreeBytes) Space(string directory) => (_budget.MaxBytes, _budget.FreeBytes);

    public IStoredFile Open(string path, FileMode mode)
    {
        lock (_lock)
        {
            var directory = DirectoryOf(path);
            if (!directory.TryGetValue(path, out var bytes))
            {
                if (mode is FileMode.Open)
                    throw Missing(path);
                directory.Add(path, bytes = new MemoryBytes(_budget, time));
            }
            else if (mode is FileMode.Create)
            {
                bytes.SetLength(0);
            }

            return new MemoryFile(bytes);
        }
    }

    public IDisposable Lock(string path)
    {
        lock (_lock)
        {
            if (!_locked.Add(path))
                throw new IOException($"{path} is in use");
            DirectoryOf(path).TryAdd(path, new MemoryBytes(_budget, time));
        }

        return new HeldLock(this, path);
    }

    public bool FileExists(string path)
    {
        lock (_lock)
            return Find(path) is not null;
    }

    public long Length(string path)
    {
        lock (_lock)
            return (Find(path) ?? throw Missing(path)).Length;
    }

    public DateTime LastWriteTimeUtc(string path)
    {
        lock (_lock)
            return (Find(path) ?? throw Missing(path)).LastWriteTimeUtc;
    }

    public void SetLastWriteTimeUtc(string path, DateTime time)
    {
        lock (_lock)
            (Find(path) ?? throw Missing(path)).LastWriteTimeUtc = time;
    }

    public byte[] ReadAllBytes(string path)
    {
        MemoryBytes bytes;
        lock (_lock)
            bytes = Find(path) ?? throw Missing(path);
        var all = new byte[bytes.Length];
        return all[..bytes.Read(all, 0)];
    }

    public void Move(string from, string to)
    {
        lock (_lock)
        {
            if (!DirectoryOf(from).Remove(from, out var bytes))
                throw Missing(from);
            var target = DirectoryOf(to);
            target.GetValueOrDefault(to)?.Release();
            target[to] = bytes;
        }
    }

    public void Delete(string path)
    {
        lock (_lock)
        {
            if (_directories.TryGetValue(Path.GetDirectoryName(path)!, out var directory) && directory.Remove(path, out var bytes))
                bytes.Release();
        }
    }

    public bool DirectoryExists(string path)
    {
        lock (_lock)
            return _directories.ContainsKey(path);
    }

    public void CreateDirectory(string path)
    {
        lock (_lock)
        {
            for (var at = path; at is not null; at = Path.GetDirectoryName(at))
                _directories.TryAdd(at, new(StringComparer.Ordinal));
        }
    }

    public void MoveDirectory(string from, string to)
    {
        lock (_lock)
        {
            if (_directories.ContainsKey(to))
                throw new IOException($"{to} is there already");
            foreach (var directory in WithThoseBelow(from))
            {
                _directories.Remove(directory, out var files);
                _directories.Add(Renamed(directory, from, to), files!.ToDictionary(f => Renamed(f.Key, from, to), f => f.Value, StringComparer.Ordinal));
            }
        }
    }

    public void DeleteDirectory(string path)
    {
        lock (_lock)
        {
            foreach (var directory in WithThoseBelow(path))
            {
                _directories.Remove(directory, out var files);
                foreach (var file in files!.Values)
                    file.Release();
            }
        }
    }

    public IEnumerable<string> EnumerateFiles(string directory)
    {
        lock (_lock)
            return _directories.TryGetValue(directory, out var files) ? [.. files.Keys] : throw MissingDirectory(directory);
    }

    public IEnumerable<string> EnumerateDirectories(string directory)
    {
        lock (_lock)
            return [.. _directories.Keys.Where(d => string.Equals(Path.GetDirectoryName(d), directory, StringComparison.Ordinal))];
    }

    public void FlushDirectory(string path)
    {
        // Nothing outlives the process.
    }

    private static string Renamed(string path, string from, string to) => string.Concat(to, path.AsSpan(from.Length));

    private List<string> WithThoseBelow(string path)
    {
        var below = path + Path.DirectorySeparatorChar;
        return _directories.ContainsKey(path)
            ? [.. _directories.Keys.Where(d => d == path || d.StartsWith(below, StringComparison.Ordinal))]
            : throw MissingDirectory(path);
    }

    private MemoryBytes? Find(string path) => _directories.GetValueOrDefault(Path.GetDirectoryName(path)!)?.GetValueOrDefault(path);

    private Dictionary<string, MemoryBytes> DirectoryOf(string path) =>
        _directories.GetValueOrDefault(Path.GetDirectoryName(path)!) ?? throw MissingDirectory(Path.GetDirectoryName(path)!);

    private static FileNotFoundException Missing(string path) => new($"{path} is not there", path);

    private static DirectoryNotFoundException MissingDirectory(string path) => new($"{path} is not there");

    private sealed class MemoryFile(MemoryBytes bytes) : IStoredFile
    {
        private volatile bool _closed;

        public long Length => Bytes.Length;

        private MemoryBytes Bytes
        {
            get
            {
                ObjectDisposedException.ThrowIf(_closed, this);
                return bytes;
            }
        }

        public int Read(Span<byte> destination, long position) => Bytes.Read(destination, position);

        public void Write(ReadOnlySpan<byte> bytes, long position) => Bytes.Write(bytes, position);

        public void SetLength(long length) => Bytes.SetLength(length);

        public void Flush() => ObjectDisposedException.ThrowIf(_closed, this);

        public void Dispose() => _closed = true;
    }

    private sealed class HeldLock(MemoryFiles store, string path) : IDisposable
    {
        public void Dispose()
        {
            lock (store._lock)
                store._locked.Remove(path);
        }
    }
}
