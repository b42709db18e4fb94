using Kafkadog.Hosting;

namespace Kafkadog;

/// <summary>
/// Everything this program can be. <c>kafkadog run ROLE</c> is one of these as one process; <c>kafkadog up</c> starts each of
/// them as a child process of itself.
/// </summary>
internal static class Roles
{
    public static IReadOnlyList<Role> All { get; } =
    [
        new("broker", 9092, "the embedded Kafka broker", BrokerHost.Build),
    ];

    public static Role Broker => All.First(r => r.IsBroker);

    /// <exception cref="CommandFailure">No role has that name.</exception>
    public static Role Find(string name) =>
        All.FirstOrDefault(r => r.Name == name) ?? throw new CommandFailure(
            ExitCodes.NotFound, $"there is no role '{name}'", $"one of: {string.Join(", ", All.Select(r => r.Name))}");
}
