namespace Kafkadog.Dashboard.Instances;

/// <summary>What to type under docker compose for what the buttons do under a supervisor. The names are those of compose.yaml.</summary>
internal static class ComposeCommands
{
    /// <param name="role">A role, or <c>broker</c> for Kafka.</param>
    public static IReadOnlyList<ComposeCommand> Of(string role)
    {
        var service = Service(role);
        List<ComposeCommand> commands =
        [
            new("Stop", $"docker compose stop {service}"),
            new("Kill", $"docker compose kill -s KILL {service}"),
            new("Freeze", $"docker compose pause {service}"),
            new("Thaw", $"docker compose unpause {service}"),
            new("Start again", $"docker compose start {service}"),
            new("Last lines", $"docker compose logs --tail 200 --follow {service}"),
        ];

        // Those two publish a port of this machine, and a port has one owner.
        if (role is not ("broker" or "api-gateway"))
        {
            commands.InsertRange(0, [new("Three instances", $"docker compose up -d --scale {service}=3"), new("One of them", $"docker kill -s KILL kafkadog-{service}-2")]);
        }

        return commands;
    }

    public static string Service(string role) => role == "broker" ? "kafka" : role;
}

internal sealed record ComposeCommand(string What, string Text);
