using System.Globalization;
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
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddSimpleConsole(o =>
        {
            o.SingleLine = true;
            o.UseUtcTimestamp = true;
            o.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddHostedService(services => new BrokerProcess(Options(settings, services.GetRequiredService<ILoggerFactory>())));
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

    private sealed class BrokerProcess(BrokerOptions options) : IHostedService
    {
        private KafkaBroker? broker;

        public async Task StartAsync(CancellationToken cancellationToken)
        {
            try
            {
                broker = await KafkaBroker.StartAsync(options, cancellationToken);
                Console.Out.WriteLine($"Kafka broker ready at {broker.BootstrapServers}, data in {broker.DataDirectory}");
            }
            catch (BrokerStartException e)
            {
                throw options.Listeners.Count > 0 || PortCheck.IsFree(options.Port)
                    ? new CommandFailure(ExitCodes.Failed, e.Message, "see `kafkadog doctor`")
                    : PortCheck.Taken(Roles.Broker, options.Port);
            }
        }

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            if (broker is not null)
            {
                await broker.DisposeAsync();
            }
        }
    }
}
