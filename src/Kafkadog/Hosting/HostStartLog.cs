using Kafkadog.Commands;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Hosting;

/// <summary>
/// Whoever starts a host is told by an exception why it did not start, and tells a person with the next step. The host would write the
/// same with its stack trace before.
/// </summary>
internal static class HostStartLog
{
    private const string Category = "Microsoft.Extensions.Hosting.Internal.Host";

    private static volatile bool started = Environment.GetEnvironmentVariable(CommandLine.TraceVariable) is not null;

    /// <summary>Until <see cref="Started"/> the host itself logs only what no exception tells.</summary>
    public static ILoggingBuilder LeaveStartToCaller(this ILoggingBuilder logging) =>
        logging.AddFilter(Category, level => level >= (started ? LogLevel.Warning : LogLevel.Critical));

    public static void Started() => started = true;
}
