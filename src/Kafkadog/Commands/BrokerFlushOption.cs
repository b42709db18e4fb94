using System.CommandLine;
using Kafkadog.Broker;

namespace Kafkadog.Commands;

/// <summary><c>--flush</c>: what a loss of power may cost. A crash of the process costs nothing in any mode.</summary>
internal static class BrokerFlushOption
{
    public static Option<FlushMode> Create() => new("--flush")
    {
        Description = "Broker: when records are forced to the disk: os (by the system, as Apache Kafka), interval (every 50 ms), durable (before acks=all is answered)",
        DefaultValueFactory = _ => FlushMode.Interval,
    };
}
