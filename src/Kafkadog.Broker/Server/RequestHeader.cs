using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Server;

/// <summary>
/// What every request starts with: key, version, correlation id, client id, and tagged fields in header v2.
/// The client id keeps its int16 length in v2, the one string that never becomes compact.
/// </summary>
internal readonly record struct RequestHeader(ApiKey ApiKey, short Version, int CorrelationId)
{
    public static RequestHeader Read(ref ProtocolReader reader) => new((ApiKey)reader.ReadInt16(), reader.ReadInt16(), reader.ReadInt32());

    /// <summary>Reads the rest of the header, which depends on the version of the API.</summary>
    public static string? ReadClientId(ref ProtocolReader reader, short headerVersion)
    {
        var clientId = reader.ReadNullableString(compact: false);
        if (headerVersion >= 2)
        {
            reader.ReadTaggedFields();
        }

        return clientId;
    }
}
