using System.Runtime.InteropServices;
using System.Text;

namespace Kafkadog.Broker.Storage;

/// <summary>Small files that are replaced as a whole: after a crash there is the old content or the new, never a mixture.</summary>
internal static class DurableFile
{
    /// <summary>Writes beside, flushes, renames over, and flushes the directory.</summary>
    /// <exception cref="StorageException">The disk refused.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content, bool flush = true)
    {
        var temporary = path + LogFormat.TemporarySuffix;
        try
        {
            using (var handle = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write))
            {
                RandomAccess.Write(handle, content, 0);
                if (flush)
                    RandomAccess.FlushToDisk(handle);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.From(e, $"Cannot write {path}");
        }

        if (flush)
            FlushDirectory(Path.GetDirectoryName(path)!);
    }

    public static void Replace(string path, string content, bool flush = true) => Replace(path, Encoding.UTF8.GetBytes(content), flush);

    /// <summary>Makes creations, renames and deletions in a directory survive power loss. Windows does this by itself.</summary>
    public static void FlushDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
            return;

        const int ReadOnly = 0;
        var descriptor = open(Encoding.UTF8.GetBytes(directory + '\0'), ReadOnly);
        if (descriptor < 0)
            throw new StorageException(StorageFailure.Io, $"Cannot open directory {directory}: error {Marshal.GetLastPInvokeError()}");
        try
        {
            if (fsync(descriptor) != 0)
                throw new StorageException(StorageFailure.Io, $"Cannot flush directory {directory}: error {Marshal.GetLastPInvokeError()}");
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int open(byte[] path, int flags);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int close(int descriptor);
}
