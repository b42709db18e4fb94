using Kafkadog.Broker.Storage.Files;

namespace Kafkadog.Broker.Storage;

/// <summary>
/// Keeps the number of open files near a limit: thousands of partitions have many more files than handles. Opening one file
/// too many closes the least recently used that has no unflushed bytes (closing those could lose an fsync error).
/// </summary>
/// <param name="store">Where the files are.</param>
/// <param name="max">Files open at a time; exceeded only while more than that many are dirty.</param>
internal sealed class OpenFiles(IFileStore store, int max)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<LogFile> _open = new();

    public IFileStore Store => store;

    public int Count
    {
        get
        {
            lock (_lock)
                return _open.Count;
        }
    }

    public IStoredFile Open(LogFile file)
    {
        lock (_lock)
        {
            if (file.Handle is { } open)
                return open;

            MakeRoom();
            var handle = store.Open(file.Path, file.MayCreate ? FileMode.OpenOrCreate : FileMode.Open);
            file.Handle = handle;
            file.Node ??= new LinkedListNode<LogFile>(file);
            _open.AddLast(file.Node);
            return handle;
        }
    }

    /// <summary>Does something while no file is opened or closed.</summary>
    public void Run(Action action)
    {
        lock (_lock)
            action();
    }

    public void Close(LogFile file)
    {
        lock (_lock)
            CloseLocked(file);
    }

    // Second chance: a file used since the hand last passed is passed over once.
    private void MakeRoom()
    {
        for (var looks = 2 * _open.Count; _open.Count >= max && looks > 0; looks--)
        {
            var file = _open.First!.Value;
            if (!file.IsDirty && !file.TakeRecentlyUsed())
            {
                CloseLocked(file);
                continue;
            }

            _open.RemoveFirst();
            _open.AddLast(file.Node!);
        }
    }

    private void CloseLocked(LogFile file)
    {
        if (file.Handle is not { } handle)
            return;
        file.Handle = null;
        _open.Remove(file.Node!);
        handle.Dispose();
    }
}
