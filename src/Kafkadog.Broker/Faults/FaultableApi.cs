using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Faults;

/// <summary>How the requests of one API are read, and answered with an error, without being carried out.</summary>
internal abstract class FaultableApi
{
    /// <summary>The answer with the error wherever it has one; null for no answer.</summary>
    public abstract IMessage? Failed(RequestContext context, ReadOnlyMemory<byte> body, ErrorCode error);

    public abstract IReadOnlyList<string> Topics(RequestContext context, ReadOnlyMemory<byte> body);

    public abstract string? Group(RequestContext context, ReadOnlyMemory<byte> body);
}

/// <inheritdoc/>
/// <param name="failed">Makes the answer.</param>
/// <param name="topics">The topics of a request by name, as it has them; null where it has none.</param>
/// <param name="group">Its group or transactional id; null where it has none.</param>
internal sealed class FaultableApi<TRequest>(
    Func<TRequest, ErrorCode, RequestContext, IMessage?> failed,
    Func<TRequest, RequestContext, IEnumerable<string?>>? topics = null,
    Func<TRequest, string?>? group = null) : FaultableApi
    where TRequest : IMessage<TRequest>
{
    public override IMessage? Failed(RequestContext context, ReadOnlyMemory<byte> body, ErrorCode error) => failed(Read(context, body), error, context);

    public override IReadOnlyList<string> Topics(RequestContext context, ReadOnlyMemory<byte> body) =>
        topics is null ? [] : [.. topics(Read(context, body), context).Where(name => !string.IsNullOrEmpty(name)).Distinct(StringComparer.Ordinal)!];

    public override string? Group(RequestContext context, ReadOnlyMemory<byte> body) => group?.Invoke(Read(context, body));

    private static TRequest Read(RequestContext context, ReadOnlyMemory<byte> body)
    {
        var reader = new ProtocolReader(body);
        return TRequest.Read(ref reader, context.Version);
    }
}
