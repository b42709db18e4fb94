using System.Globalization;

namespace Kafkadog.Broker.Storage;

/// <summary>
/// Names, sizes and magic numbers of everything on disk. Files of a partition are byte for byte Apache Kafka's, so that
/// <c>kafka-dump-log.sh</c> reads them; numbers are big-endian.
/// <code>
/// data directory
///   meta.properties                     text: version, node.id, cluster.id, directory.id, kafkadog.format.version
///   .lock                               held open while a broker runs
///   .kafka_cleanshutdown                present only after a clean shutdown, removed at start
///   recovery-point-offset-checkpoint    text: 0 / count / "topic partition offset" lines
///   log-start-offset-checkpoint         the same
///   cleaner-offset-checkpoint           the same: where compaction has got to
///   metadata.log                        ours, see MetadataLog
///   topic-partition/
///     partition.metadata                text: version: 0 / topic_id: 22 characters of base64url
///     leader-epoch-checkpoint           text: 0 / count / "epoch startOffset" lines
///     %020d.log                         record batches v2 verbatim (RecordBatch has the diagram)
///     %020d.index                       entries | offset - base i32 | position i32 |           last offset of the batch at position
///     %020d.timeindex                   entries | max timestamp i64 | offset - base i32 |      last offset of the batch that has it
///     %020d.txnindex                    aborted transactions whose marker is in the segment, 34 bytes each, only if there are any:
///       | version i16 = 0 | producerId i64 | firstOffset i64 | lastOffset i64 (the marker) | lastStableOffset i64 |
///     %020d.*.cleaned, %020d.*.swap     files of a compaction under way, see Cleaning/CleanedFiles
///     %020d.snapshot                    producer states before that offset:
///       | version i16 = 1 | crc32c u32 of the rest | count i32 | entries, 46 bytes each |
///       entry | producerId i64 | epoch i16 | lastSequence i32 | lastOffset i64 | offsetDelta i32 | timestamp i64
///             | coordinatorEpoch i32 | currentTxnFirstOffset i64 |
/// </code>
/// </summary>
internal static class LogFormat
{
    /// <summary>Version of the data directory as a whole; a newer one is refused.</summary>
    public const int DirectoryVersion = 1;

    public const string LogSuffix = ".log", IndexSuffix = ".index", TimeIndexSuffix = ".timeindex", SnapshotSuffix = ".snapshot",
        TransactionIndexSuffix = ".txnindex", DeletedSuffix = ".deleted", CleanedSuffix = ".cleaned", SwapSuffix = ".swap", TemporarySuffix = ".tmp",
        DeletedDirectorySuffix = "-delete", StrayDirectorySuffix = "-stray";

    public const string MetaProperties = "meta.properties", LockFile = ".lock", CleanShutdown = ".kafka_cleanshutdown",
        RecoveryPoints = "recovery-point-offset-checkpoint", LogStartOffsets = "log-start-offset-checkpoint",
        CleanerOffsets = "cleaner-offset-checkpoint", LeaderEpochs = "leader-epoch-checkpoint", PartitionMetadata = "partition.metadata", MetadataLog = "metadata.log";

    public const int OffsetIndexEntrySize = 8, TimeIndexEntrySize = 12, TransactionIndexEntrySize = 34;

    public const short TransactionIndexVersion = 0;

    public const short SnapshotVersion = 1;
    public const int SnapshotCrcAt = 2, SnapshotCountAt = 6, SnapshotHeaderSize = 10, SnapshotEntrySize = 46;

    /// <summary>Offsets in file names have 20 digits, so that names sort like numbers.</summary>
    public static string FileName(long baseOffset, string suffix) => baseOffset.ToString("D20", CultureInfo.InvariantCulture) + suffix;

    /// <summary>The offset in a name such as 00000000000000000042.log; null when it is not such a name.</summary>
    public static long? BaseOffset(string fileName, string suffix) =>
        fileName.Length == 20 + suffix.Length && fileName.EndsWith(suffix, StringComparison.Ordinal)
            && long.TryParse(fileName.AsSpan(0, 20), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? offset
            : null;

    /// <summary>Kafka's text form of a uuid: base64url without padding of its big-endian bytes.</summary>
    public static string UuidText(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return System.Buffers.Text.Base64Url.EncodeToString(bytes);
    }

    public static Guid? ParseUuid(string text)
    {
        Span<byte> bytes = stackalloc byte[16];
        return text.Length == 22 && System.Buffers.Text.Base64Url.IsValid(text)
            && System.Buffers.Text.Base64Url.TryDecodeFromChars(text, bytes, out var written) && written == bytes.Length
            ? new Guid(bytes, bigEndian: true)
            : null;
    }

    /// <summary>A random uuid that, as Apache Kafka's, is not reserved and whose text does not look like a command-line option.</summary>
    public static Guid NewUuid()
    {
        while (true)
        {
            var id = Guid.NewGuid();
            if (UuidText(id)[0] != '-')
                return id;
        }
    }
}
