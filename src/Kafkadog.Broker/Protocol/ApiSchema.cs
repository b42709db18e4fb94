namespace Kafkadog.Broker.Protocol;

/// <summary>What the schema of one API says: the versions its messages can be read and written in.</summary>
/// <param name="Key">The number of the API on the wire.</param>
/// <param name="Name">Kafka's name of the API.</param>
/// <param name="LowestVersion">The lowest version of both messages.</param>
/// <param name="HighestVersion">The highest version of both messages.</param>
/// <param name="FlexibleFrom">The first version with compact lengths and tagged fields; <see cref="short.MaxValue"/> for none.</param>
internal sealed record ApiSchema(ApiKey Key, string Name, short LowestVersion, short HighestVersion, short FlexibleFrom)
{
    public bool IsFlexible(short version) => version >= FlexibleFrom;

    /// <summary>Header v2 has tagged fields; header v1 is key, version, correlation id and client id.</summary>
    public short RequestHeaderVersion(short version) => (short)(IsFlexible(version) ? 2 : 1);

    /// <summary>
    /// Header v1 has tagged fields, v0 is the correlation id alone. ApiVersions always answers with v0, because
    /// a client that asks with a version we do not know could not read anything else (KIP-511).
    /// </summary>
    public short ResponseHeaderVersion(short version) => (short)(IsFlexible(version) && Key != ApiKey.ApiVersions ? 1 : 0);
}
