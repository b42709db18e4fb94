namespace Kafkadog.Broker.Storage;

/// <summary>Why storage cannot be used.</summary>
internal enum StorageFailure
{
    /// <summary>The directory or a file cannot be written: permissions or a read-only file system.</summary>
    ReadOnly,
    DiskFull,
    /// <summary>Any other error of the operating system while reading, writing or flushing.</summary>
    Io,
    /// <summary>Another broker has the directory open.</summary>
    InUse,
    /// <summary>The directory was written by a newer version of this program.</summary>
    NewerFormat,
    /// <summary>The directory belongs to another node or cluster.</summary>
    WrongOwner,
    /// <summary>Bytes that had been flushed to the disk are damaged.</summary>
    Corrupt,
}

/// <summary>Storage that cannot be opened, or an operation that failed for a reason of the disk, never of a client.</summary>
internal sealed class StorageException(StorageFailure failure, string message, Exception? cause = null) : Exception(message, cause)
{
    public StorageFailure Failure { get; } = failure;

    /// <summary>Gives an error of the operating system its kind.</summary>
    public static StorageException From(Exception cause, string doing)
    {
        if (cause is StorageException already)
            return already;
        const int Eacces = 13, Enospc = 28, Erofs = 30, Edquot = 122;
        const int WindowsHandleDiskFull = unchecked((int)0x80070027), WindowsDiskFull = unchecked((int)0x80070070);
        var kind = cause switch
        {
            UnauthorizedAccessException => StorageFailure.ReadOnly,
            { HResult: Eacces or Erofs } => StorageFailure.ReadOnly,
            { HResult: Enospc or Edquot or WindowsHandleDiskFull or WindowsDiskFull } => StorageFailure.DiskFull,
            _ => StorageFailure.Io,
        };
        return new StorageException(kind, $"{doing}: {cause.Message}", cause);
    }
}
