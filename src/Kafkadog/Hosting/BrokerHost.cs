using System.Globalization;
using System.Net;
using Kafkadog.Broker;
using Kafkadog.Supervision;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Hosting;

/// <summary>The embedded broker as a process of its own.</summary>
internal static class BrokerHost
{
    public static IHost Build(RoleSettings settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddBrokerLog(settings.LogFormat).LeaveStartToCaller();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddHostedService(services => new BrokerProcess(Options(settings, services.GetRequiredService<ILoggerFactory>()), settings));
        return builder.Build();
    }

    private static BrokerOptions Options(RoleSettings settings, ILoggerFactory logs)
    {
        var options = new BrokerOptions
        {
            Host = settings.Listen?.ToString() ?? "127.0.0.1",
            Port = settings.Port ?? settings.Role.DefaultPort,
            DataDirectory = Path.Combine(new DataDirectory(settings.DataDirectory).Path, "broker"),
            Configs = settings.Overrides.Where(o => !o.Key.Contains(':', StringComparison.Ordinal))
                .ToDictionary(o => o.Key, o => o.Value, StringComparer.Ordinal),
            FlushMode = settings.FlushMode,
            LoggerFactory = logs,
        };
        options = settings.Security?.Apply(options) ?? options;
        if (settings.Advertised is not { } advertised)
        {
            return options;
        }

        var colon = advertised.LastIndexOf(':');
        return colon > 0 && ushort.TryParse(advertised.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? options with { AdvertisedHost = advertised[..colon], AdvertisedPort = port }
            : throw new CommandFailure(ExitCodes.Usage, $"--advertise {advertised} is not HOST:PORT", "for example --advertise kafka:9092");
    }

    private sealed class BrokerProcess(BrokerOptions options, RoleSettings settings) : IHostedService
    {
        private KafkaBroker? broker;
        private MetricsEndpoint? metrics;

        public async Task StartAsync(CancellationToken cancellationToken)
        {
            try
            {
                broker = await KafkaBroker.StartAsync(options, cancellationToken);
                metrics = settings.MetricsPort is { } port ? await MetricsEndpoint.StartAsync(settings.Listen ?? IPAddress.Loopback, port, cancellationToken) : null;
                Console.Out.WriteLine($"Kafka broker ready at {broker.BootstrapServers}, data in {broker.DataDirectory}{(metrics is null ? "" : $", metrics at {metrics.Url}")}");
            }
            catch (IOException e) when (broker is not null)
            {
                await broker.DisposeAsync();
                throw new CommandFailure(ExitCodes.PortTaken, $"the metrics cannot be served on port {settings.MetricsPort}: {e.Message}", "say another --metrics-port, or 0 for a free one");
            }
            catch (BrokerStartException e)
            {
                throw e.Failure is BrokerStartFailure.PortTaken && options.Listeners.Count == 0
                    ? PortCheck.Taken(Roles.Broker, options.Port)
                    : new CommandFailure(ExitCodes.Of(e.Failure), e.Message, "see `kafkadog doctor`");
            }
        }

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            if (metrics is not null)
            {
                await metrics.DisposeAsync();
            }

            if (broker is not null)
            {
                await broker.DisposeAsync();
            }
        }
    }
}
