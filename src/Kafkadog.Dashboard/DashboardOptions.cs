using System.ComponentModel.DataAnnotations;

namespace Kafkadog.Dashboard;

/// <summary>The section <c>Dashboard</c>.</summary>
public sealed class DashboardOptions
{
    public const string Section = "Dashboard";

    /// <summary>An IP address. Loopback unless told otherwise: the dashboard can stop processes.</summary>
    [Required]
    public string BindAddress { get; set; } = "127.0.0.1";

    [Range(0, 65535)]
    public int Port { get; set; } = 3000;

    /// <summary>Other values of the Host header are refused, against DNS rebinding; separated by semicolons.</summary>
    [Required]
    public string AllowedHosts { get; set; } = "localhost;127.0.0.1;[::1]";

    /// <summary><c>host:port</c> of Kafka, comma separated.</summary>
    [Required]
    public string BootstrapServers { get; set; } = "127.0.0.1:9092";

    /// <summary>Where the services answer when no supervisor runs, by name; what is not set is expected on its own port of this machine.</summary>
    public Dictionary<string, string> Services { get; set; } = [];

    /// <summary>Where the Kafka console is, for links.</summary>
    [Required]
    public string ConsoleUrl { get; set; } = "http://localhost:8080";

    /// <summary>Further librdkafka properties for the dashboard's clients, such as <c>security.protocol</c>.</summary>
    public Dictionary<string, string> Client { get; set; } = [];

    /// <summary>How far back time travel reaches, and how long records, commits and assignments are remembered.</summary>
    public TimeSpan History { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Records remembered at most, the oldest are dropped first.</summary>
    [Range(100, 1_000_000)]
    public int MaxRecords { get; set; } = 20_000;

    /// <summary>Orders remembered at most, the oldest are dropped first.</summary>
    [Range(10, 100_000)]
    public int MaxOrders { get; set; } = 5_000;
}
