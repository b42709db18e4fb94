using System.Diagnostics;
using Kafkadog.Supervision;
using Spectre.Console;

namespace Kafkadog.Commands;

/// <summary>What a person sees while <c>kafkadog up</c> runs: one line for everything that happens to an instance.</summary>
/// <param name="began">Timestamp of the start, so that the first lines tell how long it took.</param>
internal sealed class UpReporter(long began)
{
    private readonly Lock gate = new();
    private bool allReady;
    private bool stopping;

    public void Begin(UpSettings settings) =>
        Write($"[bold]kafkadog[/] [grey]data in {Markup.Escape(settings.Data.Path)}, Kafka at {Markup.Escape(settings.Brokers)}[/]");

    public void AllReady(UpSettings settings)
    {
        lock (gate)
        {
            allReady = true;
        }

        Write($"[green]all {settings.Ports.Count} ready[/] in {Terminal.Seconds(Stopwatch.GetElapsedTime(began))}");
        Write("");
        if (settings.Ports.FirstOrDefault(p => p.Key.Name == "dashboard") is { Key: { } dashboard } shown)
        {
            Write($"See it happen: [bold]{dashboard.Url(shown.Value)}[/]");
        }

        Write("Or, in another terminal:");
        Write("  kafkadog seed 10 --watch           [grey]place orders and see what becomes of them[/]");
        Write("  kafkadog status                    [grey]what runs[/]");
        Write("  kafkadog topics list               [grey]what is in Kafka[/]");
        Write("  kafkadog consume orders.v1 -f      [grey]watch records arrive[/]");
        Write("[grey]Ctrl-C stops everything.[/]");
    }

    public void Stopping()
    {
        lock (gate)
        {
            stopping = true;
        }

        Write("[grey]stopping ...[/]");
    }

    public void Report(InstanceEvent happened)
    {
        var name = Markup.Escape(happened.Instance.Name);
        lock (gate)
        {
            if (stopping && happened is InstanceEvent.Stopped)
            {
                return;
            }

            Write(happened switch
            {
                InstanceEvent.Ready when !allReady =>
                    $"  {Terminal.Seconds(Stopwatch.GetElapsedTime(began)),7}  [green]ready[/]  {happened.Instance.Role.Name,-22} {happened.Instance.Role.Url(happened.Instance.Port)}",
                InstanceEvent.Ready ready =>
                    $"{Now} [green]{name} is ready[/] after {Terminal.Seconds(ready.After)}: {happened.Instance.Role.Url(happened.Instance.Port)}",
                InstanceEvent.Crashed crashed =>
                    $"{Now} [red]{name} crashed[/] ({Exit(crashed.ExitCode)}); starts again in {Terminal.Seconds(crashed.RestartsIn)}. Its output: {Markup.Escape(happened.Instance.LogFile)}",
                InstanceEvent.Killed => $"{Now} [yellow]{name} was killed[/] and stays down until `kafkadog start {name}`",
                InstanceEvent.Frozen => $"{Now} [yellow]{name} is frozen[/] until `kafkadog thaw {name}`",
                InstanceEvent.Thawed => $"{Now} {name} goes on",
                InstanceEvent.Stopped => $"{Now} {name} stopped",
                InstanceEvent.LogFailed failed => $"{Now} [red]the output of {name} cannot be kept[/]: {Markup.Escape(failed.Error.Message)}",
                _ => throw new UnreachableException(),
            });
        }
    }

    private static string Now => $"[grey]{TimeProvider.System.GetLocalNow():HH:mm:ss}[/]";

    private static string Exit(int code) => code > 128 ? $"signal {code - 128}" : $"exit code {code}";

    private static void Write(string markup) => Terminal.Out.MarkupLine(markup);
}
