using Kafkadog.Broker.Storage.Files;

namespace Kafkadog.Broker.Tests.Storage.Files;

/// <summary>
/// Files in memory that know what a disk would still have after the power was cut: of a file what was flushed, of a directory the names
/// that were flushed. It stands for the disk because nobody can cut the power of one in a test; it is stricter than most file systems,
/// which keep more than they must. Writes and flushes can be made to fail.
/// </summary>
internal sealed class FaultyFiles : IFileStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Folder> _folders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _locked = new(StringComparer.Ordinal);
    private bool _isOff;

    /// <summary>Called with the path before each write or flush; what it returns is thrown.</summary>
    public Func<string, bool, IOException?> Fault { get; set; } = static (_, _) => null;

    /// <summary>Flushes of files that reached the disk.</summary>
    public int Flushes { get; private set; }

    /// <summary>
    /// What is left after the power is cut now; nothing reaches this store any more. With <paramref name="random"/> each file also keeps
    /// part of what was written to its end and not flushed, as a disk does that was in the middle of it.
    /// </summary>
    public FaultyFiles CutPower(Random? random = null)
    {
        lock (_lock)
        {
            _isOff = true;
            var left = new FaultyFiles();
            foreach (var (path, folder) in _folders)
            {
                if (!folder.IsDurable)
                    continue;
                var kept = left._folders[path] = new Folder { IsDurable = true };
                foreach (var (name, file) in folder.Durable)
                    kept.Durable[name] = kept.Names[name] = new Content { Bytes = [.. file.AfterPowerCut(random)], Flushed = file.AfterPowerCut(null) };
            }

            return left;
        }
    }

    public (long TotalBytes, long FreeBytes) Space(string directory) => (long.MaxValue, long.MaxValue);

    public IStoredFile Open(string path, FileMode mode) => Locked(() =>
    {
        var folder = FolderOf(path);
        if (!folder.Names.TryGetValue(path, out var content))
        {
            if (mode is FileMode.Open)
                throw new FileNotFoundException("missing", path);
            folder.Names[path] = content = new Content();
        }

        if (mode is FileMode.Create)
            content.Bytes.Clear();
        return new OpenFile(this, path, content);
    });

    public IDisposable Lock(string path) => Locked(() => _locked.Add(path) ? new Unlock(this, path) : throw new IOException("held"));
    public bool FileExists(string path) => Locked(() => _folders.TryGetValue(Parent(path), out var folder) && folder.Names.ContainsKey(path));
    public long Length(string path) => Locked(() => (long)Find(path).Bytes.Count);
    public DateTime LastWriteTimeUtc(string path) => Locked(() => Find(path).LastWriteTimeUtc);
    public void SetLastWriteTimeUtc(string path, DateTime time) => Locked(() => Find(path).LastWriteTimeUtc = time);
    public byte[] ReadAllBytes(string path) => Locked(() => Find(path).Bytes.ToArray());

    public void Move(string from, string to) => Locked(() =>
    {
        FolderOf(to).Names[to] = Find(from);
        return FolderOf(from).Names.Remove(from);
    });

    public void Delete(string path) => Locked(() => FolderOf(path).Names.Remove(path));
    public bool DirectoryExists(string path) => Locked(() => _folders.TryGetValue(path, out var folder) && !folder.IsGone);

    public void CreateDirectory(string path) => Locked(() =>
    {
        for (var at = path; at.Length > 1; at = Parent(at))
        {
            if (_folders.TryGetValue(at, out var there))
                there.IsGone = false;
            else
                // The directory that holds the broker's was there before.
                _folders.Add(at, new Folder { IsDurable = at != path });
        }

        return true;
    });

    public void MoveDirectory(string from, string to) => Locked(() =>
    {
        // Names are whole paths, so that a move is a copy; it counts as flushed at once, which no test depends on.
        var moved = _folders[from];
        _folders.Remove(from);
        _folders[to] = new Folder { IsDurable = moved.IsDurable };
        foreach (var (name, content) in moved.Names)
            _folders[to].Names[to + name[from.Length..]] = content;
        return true;
    });

    public void DeleteDirectory(string path) => Locked(() => _folders.Remove(path));
    public IEnumerable<string> EnumerateFiles(string directory) => Locked(() => _folders[directory].Names.Keys.ToList());
    public IEnumerable<string> EnumerateDirectories(string directory) => Locked(() => _folders.Where(f => !f.Value.IsGone && Parent(f.Key) == directory).Select(f => f.Key).ToList());

    public void FlushDirectory(string path) => Locked(() =>
    {
        if (Fault(path, true) is { } fault)
            throw fault;
        var folder = _folders[path];
        folder.Durable = new(folder.Names, StringComparer.Ordinal);
        foreach (var (child, content) in _folders)
        {
            if (Parent(child) == path)
                content.IsDurable = true;
        }

        return true;
    });

    private static string Parent(string path) => Path.GetDirectoryName(path) ?? "";

    private Folder FolderOf(string path) => _folders.TryGetValue(Parent(path), out var folder) ? folder : throw new DirectoryNotFoundException(path);

    private Content Find(string path) => FolderOf(path).Names.GetValueOrDefault(path) ?? throw new FileNotFoundException("missing", path);

    private T Locked<T>(Func<T> action)
    {
        lock (_lock)
            return _isOff ? throw new IOException("the power is off") : action();
    }

    private sealed class Folder
    {
        public Dictionary<string, Content> Names { get; } = new(StringComparer.Ordinal);
        public Dictionary<string, Content> Durable { get; set; } = new(StringComparer.Ordinal);
        public bool IsDurable { get; set; }
        public bool IsGone { get; set; }
    }

    private sealed class Content
    {
        public List<byte> Bytes { get; init; } = [];
        public byte[] Flushed { get; set; } = [];
        public DateTime LastWriteTimeUtc { get; set; } = DateTime.UnixEpoch;

        public byte[] AfterPowerCut(Random? random)
        {
            var more = Bytes.Count - Flushed.Length;
            return random is null || more <= 0 || !Bytes.Take(Flushed.Length).SequenceEqual(Flushed)
                ? Flushed
                : [.. Flushed, .. Bytes.Skip(Flushed.Length).Take(random.Next(more + 1))];
        }
    }

    private sealed class OpenFile(FaultyFiles store, string path, Content content) : IStoredFile
    {
        private bool _isClosed;

        public long Length => Do(() => (long)content.Bytes.Count);

        public int Read(Span<byte> destination, long position)
        {
            var (from, length) = ((int)position, destination.Length);
            var read = Do(() => content.Bytes.Skip(from).Take(length).ToArray());
            read.CopyTo(destination);
            return read.Length;
        }

        public void Write(ReadOnlySpan<byte> bytes, long position)
        {
            var copy = bytes.ToArray();
            Do(() =>
            {
                if (store.Fault(path, false) is { } fault)
                    throw fault;
                Resize((int)position);
                var over = Math.Min(copy.Length, content.Bytes.Count - (int)position);
                content.Bytes.RemoveRange((int)position, over);
                content.Bytes.InsertRange((int)position, copy);
                return true;
            });
        }

        public void SetLength(long length) => Do(() =>
        {
            Resize((int)length);
            content.Bytes.RemoveRange((int)length, content.Bytes.Count - (int)length);
            return true;
        });

        public void Flush() => Do(() =>
        {
            if (store.Fault(path, true) is { } fault)
                throw fault;
            store.Flushes++;
            content.Flushed = [.. content.Bytes];
            return true;
        });

        public void Dispose() => _isClosed = true;

        private void Resize(int atLeast)
        {
            if (content.Bytes.Count < atLeast)
                content.Bytes.AddRange(new byte[atLeast - content.Bytes.Count]);
        }

        private T Do<T>(Func<T> action)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            return store.Locked(action);
        }
    }

    private sealed class Unlock(FaultyFiles store, string path) : IDisposable
    {
        public void Dispose()
        {
            lock (store._lock)
                store._locked.Remove(path);
        }
    }
}
