using System.CommandLine;
using System.Globalization;
using Kafkadog.Supervision;
using Spectre.Console;

namespace Kafkadog.Commands;

/// <summary><c>kafkadog status</c>: what runs, where, and what it uses.</summary>
internal static class Status
{
    public static Command Create()
    {
        var verb = new Verb("status", "What runs, where, and what it uses", "status", "status --json")
        {
            CommonOptions.DataDir, CommonOptions.Json,
        };
        verb.SetAction(async (parsed, cancelled) =>
        {
            using var control = ControlClient.Connect(parsed.Data());
            Write(parsed, await control.ListAsync(cancelled));
            return ExitCodes.Ok;
        });
        return verb;
    }

    /// <summary>The list every command that changes an instance ends with.</summary>
    public static void Write(ParseResult parsed, IReadOnlyList<InstanceStatus> instances)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            CommonOptions.WriteJson(instances, CliJson.Default.IReadOnlyListInstanceStatus);
            return;
        }

        var table = Terminal.Table("INSTANCE", "STATE", "ADDRESS", "PID", "UP", "RESTARTS", "MEMORY", "CPU");
        foreach (var i in instances)
        {
            table.AddRow(
                new Text(i.Name),
                new Text(i.State.ToString().ToLowerInvariant(), new Style(Colour(i.State))),
                new Text(i.Url),
                new Text(i.ProcessId?.ToString(CultureInfo.InvariantCulture) ?? "-"),
                new Text(i.UptimeSeconds is { } up ? Uptime(TimeSpan.FromSeconds(up)) : "-"),
                new Text(i.Restarts.ToString(CultureInfo.InvariantCulture)),
                new Text(string.Create(CultureInfo.InvariantCulture, $"{i.ResidentBytes / 1048576.0:0} MB")),
                new Text(string.Create(CultureInfo.InvariantCulture, $"{i.CpuSeconds:0.0} s")));
        }

        Terminal.Out.Write(table);
    }

    private static string Uptime(TimeSpan up) => up switch
    {
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)up.TotalHours} h {up.Minutes} m"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{up.Minutes} m {up.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{up.TotalSeconds:0.0} s"),
    };

    private static Color Colour(InstanceState state) => state switch
    {
        InstanceState.Ready => Color.Green,
        InstanceState.Restarting or InstanceState.Killed => Color.Red,
        InstanceState.Stopped => Color.Grey,
        _ => Color.Yellow,
    };
}
