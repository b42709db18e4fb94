using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Broker.Apis;

/// <summary>The categories this broker logs to, and the lowest level each lets pass, in the words of Apache Kafka's loggers.</summary>
internal static class LogLevels
{
    private static readonly (LogLevel Level, string Name)[] s_levels =
    [
        (LogLevel.Trace, "TRACE"), (LogLevel.Debug, "DEBUG"), (LogLevel.Information, "INFO"), (LogLevel.Warning, "WARN"), (LogLevel.Error, "ERROR"), (LogLevel.Critical, "FATAL"),
    ];

    public static IEnumerable<(string Category, string Level)> Describe(ILoggerFactory loggers) =>
        new[] { typeof(BrokerStorage), typeof(GroupCoordinator), typeof(Listener) }.Select(type => type.FullName!).Order(StringComparer.Ordinal).Select(category =>
        {
            var logger = loggers.CreateLogger(category);
            return (category, s_levels.FirstOrDefault(level => logger.IsEnabled(level.Level)).Name ?? "OFF");
        });
}
