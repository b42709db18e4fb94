using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Kafkadog.Broker.Storage.Files;

/// <summary>Files of the operating system.</summary>
internal sealed class DiskFiles : IFileStore
{
    private DiskFiles()
    {
    }

    public static DiskFiles Instance { get; } = new();

    public (long TotalBytes, long FreeBytes) Space(string directory)
    {
        var volume = new DriveInfo(directory);
        return (volume.TotalSize, volume.AvailableFreeSpace);
    }

    public IStoredFile Open(string path, FileMode mode) =>
        new DiskFile(File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));

    public IDisposable Lock(string path) => new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    public bool FileExists(string path) => File.Exists(path);

    public long Length(string path) => new FileInfo(path).Length;

    public DateTime LastWriteTimeUtc(string path) => File.GetLastWriteTimeUtc(path);

    public void SetLastWriteTimeUtc(string path, DateTime time) => File.SetLastWriteTimeUtc(path, time);

    public byte[] ReadAllBytes(string path) => File.ReadAllBytes(path);

    public void Move(string from, string to) => File.Move(from, to, overwrite: true);

    public void Delete(string path) => File.Delete(path);

    public bool DirectoryExists(string path) => Directory.Exists(path);

    public void CreateDirectory(string path) => Directory.CreateDirectory(path);

    public void MoveDirectory(string from, string to) => Directory.Move(from, to);

    public void DeleteDirectory(string path) => Directory.Delete(path, recursive: true);

    public IEnumerable<string> EnumerateFiles(string directory) => Directory.EnumerateFiles(directory);

    public IEnumerable<string> EnumerateDirectories(string directory) => Directory.EnumerateDirectories(directory);

    /// <summary>Windows does this by itself.</summary>
    public void FlushDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            return;

        const int ReadOnly = 0;
        var descriptor = open(Encoding.UTF8.GetBytes(path + '\0'), ReadOnly);
        if (descriptor < 0)
            throw new StorageException(StorageFailure.Io, $"Cannot open directory {path}: error {Marshal.GetLastPInvokeError()}");
        try
        {
            if (fsync(descriptor) != 0)
                throw new StorageException(StorageFailure.Io, $"Cannot flush directory {path}: error {Marshal.GetLastPInvokeError()}");
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

    private sealed class DiskFile(SafeFileHandle handle) : IStoredFile
    {
        public long Length => RandomAccess.GetLength(handle);

        public int Read(Span<byte> destination, long position) => RandomAccess.Read(handle, destination, position);

        public void Write(ReadOnlySpan<byte> bytes, long position) => RandomAccess.Write(handle, bytes, position);

        public void SetLength(long length) => RandomAccess.SetLength(handle, length);

        public void Flush() => RandomAccess.FlushToDisk(handle);

        public void Dispose() => handle.Dispose();
    }
}
