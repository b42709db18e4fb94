using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Instances;

/// <summary>Something that can be done to an instance.</summary>
/// <param name="Verb">As <see cref="IInstanceControl.ChangeAsync"/> wants it.</param>
/// <param name="Effect">What will happen.</param>
/// <param name="Done">What has happened.</param>
/// <param name="Reason">Why not now; null when it can be done.</param>
internal sealed record InstanceAction(string Verb, string Label, string Effect, string Done, string? Reason)
{
    public const string Looking = "You look at the past. Go back to live to change something.";

    private const string SessionTimeout = "the session timeout (10 s unless set otherwise)";

    public bool IsHarsh => Verb is "kill";

    /// <summary>Always the same four, so that a button does not jump away under the finger: freeze and thaw share a place.</summary>
    public static IReadOnlyList<InstanceAction> Of(InstanceCard card, bool isLive)
    {
        var isDown = card.State is ShopInstanceState.Stopped or ShopInstanceState.Killed;
        var own = card.Role == "dashboard" ? "This page comes from it. Use `kafkadog stop`, `kill` or `freeze` on the command line." : null;
        return
        [
            new("stop", "Stop", Stop(card), $"{card.Name} was stopped.", Reason(own ?? (isDown ? $"{card.Name} is not running." : null))),
            new("kill", "Kill −9", Kill(card), $"{card.Name} was killed.", Reason(own ?? (isDown || card.State == ShopInstanceState.Restarting ? $"{card.Name} has no process." : null))),
            card.State == ShopInstanceState.Frozen
                ? new("thaw", "Thaw", Thaw(card), $"{card.Name} goes on.", Reason(null))
                : new("freeze", "Freeze", Freeze(card), $"{card.Name} stands still.", Reason(own ?? (card.IsRunning ? null : "Only a running process can be frozen."))),
            new("start", "Start again", Start(card), $"{card.Name} is ready again.", Reason(isDown ? null : $"{card.Name} has not been stopped or killed.")),
        ];

        string? Reason(string? why) => isLive ? why : Looking;
    }

    private static string Stop(InstanceCard card) => card switch
    {
        { Role: "broker" } => "Stops Kafka. Nobody can write or read: services wait and keep new events in their outbox, and all goes on when it starts again.",
        { State: ShopInstanceState.Frozen } => "It cannot hear while it is frozen: after 2 s it is killed, and its groups wait for the session timeout.",
        { Partitions: > 0 } => $"Asks {card.Name} to end. It finishes what it has in hand, commits and leaves its groups, so that {Its(card)} at once.",
        _ => $"Asks {card.Name} to end. It finishes what it has in hand.{Gateway(card)}",
    };

    private static string Kill(InstanceCard card) => card switch
    {
        { Role: "broker" } => "Kills Kafka (SIGKILL) in the middle of what it does. It stays down until it is started again, and then recovers its logs; what was acknowledged is still there.",
        { Partitions: > 0 } => $"Ends {card.Name} at once (SIGKILL). It commits nothing and tells nobody: after {SessionTimeout} {Its(card)}, and what was not committed is delivered again.",
        _ => $"Ends {card.Name} at once (SIGKILL), in the middle of what it does. It stays down until it is started again.{Gateway(card)}",
    };

    private static string Freeze(InstanceCard card) => card switch
    {
        { Role: "broker" } => "Kafka stands still (SIGSTOP): connections stay open and nothing answers, until it is thawed.",
        { Partitions: > 0 } => $"{card.Name} stands still (SIGSTOP) and sends no heartbeat: after {SessionTimeout} {Its(card)}. Thawed later, it finds that they are not its own any more.",
        _ => $"{card.Name} stands still (SIGSTOP): it takes connections and never answers, until it is thawed.",
    };

    private static string Thaw(InstanceCard card) => card.Role == "broker"
        ? "Kafka goes on where it stood (SIGCONT). Members whose heartbeats it missed may have to join anew."
        : $"{card.Name} goes on where it stood (SIGCONT). If its session timeout has passed it has lost its partitions, and joins as a new member.";

    private static string Start(InstanceCard card) => card.Role == "broker"
        ? "Starts Kafka again. It recovers its logs, the groups join anew, and the outboxes are emptied."
        : $"Starts {card.Name} again. It joins its groups, and they share out their partitions anew.";

    private static string Its(InstanceCard card) => card.Partitions == 1 ? "its partition moves to another member" : FormattableString.Invariant($"its {card.Partitions} partitions move to other members");

    private static string Gateway(InstanceCard card) => card.Role == "api-gateway" ? " No order can be placed there meanwhile." : "";
}

/// <summary>Starting one more instance of a role.</summary>
internal static class StartAnother
{
    private const int Most = 32;

    public static string? Reason(RoleInstances role, bool isLive) => role switch
    {
        _ when !isLive => InstanceAction.Looking,
        { Role: "broker" } => "The embedded broker is one process. For more brokers run Apache Kafka and `kafkadog up --bootstrap HOST:PORT`.",
        { Role: "dashboard" } => "One dashboard shows all.",
        _ when role.Instances.Count(i => i.IsRunning) >= Most => $"{Most} instances of a role are the most.",
        _ => null,
    };

    public static string Effect(RoleInstances role)
    {
        var running = role.Instances.Count(i => i.IsRunning);
        var one = $"Starts one more instance of {role.Role}. ";
        return role.MostPartitions switch
        {
            { } partitions when running >= partitions => one + FormattableString.Invariant($"There are only {partitions} partitions to share, so it will be idle: more members than partitions have nothing to do."),
            { } partitions when running > 0 => one + FormattableString.Invariant($"It joins the group, and {running + 1} members share {partitions} partitions of each topic."),
            _ => one + "It joins the role's groups, and they share out their partitions anew.",
        };
    }
}
