using System.Globalization;
using System.Net;
using Kafkadog.Broker;
using Kafkadog.Hosting;
using Kafkadog.Security;
using Microsoft.Extensions.Hosting;

namespace Kafkadog;

/// <param name="Name">What follows <c>kafkadog run</c>.</param>
/// <param name="DefaultPort">Port of the first instance; further ones take free ports.</param>
/// <param name="Build">Makes the host that is started as this process.</param>
internal sealed record Role(string Name, int DefaultPort, string Summary, Func<RoleSettings, IHost> Build)
{
    /// <summary>Its place in the table, and so in every list.</summary>
    public int Order => Roles.All.TakeWhile(r => r != this).Count();

    public bool IsBroker => Name == "broker";

    /// <summary>One of the shop's services: it consumes, and answers for what it consumed.</summary>
    public bool IsService => Name is not ("broker" or "dashboard");

    public string Url(int port) => IsBroker
        ? string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}")
        : string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
}

/// <summary>What one process of a role is told.</summary>
/// <param name="Listen">Loopback unless told otherwise.</param>
/// <param name="Instance">1 for the first process of a role, then 2, 3 and so on.</param>
/// <param name="Advertised">host:port that a broker tells its clients; null for where it listens.</param>
/// <param name="Overrides">Settings by their full key, such as <c>Messaging:BatchSize</c>.</param>
internal sealed record RoleSettings(
    Role Role,
    int? Port,
    IPAddress? Listen,
    string? DataDirectory,
    string? Bootstrap,
    int? Instance,
    bool Fast,
    string? Advertised,
    IReadOnlyDictionary<string, string> Overrides)
{
    /// <summary>Of the broker; null for one that trusts everybody.</summary>
    public BrokerSecurity? Security { get; init; }

    /// <summary>Where the broker serves its metrics; null for nowhere. Services serve theirs on their own port.</summary>
    public int? MetricsPort { get; init; }

    /// <summary>When the broker forces what it wrote to the disk.</summary>
    public FlushMode FlushMode { get; init; } = FlushMode.Interval;

    /// <summary>How the broker writes its log; services always write JSON.</summary>
    public string LogFormat { get; init; } = BrokerLogging.Text;

    /// <summary>Replicas of a container are told apart by their host name, which a restart keeps.</summary>
    private string? OfContainer =>
        Environment.GetEnvironmentVariable("DOTNET_RUNNING_IN_CONTAINER") == "true" && Environment.GetEnvironmentVariable("Messaging__InstanceId") is null
            ? $"{Role.Name}-{Environment.MachineName}"
            : null;

    /// <summary>The command line of the host's configuration: only what was said, so that the environment still counts.</summary>
    public string[] ToConfiguration()
    {
        var said = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Http:Port"] = Port?.ToString(CultureInfo.InvariantCulture),
            ["Http:BindAddress"] = Listen?.ToString(),
            ["DataDirectory"] = DataDirectory,
            ["Messaging:BootstrapServers"] = Bootstrap,
            ["Messaging:InstanceId"] = Instance is { } number ? $"{Role.Name}-{number}" : OfContainer,
            ["Fast"] = Fast ? "true" : null,
            // Settings are read once, at the start: watching their files would cost a thread and its start.
            ["hostBuilder:reloadConfigOnChange"] = "false",
        };
        foreach (var (key, value) in Overrides)
        {
            said[key] = value;
        }

        return [.. said.Where(s => s.Value is not null).Select(s => $"--{s.Key}={s.Value}")];
    }
}
