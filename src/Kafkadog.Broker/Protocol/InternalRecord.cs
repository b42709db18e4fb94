namespace Kafkadog.Broker.Protocol;

/// <summary>
/// Keys and values of <c>__consumer_offsets</c> and <c>__transaction_state</c>: an int16 (the record type of a key,
/// the version of a value), then the message.
/// </summary>
internal static class InternalRecord
{
    /// <param name="key">The key; all keys have version 0.</param>
    /// <param name="recordType">The <c>RecordType</c> of its class.</param>
    public static byte[] EncodeKey(IMessage key, short recordType) => Encode(key, prefix: recordType, version: 0);

    public static byte[] EncodeValue(IMessage value, short version) => Encode(value, prefix: version, version);

    /// <summary>The record type of a key, or the version of a value.</summary>
    /// <exception cref="ProtocolException">Fewer than two bytes.</exception>
    public static short Prefix(ReadOnlyMemory<byte> bytes)
    {
        var reader = new ProtocolReader(bytes);
        return reader.ReadInt16();
    }

    /// <summary>Reads a key, whose record type the caller has looked at.</summary>
    public static T DecodeKey<T>(ReadOnlyMemory<byte> bytes)
        where T : IMessage<T>
    {
        var reader = new ProtocolReader(bytes);
        reader.ReadInt16();
        return T.Read(ref reader, 0);
    }

    /// <summary>Reads a value in the version it names.</summary>
    /// <exception cref="ProtocolException">The version is unknown, or the bytes do not fit it.</exception>
    public static T DecodeValue<T>(ReadOnlyMemory<byte> bytes)
        where T : IMessage<T>
    {
        var reader = new ProtocolReader(bytes);
        return T.Read(ref reader, reader.ReadInt16());
    }

    private static byte[] Encode(IMessage message, short prefix, short version)
    {
        using var writer = new ProtocolWriter(128);
        writer.WriteInt16(prefix);
        message.Write(writer, version);
        return writer.ToArray();
    }
}
