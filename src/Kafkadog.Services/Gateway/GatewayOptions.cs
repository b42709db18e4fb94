using System.ComponentModel.DataAnnotations;
using Kafkadog.Services.Shared;

namespace Kafkadog.Services.Gateway;

/// <summary>The section <c>Gateway</c>.</summary>
internal sealed class GatewayOptions
{
    public const string Section = "Gateway";

    /// <summary>Where the other services answer, by name; what is not set is expected on its own port of this machine.</summary>
    public Dictionary<string, string> Services { get; set; } = [];

    /// <summary>How long a health question to another service may take, in milliseconds.</summary>
    [Range(10, 60_000)]
    public int HealthTimeoutMs { get; set; } = 1000;

    /// <summary>How long another question to a service may take, in milliseconds.</summary>
    [Range(10, 60_000)]
    public int ServiceTimeoutMs { get; set; } = 5000;

    /// <summary>Clients of the live event stream at the same time.</summary>
    [Range(1, 10_000)]
    public int MaxLiveClients { get; set; } = 100;

    /// <summary>Records that may wait for one client of the live event stream; a slower one is disconnected.</summary>
    [Range(16, 100_000)]
    public int LiveBuffer { get; set; } = 1000;

    public Uri AddressOf(ServiceIdentity service) =>
        new(Services.GetValueOrDefault(service.Name) ?? $"http://127.0.0.1:{service.Port}");
}
