namespace Kafkadog.Broker.Apis;

/// <summary>What a configuration belongs to, by the wire numbers of the configuration APIs (those of ACLs differ).</summary>
internal static class ConfigResource
{
    public const sbyte Topic = 2, Broker = 4;
}
