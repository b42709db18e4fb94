using System.Buffers.Binary;
using System.Text;

namespace Kafkadog.Broker.Protocol;

/// <summary>
/// Reads the primitives of the wire format from one frame that lies in one piece. Every length and count is
/// compared with the bytes that are left before memory is set aside for it. What it returns as
/// <see cref="ReadOnlyMemory{T}"/> is a part of the frame, not a copy, and lives as long as the frame does.
/// Every method throws <see cref="ProtocolException"/> when the bytes do not fit.
/// </summary>
internal ref struct ProtocolReader(ReadOnlyMemory<byte> frame)
{
    /// <summary>
    /// The elements all arrays and tags of one message may have together. An element becomes an object that is
    /// larger than its bytes, so the size of the frame alone would be a poor bound.
    /// </summary>
    public const int MaxElements = 1_000_000;

    /// <summary>The longest string of the protocol in bytes; its classic form has an int16 length.</summary>
    public const int MaxStringBytes = short.MaxValue;

    private readonly ReadOnlyMemory<byte> _frame = frame;
    private readonly ReadOnlySpan<byte> _span = frame.Span;
    private int _elements;

    public int Position { get; private set; }

    public readonly int Remaining => _span.Length - Position;

    public bool ReadBoolean() => Take(1)[0] != 0;

    public sbyte ReadInt8() => (sbyte)Take(1)[0];

    public short ReadInt16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    public int ReadInt32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    public long ReadInt64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    public double ReadFloat64() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    public Guid ReadUuid() => new(Take(16), bigEndian: true);

    public int ReadVarInt() => VarInt.UnZigZag(ReadUnsignedVarInt());

    public long ReadVarLong() => VarInt.UnZigZag(ReadBase128(64));

    public uint ReadUnsignedVarInt() => (uint)ReadBase128(32);

    public string ReadString(bool compact) =>
        ReadNullableString(compact) ?? throw new ProtocolException("A string that may not be null is null.");

    public string? ReadNullableString(bool compact)
    {
        var length = compact ? ReadCompactLength() : ReadInt16();
        if (length < 0)
        {
            return length == -1 ? null : throw new ProtocolException($"A string has length {length}.");
        }

        return length > MaxStringBytes
            ? throw new ProtocolException($"A string has {length} bytes, more than {MaxStringBytes}.")
            : Encoding.UTF8.GetString(Take(length));
    }

    public ReadOnlyMemory<byte> ReadBytes(bool compact) =>
        ReadNullableBytes(compact) ?? throw new ProtocolException("A byte field that may not be null is null.");

    public ReadOnlyMemory<byte>? ReadNullableBytes(bool compact)
    {
        var length = compact ? ReadCompactLength() : ReadInt32();
        if (length < 0)
        {
            return length == -1 ? default(ReadOnlyMemory<byte>?) : throw new ProtocolException($"A byte field has length {length}.");
        }

        return ReadRaw(length);
    }

    public RecordData ReadRecords(bool compact) => new(ReadBytes(compact));

    public RecordData? ReadNullableRecords(bool compact) =>
        ReadNullableBytes(compact) is { } bytes ? new RecordData(bytes) : null;

    /// <summary>The next <paramref name="length"/> bytes as they are.</summary>
    public ReadOnlyMemory<byte> ReadRaw(int length)
    {
        var start = Position;
        Take(length);
        return _frame.Slice(start, length);
    }

    public int ReadArrayLength(bool compact, int smallestElement)
    {
        var count = ReadNullableArrayLength(compact, smallestElement);
        return count >= 0 ? count : throw new ProtocolException("An array that may not be null is null.");
    }

    /// <returns>The number of elements, or -1 for null.</returns>
    public int ReadNullableArrayLength(bool compact, int smallestElement)
    {
        var count = compact ? ReadCompactLength() : ReadInt32();
        return count switch
        {
            -1 => -1,
            < 0 => throw new ProtocolException($"An array has length {count}."),
            _ => Counted(count, smallestElement),
        };
    }

    /// <summary>The number of tagged fields that follow.</summary>
    public int ReadTagCount()
    {
        var count = ReadUnsignedVarInt();
        return count > (uint)Remaining
            ? throw new ProtocolException($"{count} tagged fields do not fit in {Remaining} bytes.")
            : Counted((int)count, smallestElement: 2);
    }

    /// <summary>Reads number and size of a tagged field.</summary>
    /// <param name="end">The position right after its data.</param>
    public int ReadTag(out int end)
    {
        var tag = ReadUnsignedVarInt();
        var size = ReadUnsignedVarInt();
        if (tag > int.MaxValue || size > (uint)Remaining)
        {
            throw new ProtocolException($"Tagged field {tag} of {size} bytes does not fit in {Remaining} bytes.");
        }

        end = Position + (int)size;
        return (int)tag;
    }

    public readonly void EndTag(int end)
    {
        if (Position != end)
        {
            throw new ProtocolException("A tagged field does not have the size it claims.");
        }
    }

    public RawTaggedField ReadUnknownTag(int tag, int end) => new(tag, ReadRaw(end - Position));

    /// <summary>Reads the tagged fields of a struct that defines none; null when there are none.</summary>
    public List<RawTaggedField>? ReadTaggedFields()
    {
        List<RawTaggedField>? fields = null;
        for (var left = ReadTagCount(); left > 0; left--)
        {
            var tag = ReadTag(out var end);
            (fields ??= []).Add(ReadUnknownTag(tag, end));
        }

        return fields;
    }

    private int Counted(int count, int smallestElement)
    {
        if (count > Remaining / smallestElement)
        {
            throw new ProtocolException($"{count} elements do not fit in {Remaining} bytes.");
        }

        _elements += count;
        return _elements <= MaxElements ? count : throw new ProtocolException($"The message has more than {MaxElements} elements.");
    }

    /// <summary>Compact lengths are stored plus one, and 0 is null: -1 here.</summary>
    private int ReadCompactLength()
    {
        var stored = ReadUnsignedVarInt();
        return stored > int.MaxValue ? throw new ProtocolException($"A length of {stored} is too large.") : (int)stored - 1;
    }

    private ulong ReadBase128(int bits)
    {
        var used = VarInt.Read(_span[Position..], bits, out var value);
        Position += used;
        return used > 0 ? value : throw new ProtocolException("A variable-length number is cut off or too large.");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)Remaining)
        {
            throw new ProtocolException($"{count} bytes are needed and {Remaining} are left.");
        }

        var taken = _span.Slice(Position, count);
        Position += count;
        return taken;
    }
}
