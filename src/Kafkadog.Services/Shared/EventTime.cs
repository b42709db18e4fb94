using Kafkadog.Contracts;
using Kafkadog.Messaging;

namespace Kafkadog.Services.Shared;

/// <summary>
/// The moment an event belongs to in statistics: its own, unless that lies in the future. A clock that is wrong must
/// cost neither the order nor the statistics.
/// </summary>
internal static class EventTime
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    public static DateTimeOffset Of(InboundEvent received, DateTimeOffset now)
    {
        var time = ((IShopEvent)received.Body).Ts;
        if (time <= now + Tolerance)
        {
            return time;
        }

        return received.Record.Timestamp <= now + Tolerance ? received.Record.Timestamp : now;
    }
}
