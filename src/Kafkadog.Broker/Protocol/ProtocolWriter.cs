using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;

namespace Kafkadog.Broker.Protocol;

/// <summary>
/// Writes the primitives of the wire format into a pooled buffer that grows. Large record blobs are not copied but
/// referred to, and copied once when the whole is sent: they must live until then.
/// Owned by one request at a time; disposing gives the buffer back.
/// </summary>
internal sealed class ProtocolWriter(int initialCapacity = 512) : IDisposable
{
    /// <summary>From this size on, a record blob is referred to instead of copied.</summary>
    private const int ReferenceFrom = 4096;

    /// <summary>Referred bytes are copied in slices of this size, and handed to the socket when this much waits.</summary>
    private const int SliceBytes = 64 * 1024, FlushFrom = 256 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(initialCapacity);
    private int _written;
    private long _referenced;
    private readonly List<(int At, RecordData Records)> _references = [];

    /// <summary>All bytes so far, with those that are referred to.</summary>
    public long Length => _written + _referenced;

    public void WriteBoolean(bool value) => Reserve(1)[0] = value ? (byte)1 : (byte)0;

    public void WriteInt8(sbyte value) => Reserve(1)[0] = (byte)value;

    public void WriteInt16(short value) => BinaryPrimitives.WriteInt16BigEndian(Reserve(2), value);

    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Reserve(2), value);

    public void WriteInt32(int value) => BinaryPrimitives.WriteInt32BigEndian(Reserve(4), value);

    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Reserve(4), value);

    public void WriteInt64(long value) => BinaryPrimitives.WriteInt64BigEndian(Reserve(8), value);

    public void WriteFloat64(double value) => BinaryPrimitives.WriteDoubleBigEndian(Reserve(8), value);

    public void WriteUuid(Guid value) => value.TryWriteBytes(Reserve(16), bigEndian: true, out _);

    /// <summary>Puts a number in at a place that was written before: the size of a frame is known last.</summary>
    public void PatchInt32(int at, int value) => BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(at, sizeof(int)), value);

    public void WriteVarInt(int value) => WriteBase128(VarInt.ZigZag(value));

    public void WriteVarLong(long value) => WriteBase128(VarInt.ZigZag(value));

    public void WriteUnsignedVarInt(uint value) => WriteBase128(value);

    public void WriteRaw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    public void WriteString(string? value, bool compact)
    {
        if (value is null)
        {
            throw new ProtocolException("A string that may not be null in this version is null.");
        }

        var size = Encoding.UTF8.GetByteCount(value);
        if (size > ProtocolReader.MaxStringBytes)
        {
            throw new ProtocolException($"A string has {size} bytes, more than {ProtocolReader.MaxStringBytes}.");
        }

        if (compact)
        {
            WriteUnsignedVarInt((uint)size + 1);
        }
        else
        {
            WriteInt16((short)size);
        }

        Encoding.UTF8.GetBytes(value, Reserve(size));
    }

    public void WriteNullableString(string? value, bool compact)
    {
        if (value is not null)
        {
            WriteString(value, compact);
        }
        else if (compact)
        {
            WriteUnsignedVarInt(0);
        }
        else
        {
            WriteInt16(-1);
        }
    }

    public void WriteBytes(ReadOnlyMemory<byte>? value, bool compact)
    {
        var bytes = NotNull(value);
        WriteLength(bytes.Length, compact);
        WriteRaw(bytes.Span);
    }

    public void WriteNullableBytes(ReadOnlyMemory<byte>? value, bool compact)
    {
        if (value is { } bytes)
        {
            WriteBytes(bytes, compact);
        }
        else
        {
            WriteLength(-1, compact);
        }
    }

    /// <summary>Like <see cref="WriteBytes"/>, but a large value is referred to and not copied.</summary>
    public void WriteRecords(RecordData? value, bool compact)
    {
        var records = value ?? throw new ProtocolException("Records that may not be null in this version are null.");
        WriteLength(records.Length, compact);
        if (records.Length < ReferenceFrom)
        {
            records.CopyTo(0, Reserve(records.Length));
            return;
        }

        _references.Add((_written, records));
        _referenced += records.Length;
    }

    public void WriteNullableRecords(RecordData? value, bool compact)
    {
        if (value is not null)
        {
            WriteRecords(value, compact);
        }
        else
        {
            WriteLength(-1, compact);
        }
    }

    public void WriteArrayLength(int count, bool compact) => WriteLength(count, compact);

    public void WriteNullArray(bool compact, bool allowed)
    {
        if (!allowed)
        {
            throw new ProtocolException("An array that may not be null in this version is null.");
        }

        WriteLength(-1, compact);
    }

    /// <summary>Starts a tagged field; its size is put in by <see cref="EndTag"/>.</summary>
    public int BeginTag(int tag)
    {
        WriteUnsignedVarInt((uint)tag);
        return _written;
    }

    public void EndTag(int mark)
    {
        var size = _written - mark;
        var prefix = VarInt.Size((ulong)size);
        Reserve(prefix);
        _buffer.AsSpan(mark, size).CopyTo(_buffer.AsSpan(mark + prefix));
        VarInt.Write(_buffer.AsSpan(mark), (ulong)size);
    }

    /// <summary>Writes the tagged fields of a struct that defines none.</summary>
    public void WriteTaggedFields(List<RawTaggedField>? fields)
    {
        WriteUnsignedVarInt((uint)(fields?.Count ?? 0));
        WriteTagsBelow(int.MaxValue, fields, 0);
    }

    /// <summary>Writes unknown tags from index <paramref name="next"/> while they are below <paramref name="limit"/>: tags go out in order.</summary>
    public int WriteTagsBelow(int limit, List<RawTaggedField>? fields, int next)
    {
        for (; next < fields?.Count && fields[next].Tag < limit; next++)
        {
            WriteUnsignedVarInt((uint)fields[next].Tag);
            WriteUnsignedVarInt((uint)fields[next].Data.Length);
            WriteRaw(fields[next].Data.Span);
        }

        return next;
    }

    /// <summary>Puts everything into <paramref name="target"/>, in order, at the pace of the receiver.</summary>
    /// <returns>False when the receiver is gone.</returns>
    public async ValueTask<bool> SendAsync(PipeWriter target, CancellationToken cancellationToken)
    {
        var from = 0;
        foreach (var (at, records) in _references)
        {
            target.Write(_buffer.AsSpan(from, at - from));
            from = at;
            for (var copied = 0; copied < records.Length;)
            {
                var size = Math.Min(SliceBytes, records.Length - copied);
                records.CopyTo(copied, target.GetSpan(size)[..size]);
                target.Advance(size);
                copied += size;
                if (target.UnflushedBytes >= FlushFrom && (await target.FlushAsync(cancellationToken)).IsCompleted)
                {
                    return false;
                }
            }
        }

        target.Write(_buffer.AsSpan(from, _written - from));
        return !(await target.FlushAsync(cancellationToken)).IsCompleted;
    }

    /// <summary>What was written, as long as nothing is referred to; valid until the next write.</summary>
    public ReadOnlySpan<byte> WrittenSpan => _referenced == 0
        ? _buffer.AsSpan(0, _written)
        : throw new InvalidOperationException("Parts of the message are referred to: use ToArray or SendAsync.");

    public byte[] ToArray()
    {
        var all = new byte[Length];
        var target = all.AsSpan();
        var from = 0;
        foreach (var (at, records) in _references)
        {
            _buffer.AsSpan(from, at - from).CopyTo(target);
            target = target[(at - from)..];
            records.CopyTo(0, target[..records.Length]);
            target = target[records.Length..];
            from = at;
        }

        _buffer.AsSpan(from, _written - from).CopyTo(target);
        return all;
    }

    /// <summary>Starts anew with the same buffer.</summary>
    public void Clear()
    {
        _written = 0;
        _referenced = 0;
        _references.Clear();
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        Clear();
    }

    private static ReadOnlyMemory<byte> NotNull(ReadOnlyMemory<byte>? value) =>
        value ?? throw new ProtocolException("A byte field that may not be null in this version is null.");

    private void WriteLength(int length, bool compact)
    {
        if (compact)
        {
            WriteUnsignedVarInt((uint)(length + 1));
        }
        else
        {
            WriteInt32(length);
        }
    }

    private void WriteBase128(ulong value) => VarInt.Write(Reserve(VarInt.Size(value)), value);

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _written < count)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(_written + count), _buffer.Length * 2));
            _buffer.AsSpan(0, _written).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var span = _buffer.AsSpan(_written, count);
        _written += count;
        return span;
    }
}
