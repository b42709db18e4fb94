using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Faults;

/// <summary>A request that a fault may meet.</summary>
public sealed class FaultRequest
{
    private readonly FaultableApi _api;
    private readonly RequestContext _context;
    private readonly ReadOnlyMemory<byte> _body;

    internal FaultRequest(FaultableApi api, RequestContext context, ReadOnlyMemory<byte> body)
    {
        (_api, _context, _body) = (api, context, body);
        Api = (KafkaApi)context.ApiKey;
    }

    /// <summary>What the client asks.</summary>
    public KafkaApi Api { get; }

    /// <summary>The version of the API that the client speaks.</summary>
    public short Version => _context.Version;

    /// <summary>The <c>client.id</c>; empty when the client gives none.</summary>
    public string ClientId => _context.ClientId;

    /// <summary>The topics the request names; empty where it names none.</summary>
    public IReadOnlyList<string> Topics => _api.Topics(_context, _body);

    /// <summary>The group or transactional id the request is about; null where there is none.</summary>
    public string? Group => _api.Group(_context, _body);
}
