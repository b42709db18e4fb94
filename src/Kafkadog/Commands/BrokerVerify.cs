using System.CommandLine;
using System.Globalization;
using Kafkadog.Broker.Inspection;
using Kafkadog.Broker.Storage;
using Spectre.Console;

namespace Kafkadog.Commands;

/// <summary><c>kafkadog broker verify</c>: reads every byte of a data directory that no broker has open.</summary>
internal static class BrokerVerify
{
    public static Command Create()
    {
        var directory = new Argument<string?>("DATA-DIR") { Description = "A broker's data directory, or kafkadog's (default: that of `kafkadog up`)", Arity = ArgumentArity.ZeroOrOne };
        var verb = new Verb(
            "verify",
            "Check every segment, index, snapshot and checkpoint of a stopped broker; change nothing",
            "broker verify",
            "broker verify /var/lib/kafkadog --json")
        {
            directory, CommonOptions.DataDir, CommonOptions.Json,
        };
        verb.SetAction(parsed =>
        {
            var report = Verify(Find(parsed.GetValue(directory) ?? parsed.Data().Path));
            if (parsed.GetValue(CommonOptions.Json))
            {
                CommonOptions.WriteJson(report, CliJson.Default.StorageReport);
            }
            else
            {
                Write(report);
            }

            return report.IsDamaged ? ExitCodes.Damaged : ExitCodes.Ok;
        });
        return verb;
    }

    /// <summary>The broker's folder lies in kafkadog's.</summary>
    private static string Find(string directory)
    {
        foreach (var candidate in (string[])[directory, Path.Combine(directory, "broker")])
        {
            if (File.Exists(Path.Combine(candidate, LogFormat.MetaProperties)))
            {
                return candidate;
            }
        }

        throw new CommandFailure(
            ExitCodes.NotFound, $"{directory} is no data directory of a broker: {LogFormat.MetaProperties} is missing", "name the folder that `kafkadog run broker` printed when it started");
    }

    private static StorageReport Verify(string directory)
    {
        try
        {
            return StorageVerifier.Verify(directory);
        }
        catch (StorageException e)
        {
            throw e.Failure switch
            {
                StorageFailure.InUse => new CommandFailure(ExitCodes.AlreadyRunning, e.Message, "stop it first: what it writes meanwhile would look like damage"),
                StorageFailure.NewerFormat => new CommandFailure(ExitCodes.DataVersion, e.Message, "verify with the kafkadog that wrote it"),
                _ => new CommandFailure(ExitCodes.Damaged, e.Message, "restore the file from a backup"),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCodes.Failed, $"{directory} cannot be read: {e.Message}", "run it as the user of the broker");
        }
    }

    private static void Write(StorageReport report)
    {
        foreach (var finding in report.Findings)
        {
            Terminal.Out.MarkupLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{(finding.IsDamage ? "[red]DAMAGE[/]" : "[yellow]note  [/]")}  {Markup.Escape(finding.File)}: byte {finding.Position}: {Markup.Escape(Terminal.Printable(finding.Problem))}"));
            Terminal.Out.MarkupLineInterpolated($"        [grey]next: {finding.Next}[/]");
        }

        var (damages, notes) = (report.Findings.Count(f => f.IsDamage), report.Findings.Count(f => !f.IsDamage));
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Directory}: {report.Partitions} partitions, {report.Segments} segments, {report.Batches} batches, {report.Records} records, {report.Bytes} bytes; {(report.CleanShutdown ? "shut down cleanly" : "not shut down cleanly")}; {damages} damaged, {notes} to be mended at the next start"));
    }
}
