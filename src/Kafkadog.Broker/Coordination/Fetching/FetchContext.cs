using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;

namespace Kafkadog.Broker.Coordination.Fetching;

/// <summary>One Fetch within its session, or without one.</summary>
/// <param name="request">Everything that is to be fetched, whatever the client named.</param>
/// <param name="finish">Makes the answer to everything the answer to the client.</param>
internal readonly struct FetchContext(FetchRequest request, Func<FetchResponse, FetchResponse> finish)
{
    /// <summary>Why the request cannot be served at all.</summary>
    public ErrorCode Error { get; private init; }

    public FetchRequest Request => request;

    public FetchResponse Finish(FetchResponse response) => finish(response);

    public static FetchContext Failed(ErrorCode error) => new(new FetchRequest(), static response => response) { Error = error };
}
