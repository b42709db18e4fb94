using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Kafkadog.Messaging;
using Kafkadog.Supervision;
using Spectre.Console;

namespace Kafkadog.Commands;

/// <summary><c>kafkadog doctor</c>: what would keep kafkadog from running here, and what to do about it.</summary>
internal static class Doctor
{
    private const long NeededBytes = 500L * 1024 * 1024;

    private static readonly TimeSpan SdkTimeout = TimeSpan.FromSeconds(20);

    public static Command Create()
    {
        var verb = new Verb("doctor", "Check this machine: SDK, ports, disk, data directory, Kafka client", "doctor", "doctor --json")
        {
            CommonOptions.DataDir, CommonOptions.Json,
        };
        verb.SetAction(async (parsed, cancelled) =>
        {
            var data = parsed.Data();
            IReadOnlyList<Finding> findings = [await SdkAsync(cancelled), Client(), Directory(data), Disk(data), .. Ports(data)];
            if (parsed.GetValue(CommonOptions.Json))
            {
                CommonOptions.WriteJson(findings, CliJson.Default.IReadOnlyListFinding);
            }
            else
            {
                foreach (var f in findings)
                {
                    Terminal.Out.MarkupLine($"{(f.Good ? "[green]ok  [/]" : "[red]BAD [/]")}  {f.What,-20} {Markup.Escape(f.Found)}");
                    if (f.Next is not null)
                    {
                        Terminal.Out.MarkupLineInterpolated($"      {"",-20} [yellow]next: {f.Next}[/]");
                    }
                }
            }

            return findings.All(f => f.Good) ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return verb;
    }

    private static async Task<Finding> SdkAsync(CancellationToken cancellationToken)
    {
        const string next = "install the .NET 10 SDK: https://dotnet.microsoft.com/download/dotnet/10.0";
        try
        {
            using var process = Process.Start(new ProcessStartInfo("dotnet", "--list-sdks") { RedirectStandardOutput = true, UseShellExecute = false })!;
            var sdks = await process.StandardOutput.ReadToEndAsync(cancellationToken).WaitAsync(SdkTimeout, cancellationToken);
            var found = sdks.Split('\n').Select(l => l.Split(' ')[0]).LastOrDefault(v => v.StartsWith("10.", StringComparison.Ordinal));
            return new Finding(".NET SDK", found is not null, found ?? "no .NET 10 SDK", found is null ? next : null);
        }
        catch (Win32Exception)
        {
            return new Finding(".NET SDK", Good: false, "`dotnet` is not on the PATH", next);
        }
    }

    private static Finding Client()
    {
        try
        {
            return new Finding("Kafka client", Good: true, $"librdkafka {NativeKafka.Load()}", Next: null);
        }
        catch (DllNotFoundException e)
        {
            return new Finding("Kafka client", Good: false, e.Message, "remove the system's librdkafka packages, or build kafkadog anew");
        }
    }

    private static Finding Directory(DataDirectory data)
    {
        try
        {
            data.Open();
            return new Finding("data directory", Good: true, data.Path, Next: null);
        }
        catch (CommandFailure failure)
        {
            return new Finding("data directory", Good: false, failure.Message, failure.Next);
        }
    }

    private static Finding Disk(DataDirectory data)
    {
        var existing = data.Path;
        while (!System.IO.Directory.Exists(existing))
        {
            existing = Path.GetDirectoryName(existing)!;
        }

        var free = new DriveInfo(existing).AvailableFreeSpace;
        return new Finding(
            "disk",
            free >= NeededBytes,
            string.Create(CultureInfo.InvariantCulture, $"{free / 1073741824.0:0.0} GB free"),
            free >= NeededBytes ? null : "free some space: kafkadog wants half a gigabyte");
    }

    private static IEnumerable<Finding> Ports(DataDirectory data)
    {
        var ours = ControlFile.Read(data) is not null && data.HolderId() is { } id && IsAlive(id);
        foreach (var role in Roles.All)
        {
            var free = PortCheck.IsFree(role.DefaultPort);
            var holder = free ? null : PortCheck.Holder(role.DefaultPort);
            var good = free || (ours && holder?.StartsWith("kafkadog", StringComparison.Ordinal) == true);
            yield return new Finding(
                $"port {role.DefaultPort}",
                good,
                free ? $"free for {role.Name}" : $"{role.Name}: taken by {holder ?? "another program"}",
                good ? null : $"stop that program, or kafkadog up --port-{role.Name} {PortCheck.FindFree()}");
        }
    }

    private static bool IsAlive(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

/// <param name="Next">What to do when it is not good.</param>
internal sealed record Finding(string What, bool Good, string Found, string? Next);
