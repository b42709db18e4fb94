using Kafkadog.Broker.Coordination.Fetching;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// Fetch (key 1), versions 4 to 18: reads record batches, and waits for more when there are fewer bytes than the client wants.
/// <para>In a session (<see cref="FetchSessions"/>) a client names what changed and hears what changed. Always whole batches, from the one
/// that contains the offset. A single reader gets at least one batch even if it is larger than every limit (KIP-74).</para>
/// <para>v5 log start offset; v7 sessions; v9 leader epoch (KIP-320); v10 zstd (KIP-110); v11 rack; v12 flexible and diverging epochs;
/// v13 topics by id (KIP-516); v15 no replica id at the front; v16 node endpoints; v17 directory id of replicas; v18 high watermark of replicas.</para>
/// </summary>
internal static class Fetch
{
    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, FetchRequest request)
    {
        var session = context.Broker.FetchSessions.Open(request, context.Version);
        if (session.Error != ErrorCode.None)
        {
            return new FetchResponse { ErrorCode = session.Error };
        }

        var read = FetchRead.Run(context, session.Request);
        var response = session.Finish(read.IsSatisfied || request.MaxWaitMs <= 0 ? read.Response : await ParkAsync(context, session.Request));
        context.Broker.Metrics.Fetched(response, context.Broker.Topics);
        return response;
    }

    private static async ValueTask<FetchResponse> ParkAsync(RequestContext context, FetchRequest request)
    {
        var (time, waiter) = (context.Broker.Time, context.FetchWaiter);
        var wait = TimeSpan.FromMilliseconds(request.MaxWaitMs);
        var started = time.GetTimestamp();
        var logs = FetchRead.Logs(context, request);
        foreach (var log in logs)
        {
            log.Observers.Add(waiter);
        }

        try
        {
            while (true)
            {
                // Armed before the look, so that an append between the look and the wait wakes us.
                waiter.Arm();
                var read = FetchRead.Run(context, request);
                var left = wait - time.GetElapsedTime(started);
                var done = read.IsSatisfied || left <= TimeSpan.Zero || context.Released.IsCancellationRequested;
                await waiter.WaitAsync(done ? TimeSpan.Zero : left, context.Released);
                if (done)
                {
                    return read.Response;
                }
            }
        }
        finally
        {
            foreach (var log in logs)
            {
                log.Observers.Remove(waiter);
            }
        }
    }
}
