using System.CommandLine;
using System.Diagnostics;
using Kafkadog.Messaging;
using Kafkadog.Services.Shared;
using Kafkadog.Supervision;

namespace Kafkadog.Commands;

/// <summary><c>kafkadog up</c>: every role as a child process, watched until Ctrl-C.</summary>
internal static class Up
{
    public static Command Create()
    {
        var overrides = new Argument<string[]>("KEY=VALUE")
        {
            Description = "Settings for every role by their full key",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var bootstrap = new Option<string?>("--bootstrap")
        {
            Description = "Use the Kafka at this address in place of the embedded broker",
            HelpName = "HOST:PORT",
        };
        var fast = new Option<bool>("--fast") { Description = "No simulated delays and failures" };
        var ports = Roles.All.ToDictionary(r => r, r => new Option<int>($"--port-{r.Name}")
        {
            Description = $"Port of {r.Name}",
            HelpName = "PORT",
            DefaultValueFactory = _ => r.DefaultPort,
        });
        var without = Roles.All.ToDictionary(r => r, r => new Option<bool>($"--no-{r.Name}") { Description = $"Leave out {r.Name}" });

        var verb = new Verb(
            "up",
            "Start the broker and the whole shop; Ctrl-C stops everything",
            "up",
            "up --fast",
            "up --bootstrap 127.0.0.1:19092 --port-api-gateway 4001",
            "up Payment:DeclineRate=0.5")
        {
            overrides, bootstrap, fast, CommonOptions.DataDir,
        };
        foreach (var role in Roles.All)
        {
            verb.Add(ports[role]);
            verb.Add(without[role]);
        }

        verb.SetAction(async (parsed, stopping) =>
        {
            _ = CommonOptions.Pairs(parsed.GetValue(overrides) ?? [], "Payment:DeclineRate=0.5");
            var kafka = parsed.GetValue(bootstrap);
            var chosen = Roles.All
                .Where(r => !parsed.GetValue(without[r]) && !(r.IsBroker && kafka is not null))
                .ToDictionary(r => r, r => parsed.GetValue(ports[r]));
            if (kafka is null && !chosen.Keys.Any(r => r.IsBroker))
            {
                throw new CommandFailure(ExitCodes.Usage, "--no-broker needs a Kafka to use", "name it: --bootstrap HOST:PORT");
            }

            var settings = new UpSettings(parsed.Data(), kafka, parsed.GetValue(fast), chosen, parsed.GetValue(overrides) ?? []);
            await RunAsync(settings, stopping);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static async Task RunAsync(UpSettings settings, CancellationToken stopping)
    {
        var began = Stopwatch.GetTimestamp();
        settings.Data.Open();
        await using var held = settings.Data.Lock();
        CheckPorts(settings);
        if (settings.Bootstrap is { } elsewhere)
        {
            await KafkaAddress.CheckAsync(elsewhere, stopping);
        }

        var reporter = new UpReporter(began);
        reporter.Begin(settings);
        await using var supervisor = new Supervisor(settings, reporter.Report, TimeProvider.System);
        await using var control = new ControlEndpoint(supervisor, TimeProvider.System);
        try
        {
            var door = control.StartAsync(stopping);
            var broker = supervisor.StartBrokerAsync(stopping);
            var services = supervisor.StartServicesAsync(stopping);
            NativeKafka.Load();
            await broker;
            await TopicProvisioning.EnsureAsync(new TopicProvisioningOptions(settings.Brokers, ReplicationFactor: -1), stopping);
            supervisor.KafkaIsThere();
            await services;
            await door;
            reporter.AllReady(settings);
            await Task.Delay(Timeout.InfiniteTimeSpan, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Ctrl-C before everything was ready is a stop like any other.
        }

        reporter.Stopping();
    }

    private static void CheckPorts(UpSettings settings)
    {
        foreach (var (role, port) in settings.Ports)
        {
            if (port is < 1 or > 65535)
            {
                throw new CommandFailure(ExitCodes.Usage, $"--port-{role.Name} {port} is not a port", "a number from 1 to 65535");
            }

            if (settings.Ports.FirstOrDefault(p => p.Value == port && p.Key != role).Key is { } other)
            {
                throw new CommandFailure(ExitCodes.Usage, $"{role.Name} and {other.Name} both want port {port}", $"give one of them another: --port-{other.Name} {PortCheck.FindFree()}");
            }

            if (!PortCheck.IsFree(port))
            {
                throw PortCheck.Taken(role, port);
            }
        }
    }
}
