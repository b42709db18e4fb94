using System.CommandLine;
using Kafkadog.Supervision;

namespace Kafkadog.Commands;

/// <summary>The five things to do to one instance: start, stop, kill, freeze, thaw.</summary>
internal static class InstanceVerbs
{
    public static Command Start() => Create("start", "Start an instance that is stopped or was killed");

    public static Command Stop() => Create("stop", "Stop an instance gracefully: it finishes its work and leaves its group");

    public static Command Freeze() => Create("freeze", "Freeze an instance (SIGSTOP): it keeps its partitions until its session times out");

    public static Command Thaw() => Create("thaw", "Let a frozen instance go on");

    public static Command Kill()
    {
        var restart = new Option<bool>("--restart") { Description = "Let it come back at once, as after a crash" };
        var verb = Create("kill", "Kill an instance (SIGKILL) and leave it down", parsed => parsed.GetValue(restart) ? "kill?restart=true" : "kill");
        verb.Add(restart);
        return verb;
    }

    private static Verb Create(string name, string description, Func<ParseResult, string>? path = null)
    {
        var instance = new Argument<string>("INSTANCE") { Description = "Such as payment-service-2, or the role while it has one instance" };
        var verb = new Verb(name, description, $"{name} payment-service-1") { instance, CommonOptions.DataDir, CommonOptions.Json };
        verb.SetAction(async (parsed, cancelled) =>
        {
            using var control = ControlClient.Connect(parsed.Data());
            Status.Write(parsed, await control.ChangeAsync(parsed.GetValue(instance)!, path?.Invoke(parsed) ?? name, cancelled));
            return ExitCodes.Ok;
        });
        return verb;
    }
}
