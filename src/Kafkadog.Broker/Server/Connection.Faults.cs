using Kafkadog.Broker.Faults;
using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Server;

/// <summary>What a request meets before and after its handler when a test injected a fault.</summary>
internal sealed partial class Connection
{
    private ValueTask<IMessage?> HandleAsync(ServedApi api, RequestContext context, ReadOnlyMemory<byte> body) =>
        !_broker.Faults.IsEmpty && FaultableApis.Find(api.Schema.Key) is { } faultable && _broker.Faults.Find(new FaultRequest(faultable, context, body)) is { } effect
            ? DisturbAsync(effect, faultable, api, context, body)
            : api.Handler(context, body);

    private async ValueTask<IMessage?> DisturbAsync(FaultEffect effect, FaultableApi faultable, ServedApi api, RequestContext context, ReadOnlyMemory<byte> body)
    {
        switch (effect)
        {
            case FaultEffect.Error(var error):
                return faultable.Failed(context, body, error);
            case FaultEffect.Delay(var time):
                await Task.Delay(time, _broker.Time, _released.Token);
                return await api.Handler(context, body);
            case FaultEffect.Close(var carriedOut):
                context.CloseConnection = true;
                if (carriedOut)
                    await api.Handler(context, body);
                return null;
            default:
                await api.Handler(context, body);
                // Until the client gives up, or the broker stops: either cancels the token and so ends the loop.
                await Task.Delay(Timeout.InfiniteTimeSpan, _released.Token);
                return null;
        }
    }
}
