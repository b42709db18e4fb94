namespace Kafkadog.Broker.Protocol;

/// <summary>A message that the schemas describe. The generated classes of <c>Protocol.Messages</c> implement it.</summary>
internal interface IMessage
{
    /// <exception cref="ProtocolException">The version is unknown, or a field is null where that version does not allow it.</exception>
    void Write(ProtocolWriter writer, short version);
}

/// <inheritdoc/>
internal interface IMessage<TSelf> : IMessage
    where TSelf : IMessage<TSelf>
{
    /// <exception cref="ProtocolException">The bytes are not a message of this kind and version.</exception>
    static abstract TSelf Read(ref ProtocolReader reader, short version);
}
