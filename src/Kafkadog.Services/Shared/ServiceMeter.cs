namespace Kafkadog.Services.Shared;

internal static class ServiceMeter
{
    /// <summary>The meter of everything the shop itself counts.</summary>
    public const string Name = "Kafkadog.Services";
}
