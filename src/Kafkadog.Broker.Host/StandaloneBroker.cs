using System.CommandLine;
using System.Globalization;
using System.Net;
using Kafkadog.Broker;
using Kafkadog.Commands;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Hosting;

/// <summary><c>kafkadog-broker</c>: what <c>kafkadog run broker</c> is, with the same options, and nothing else of kafkadog.</summary>
internal static class StandaloneBroker
{
    private const string DataDirectoryVariable = "KAFKADOG_DATA_DIR";

    public static async Task<int> RunAsync(string[] args, CancellationToken stopping)
    {
        var overrides = new Argument<string[]>("KEY=VALUE") { Description = "Settings by Kafka's own names", Arity = ArgumentArity.ZeroOrMore };
        var port = new Option<int>("--port") { Description = "Where it listens (default: 9092; 0: a free port)", DefaultValueFactory = _ => 9092 };
        var listen = new Option<string>("--listen") { Description = "Address it listens on (default: 127.0.0.1)", DefaultValueFactory = _ => "127.0.0.1" };
        var advertise = new Option<string?>("--advertise") { Description = "What the broker tells its clients to connect to", HelpName = "HOST:PORT" };
        var dataDirectory = new Option<string?>("--data-dir") { Description = $"Where everything is kept (default: {DataDirectoryVariable}, else .kafkadog)", HelpName = "DIR" };
        var metricsPort = new Option<int?>("--metrics-port") { Description = "Where the broker serves GET /metrics (default: nowhere; 0: a free port)" };
        var logFormat = new Option<string>("--log-format") { Description = "How the broker writes its log: text or json", DefaultValueFactory = _ => BrokerLogging.Text };
        logFormat.AcceptOnlyFromAmong(BrokerLogging.Text, BrokerLogging.Json);
        var flush = BrokerFlushOption.Create();
        var root = new RootCommand("The embedded Kafka broker of kafkadog as a process of its own.") { overrides, port, listen, advertise, dataDirectory, metricsPort, logFormat, flush };
        var security = new BrokerSecurityOptions();
        foreach (var option in security.All)
        {
            root.Add(option);
        }

        root.SetAction(async (said, cancelled) =>
        {
            using var logs = LoggerFactory.Create(logging => logging.AddBrokerLog(said.GetValue(logFormat)!));
            var options = new BrokerOptions
            {
                Host = said.GetValue(listen)!,
                Port = said.GetValue(port),
                DataDirectory = Path.Combine(said.GetValue(dataDirectory) ?? Environment.GetEnvironmentVariable(DataDirectoryVariable) ?? ".kafkadog", "broker"),
                Configs = Pairs(said.GetValue(overrides) ?? []),
                FlushMode = said.GetValue(flush),
                LoggerFactory = logs,
            };
            options = security.Read(said).Apply(options);
            return await RunAsync(said.GetValue(advertise) is { } advertised ? Advertise(options, advertised) : options, said.GetValue(metricsPort), cancelled);
        });
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            return Fail(ExitCodes.Usage, string.Join(' ', parsed.Errors.Select(e => e.Message)), "see `kafkadog-broker --help`");
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stopping);
        }
        catch (CommandFailure failure)
        {
            return Fail(failure.ExitCode, failure.Message, failure.Next);
        }
        catch (BrokerStartException e)
        {
            // Its message says what to do next.
            return Fail(ExitCodes.Of(e.Failure), e.Message);
        }
    }

    private static async Task<int> RunAsync(BrokerOptions options, int? metricsPort, CancellationToken stopping)
    {
        await using var broker = await KafkaBroker.StartAsync(options, stopping);
        await using var metrics = metricsPort is { } port
            ? await MetricsEndpoint.StartAsync(IPAddress.TryParse(options.Host, out var address) ? address : IPAddress.Loopback, port, stopping)
            : null;
        Console.Out.WriteLine($"Kafka broker ready at {broker.BootstrapServers}, data in {broker.DataDirectory}{(metrics is null ? "" : $", metrics at {metrics.Url}")}");
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stopping.UnsafeRegister(static stopped => ((TaskCompletionSource)stopped!).SetResult(), stopped))
        {
            await stopped.Task;
        }

        return ExitCodes.Ok;
    }

    private static BrokerOptions Advertise(BrokerOptions options, string advertised)
    {
        var colon = advertised.LastIndexOf(':');
        return colon > 0 && ushort.TryParse(advertised.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? options with { AdvertisedHost = advertised[..colon], AdvertisedPort = port }
            : throw new CommandFailure(ExitCodes.Usage, $"--advertise {advertised} is not HOST:PORT", "for example --advertise kafka:9092");
    }

    private static Dictionary<string, string> Pairs(IEnumerable<string> arguments)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var argument in arguments)
        {
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new CommandFailure(ExitCodes.Usage, $"'{argument}' is not KEY=VALUE", "for example log.retention.ms=60000");
            }

            pairs[argument[..equals]] = argument[(equals + 1)..];
        }

        return pairs;
    }

    private static int Fail(int exitCode, string problem, string? next = null)
    {
        Console.Error.WriteLine($"error: {problem}");
        if (next is not null)
        {
            Console.Error.WriteLine($" next: {next}");
        }

        return exitCode;
    }
}
