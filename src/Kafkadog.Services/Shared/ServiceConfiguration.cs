using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Memory;

namespace Kafkadog.Services.Shared;

/// <summary>
/// Where settings come from, weakest first: defaults of the service, appsettings.json, the short environment names
/// (those of the original demo among them), the environment by full key (<c>Messaging__BootstrapServers</c>), the
/// command line (<c>--Messaging:BootstrapServers</c>).
/// </summary>
internal static class ServiceConfiguration
{
    private static readonly (string Short, string Key, Func<string, string> Convert)[] ShortNames =
    [
        ("KAFKA_BROKERS", "Messaging:BootstrapServers", Same),
        ("KAFKA_CLIENT_ID", "Messaging:ClientId", Same),
        ("KAFKA_RETRY_MAX_ATTEMPTS", "Messaging:Retry:MaxAttempts", Same),
        ("KAFKA_RETRY_BASE_DELAY_MS", "Messaging:Retry:BaseDelay", Milliseconds),
        ("PORT", "Http:Port", Same),
        ("KAFKADOG_DATA_DIR", "DataDirectory", Same),
        ("KAFKADOG_FAST", "Fast", text => text is "1" or "true" ? "true" : "false"),
    ];

    public static void AddServiceConfiguration(this WebApplicationBuilder builder, ServiceIdentity service)
    {
        var sources = builder.Configuration.Sources;
        var aliases = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, key, convert) in ShortNames)
        {
            if (builder.Configuration[name] is { Length: > 0 } value)
            {
                aliases[key] = Converted(name, value, convert);
            }
        }

        var environment = sources.LastOrDefault(s => s is EnvironmentVariablesConfigurationSource);
        var place = environment is null ? sources.Count : sources.IndexOf(environment);
        sources.Insert(place, new MemoryConfigurationSource { InitialData = aliases });

        var dataDirectory = builder.Configuration["DataDirectory"] ?? ".kafkadog";
        sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
            {
                ["Messaging:ServiceName"] = service.Name,
                ["Messaging:Retry:Topic"] = Contracts.Topics.Retry,
                ["Messaging:Retry:DeadLetterTopic"] = Contracts.Topics.DeadLetters,
                ["Messaging:Database:Path"] = Path.Combine(dataDirectory, service.Name, "service.db"),
                ["Messaging:Database:Schema"] = service.Name.Replace('-', '_'),
                ["Http:Port"] = service.Port.ToString(CultureInfo.InvariantCulture),
                ["DataDirectory"] = dataDirectory,
                ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning", // a line per request is for those who ask for it
                ["Logging:LogLevel:System.Net.Http"] = "Warning",
            },
        });
    }

    /// <summary>The service's own folder below the data directory; created when missing.</summary>
    public static string DataFolder(this IConfiguration configuration, ServiceIdentity service) =>
        Directory.CreateDirectory(Path.Combine(configuration["DataDirectory"]!, service.Name)).FullName;

    public static bool IsFast(this IConfiguration configuration) => configuration.GetValue("Fast", defaultValue: false);

    private static string Same(string text) => text;

    private static string Milliseconds(string text) =>
        TimeSpan.FromMilliseconds(int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)).ToString();

    private static string Converted(string name, string value, Func<string, string> convert)
    {
        try
        {
            return convert(value);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw new InvalidOperationException($"{name} is '{value}'; it must be a whole number of milliseconds, such as 500.", e);
        }
    }
}
