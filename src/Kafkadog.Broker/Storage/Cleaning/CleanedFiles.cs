using Kafkadog.Broker.Storage.Files;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Broker.Storage.Cleaning;

/// <summary>
/// What a cleaning that died leaves in a partition's directory, and how the next start goes on.
/// <code>
/// N.log.cleaned   being written: worthless, deleted
/// N.log.swap      complete and on the disk, perhaps with some of the old segments it replaces still there:
///                 they are deleted and it takes its name
/// </code>
/// The log of a segment is renamed after its indexes, each time, so that where it is tells how far they are.
/// </summary>
internal static partial class CleanedFiles
{
    /// <exception cref="StorageException">A swap file is damaged, and what it replaces is gone.</exception>
    public static void Settle(OpenFiles files, string directory, ILogger logger)
    {
        var names = files.Store.EnumerateFiles(directory).Select(p => Path.GetFileName(p)).ToList();
        foreach (var name in names.Where(n => n.EndsWith(LogFormat.CleanedSuffix, StringComparison.Ordinal)))
            files.Store.Delete(Path.Combine(directory, name));
        foreach (var name in names)
        {
            if (LogFormat.BaseOffset(name, LogFormat.LogSuffix + LogFormat.SwapSuffix) is { } baseOffset)
                Settle(files, directory, baseOffset, logger);
        }

        // Indexes whose log was not renamed before the end.
        foreach (var path in files.Store.EnumerateFiles(directory).Where(p => p.EndsWith(LogFormat.SwapSuffix, StringComparison.Ordinal)))
            files.Store.Delete(path);
    }

    private static void Settle(OpenFiles files, string directory, long baseOffset, ILogger logger)
    {
        using var swap = new LogSegment(files, directory, baseOffset, LogFormat.SwapSuffix);
        var live = Path.Combine(directory, LogFormat.FileName(baseOffset, LogFormat.LogSuffix));
        var (next, isWhole) = Check(swap.Log, baseOffset);
        if (!isWhole)
        {
            var first = Path.Combine(directory, LogFormat.FileName(baseOffset, ""));
            if (!files.Store.FileExists(live) || files.Store.EnumerateFiles(directory).Any(p => p.StartsWith(first, StringComparison.Ordinal) && p.EndsWith(LogFormat.DeletedSuffix, StringComparison.Ordinal)))
                throw new StorageException(StorageFailure.Corrupt, $"{swap.Log.Path} is damaged, and the segments it replaces are deleted");
            SwapDropped(logger, swap.Log.Path);
            swap.Delete();
            return;
        }

        foreach (var path in files.Store.EnumerateFiles(directory).ToList())
        {
            if (LogFormat.BaseOffset(Path.GetFileName(path), LogFormat.LogSuffix) is { } replaced && (replaced == baseOffset || (replaced > baseOffset && replaced < next)))
                Delete(files.Store, directory, replaced);
        }

        swap.Rename("");
        SwapFinished(logger, swap.Log.Path);
    }

    private static (long NextOffset, bool IsWhole) Check(LogFile log, long baseOffset)
    {
        var length = log.Length();
        var next = baseOffset;
        using var scanner = new LogScanner(log, 0, length, LogScanner.RecoveryWindow);
        while (scanner.MoveNext())
        {
            if (scanner.Header.BaseOffset < next || !scanner.CrcIsRight())
                return (next, false);
            next = scanner.Header.NextOffset;
        }

        return (next, scanner.Next == length);
    }

    // The log goes last: an index without it belongs to the new segment.
    private static void Delete(IFileStore files, string directory, long baseOffset)
    {
        foreach (var suffix in LogSegment.Suffixes)
            files.Delete(Path.Combine(directory, LogFormat.FileName(baseOffset, suffix)));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Finished the compaction that wrote {Path}")]
    private static partial void SwapFinished(ILogger logger, string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} is damaged; the segments it was to replace are all there and stay")]
    private static partial void SwapDropped(ILogger logger, string path);
}
