namespace Kafkadog.Broker.Storage.Files;

/// <summary>
/// Where a broker keeps its files: on the disk, or in the memory of this process. All of storage goes through here. What fails, fails
/// as in <see cref="File"/> and <see cref="Directory"/>: with an <see cref="IOException"/> or an <see cref="UnauthorizedAccessException"/>.
/// </summary>
internal interface IFileStore
{
    /// <summary>Size of the volume and what is free of it, in bytes.</summary>
    (long TotalBytes, long FreeBytes) Space(string directory);

    /// <summary>Opens a file for reading and writing by position, from any thread.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="mode">What to do when it is there, or not there.</param>
    IStoredFile Open(string path, FileMode mode);

    /// <summary>Takes a file that only one holder can have at a time, also among processes where they can meet.</summary>
    /// <exception cref="IOException">Somebody else holds it.</exception>
    IDisposable Lock(string path);

    bool FileExists(string path);
    long Length(string path);
    DateTime LastWriteTimeUtc(string path);
    void SetLastWriteTimeUtc(string path, DateTime time);
    byte[] ReadAllBytes(string path);

    /// <summary>Renames a file and replaces the one that is there.</summary>
    void Move(string from, string to);

    /// <summary>Deletes a file if it is there. Whoever has it open can go on reading.</summary>
    void Delete(string path);

    bool DirectoryExists(string path);

    /// <summary>Makes the directory and those above it, if missing.</summary>
    void CreateDirectory(string path);
    void MoveDirectory(string from, string to);

    /// <summary>Deletes a directory with everything in it.</summary>
    void DeleteDirectory(string path);

    /// <summary>The files directly in a directory, as paths, as of the call.</summary>
    IEnumerable<string> EnumerateFiles(string directory);
    IEnumerable<string> EnumerateDirectories(string directory);

    /// <summary>Makes creations, renames and deletions in a directory survive power loss.</summary>
    void FlushDirectory(string path);
}

/// <summary>An open file. After <see cref="IDisposable.Dispose"/> every call throws <see cref="ObjectDisposedException"/>.</summary>
internal interface IStoredFile : IDisposable
{
    long Length { get; }

    /// <returns>Bytes read; 0 only at the end of the file.</returns>
    int Read(Span<byte> destination, long position);

    void Write(ReadOnlySpan<byte> bytes, long position);
    void SetLength(long length);

    /// <summary>Returns when what was written survives power loss.</summary>
    void Flush();
}
