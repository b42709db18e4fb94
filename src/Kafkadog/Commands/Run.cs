using System.CommandLine;
using System.Net;
using Kafkadog.Hosting;
using Kafkadog.Messaging;
using Kafkadog.Supervision;
using Microsoft.Extensions.Hosting;

namespace Kafkadog.Commands;

/// <summary><c>kafkadog run ROLE</c>: one role as this process, until it is told to stop.</summary>
internal static class Run
{
    public static Command Create()
    {
        var role = new Argument<string>("ROLE") { Description = string.Join(", ", Roles.All.Select(r => r.Name)) };
        role.CompletionSources.Add([.. Roles.All.Select(r => r.Name)]);
        var overrides = new Argument<string[]>("KEY=VALUE")
        {
            Description = "Settings by their full key",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var port = new Option<int?>("--port") { Description = "Where it listens (default: the role's own port)" };
        var listen = new Option<IPAddress?>("--listen")
        {
            Description = "Address it listens on (default: 127.0.0.1)",
            CustomParser = result =>
            {
                if (IPAddress.TryParse(result.Tokens[0].Value, out var address))
                {
                    return address;
                }

                result.AddError($"'{result.Tokens[0].Value}' is not an IP address, such as 0.0.0.0");
                return null;
            },
        };
        var bootstrap = new Option<string?>("--bootstrap") { Description = "Where Kafka is (default: 127.0.0.1:9092)", HelpName = "HOST:PORT" };
        var advertise = new Option<string?>("--advertise") { Description = "What the broker tells its clients to connect to", HelpName = "HOST:PORT" };
        var instance = new Option<int?>("--instance") { Description = "Number of this process among the instances of its role" };
        var fast = new Option<bool>("--fast") { Description = "No simulated delays and failures" };

        var metricsPort = new Option<int?>("--metrics-port") { Description = "Where the broker serves GET /metrics (default: nowhere; 0: a free port)" };
        var logFormat = new Option<string>("--log-format") { Description = "How the broker writes its log: text or json", DefaultValueFactory = _ => BrokerLogging.Text };
        logFormat.AcceptOnlyFromAmong(BrokerLogging.Text, BrokerLogging.Json);
        var flush = BrokerFlushOption.Create();

        var security = new BrokerSecurityOptions();
        var verb = new Verb(
            "run",
            "Run one role as this process",
            "run broker --port 9092 --metrics-port 9404",
            "run broker --listener SASL_SSL://0.0.0.0:9094 --tls-cert broker.pem --tls-key broker.key --sasl-users users.txt",
            "run payment-service --bootstrap 127.0.0.1:9092 Payment:DeclineRate=0.5")
        {
            role, overrides, port, listen, bootstrap, advertise, instance, fast, metricsPort, logFormat, flush, CommonOptions.DataDir,
        };
        foreach (var option in security.All)
        {
            verb.Add(option);
        }

        verb.SetAction(async (parsed, stopping) =>
        {
            var settings = new RoleSettings(
                Roles.Find(parsed.GetValue(role)!),
                parsed.GetValue(port),
                parsed.GetValue(listen),
                parsed.GetValue(CommonOptions.DataDir),
                parsed.GetValue(bootstrap),
                parsed.GetValue(instance),
                parsed.GetValue(fast),
                parsed.GetValue(advertise),
                CommonOptions.Pairs(parsed.GetValue(overrides) ?? [], "Payment:DeclineRate=0.5"))
            {
                Security = security.Read(parsed),
                MetricsPort = parsed.GetValue(metricsPort),
                LogFormat = parsed.GetValue(logFormat)!,
                FlushMode = parsed.GetValue(flush),
            };
            using var host = settings.Role.Build(settings);
            await RunUntilStoppedAsync(host, settings, stopping);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static async Task RunUntilStoppedAsync(IHost host, RoleSettings settings, CancellationToken stopping)
    {
        var port = settings.Port ?? settings.Role.DefaultPort;
        // Before anything starts, since half of a service would have to be stopped again.
        if (settings.Role != Roles.Broker && port != 0 && !PortCheck.IsFree(port))
        {
            throw PortCheck.Taken(settings.Role, port);
        }

        try
        {
            await host.StartAsync(stopping);
            HostStartLog.Started();
        }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw PortCheck.Taken(settings.Role, port);
        }
        catch (DatabaseUnavailableException e)
        {
            throw new CommandFailure(ExitCodes.DataDirectory, e.Problem, e.Next);
        }

        await host.WaitForShutdownAsync(stopping);
    }
}
