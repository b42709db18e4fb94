using System.Buffers.Binary;
using System.Text.Json;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage.Files;

namespace Kafkadog.Broker.Storage;

/// <summary>
/// The broker's metadata as an append-only file, rewritten as a snapshot when it has grown. A record is on the disk before it
/// is applied. States are only touched under this log's lock.
/// <code>frame | length i32 of what follows | crc32c u32 of what follows | version i8 = 1 | JSON of a MetadataRecord |</code>
/// </summary>
internal sealed class MetadataLog : IDisposable
{
    private const int LengthAt = 0, CrcAt = 4, VersionAt = 8, PayloadAt = 9;
    private const byte FrameVersion = 1;
    private const int MaxFrameBytes = 16 * 1024 * 1024;
    private const long SmallestRewrite = 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly IFileStore _files;
    private readonly string _path;
    private readonly IReadOnlyList<IMetadataState> _states;
    private IStoredFile _file;
    private long _length;
    private long _rewriteAt;
    private StorageException? _failure;

    /// <summary>Opens the file and applies every record. A torn last record is cut off; damage before it is reported.</summary>
    /// <exception cref="StorageException">The file is damaged or cannot be used.</exception>
    public MetadataLog(IFileStore files, string path, params IReadOnlyList<IMetadataState> states)
    {
        (_files, _path, _states) = (files, path, states);
        try
        {
            var bytes = files.FileExists(path) ? files.ReadAllBytes(path) : [];
            _length = Replay(bytes);
            _file = OpenFile();
            if (_length < bytes.Length)
                _file.SetLength(_length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.From(e, $"Cannot open {path}");
        }

        _rewriteAt = Math.Max(SmallestRewrite, 2 * _length);
    }

    /// <summary>Records in the file when it was opened, and appended since.</summary>
    public long Records { get; private set; }

    /// <summary>Writes a record to the disk and applies it.</summary>
    /// <exception cref="StorageException">It could not be written; the log takes no more records until the broker is restarted.</exception>
    public void Append(MetadataRecord record)
    {
        lock (_lock)
        {
            if (_failure is not null)
                throw _failure;
            try
            {
                var frame = Frame(record);
                _file.Write(frame, _length);
                _file.Flush();
                if (_length == 0)
                    _files.FlushDirectory(Path.GetDirectoryName(_path)!);
                _length += frame.Length;
                Records++;
                foreach (var state in _states)
                    state.Apply(record);
                if (_length > _rewriteAt)
                    Rewrite();
            }
            catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
            {
                throw _failure = StorageException.From(e, $"Cannot write {_path}");
            }
        }
    }

    public void Dispose() => _file.Dispose();

    private IStoredFile OpenFile() => _files.Open(_path, FileMode.OpenOrCreate);

    private void Rewrite()
    {
        using var snapshot = new MemoryStream();
        foreach (var state in _states)
        {
            foreach (var record in state.Snapshot())
                snapshot.Write(Frame(record));
        }

        _file.Dispose();
        DurableFile.Replace(_files, _path, snapshot.GetBuffer().AsSpan(0, (int)snapshot.Length));
        _file = OpenFile();
        _length = snapshot.Length;
        _rewriteAt = Math.Max(SmallestRewrite, 2 * _length);
    }

    private long Replay(byte[] bytes) => Read(bytes, _path, record =>
    {
        foreach (var state in _states)
            state.Apply(record);
        Records++;
    });

    /// <summary>Shows every record of a file.</summary>
    /// <returns>Where the last whole record ends; what follows is a torn write.</returns>
    /// <exception cref="StorageException">There is damage before the last record.</exception>
    public static long Read(byte[] bytes, string path, Action<MetadataRecord> each)
    {
        var at = 0;
        while (TryFrame(bytes.AsSpan(at), out var payload, out var size))
        {
            var record = JsonSerializer.Deserialize(payload, MetadataJsonContext.Default.MetadataRecord)
                ?? throw new StorageException(StorageFailure.Corrupt, $"{path} has an empty record at byte {at}");
            each(record);
            at += size;
        }

        // Every record was flushed before the next was written: only the very last can be torn.
        for (var after = at + 1; after < bytes.Length; after++)
        {
            if (TryFrame(bytes.AsSpan(after), out _, out _))
                throw new StorageException(StorageFailure.Corrupt, $"{path} is damaged at byte {at}, records follow at byte {after}");
        }

        return at;
    }

    private static byte[] Frame(MetadataRecord record)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(record, MetadataJsonContext.Default.MetadataRecord);
        var frame = new byte[PayloadAt + payload.Length];
        payload.CopyTo(frame, PayloadAt);
        frame[VersionAt] = FrameVersion;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(LengthAt), frame.Length - CrcAt);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(CrcAt), Crc32C.Compute(frame.AsSpan(VersionAt)));
        return frame;
    }

    private static bool TryFrame(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> payload, out int size)
    {
        payload = default;
        size = 0;
        if (bytes.Length < PayloadAt)
            return false;
        var length = BinaryPrimitives.ReadInt32BigEndian(bytes[LengthAt..]);
        if (length is < PayloadAt - CrcAt or > MaxFrameBytes || length > bytes.Length - CrcAt)
            return false;
        size = CrcAt + length;
        payload = bytes[PayloadAt..size];
        return bytes[VersionAt] == FrameVersion && BinaryPrimitives.ReadUInt32BigEndian(bytes[CrcAt..]) == Crc32C.Compute(bytes[VersionAt..size]);
    }
}
