using Microsoft.Extensions.Logging;

namespace Kafkadog.Hosting;

/// <summary>How a broker's process writes its log. Every entry has the name of its event, in both forms.</summary>
internal static class BrokerLogging
{
    public const string Text = "text", Json = "json";

    private const string Timestamp = "yyyy-MM-ddTHH:mm:ss.fffZ ";

    public static ILoggingBuilder AddBrokerLog(this ILoggingBuilder logging, string format)
    {
        logging.SetMinimumLevel(LogLevel.Information);
        return format == Json
            ? logging.AddJsonConsole(o => (o.UseUtcTimestamp, o.TimestampFormat) = (true, Timestamp.TrimEnd()))
            : logging.AddSimpleConsole(o => (o.SingleLine, o.UseUtcTimestamp, o.TimestampFormat) = (true, true, Timestamp));
    }
}
