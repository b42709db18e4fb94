using System.CommandLine;
using System.Text.Json.Nodes;
using Kafkadog.Supervision;

namespace Kafkadog.Commands;

/// <summary><c>kafkadog logs INSTANCE</c>: what an instance wrote; works after <c>kafkadog up</c> has ended, too.</summary>
internal static class Logs
{
    public static Command Create()
    {
        var instance = new Argument<string?>("INSTANCE") { Description = "Such as payment-service-1; without it every log is named", Arity = ArgumentArity.ZeroOrOne };
        var lines = new Option<int>("--lines", "-n") { Description = "How many of the last lines", DefaultValueFactory = _ => 50 };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what is written from now on" };
        var verb = new Verb("logs", "The output of an instance", "logs broker", "logs payment-service-1 -f")
        {
            instance, lines, follow, CommonOptions.DataDir, CommonOptions.Json,
        };
        verb.SetAction(async (parsed, cancelled) =>
        {
            var data = parsed.Data();
            if (parsed.GetValue(instance) is not { } name)
            {
                ListFiles(parsed, data);
            }
            else if (parsed.GetValue(follow))
            {
                using var control = ControlClient.Connect(data);
                await using var stream = await control.LogsAsync(name, parsed.GetValue(lines), follow: true, cancelled);
                await stream.CopyToAsync(Console.OpenStandardOutput(), cancelled);
            }
            else
            {
                foreach (var line in await LogTail.ReadAsync(FileOf(data, name), parsed.GetValue(lines), cancelled))
                {
                    Console.Out.WriteLine(parsed.GetValue(CommonOptions.Json) ? JsonValue.Create(line).ToJsonString() : line);
                }
            }

            return ExitCodes.Ok;
        });
        return verb;
    }

    private static void ListFiles(ParseResult parsed, DataDirectory data)
    {
        var names = Names(data);
        if (parsed.GetValue(CommonOptions.Json))
        {
            Console.Out.WriteLine(new JsonArray([.. names.Select(n => JsonValue.Create(n))]).ToJsonString());
            return;
        }

        names.ForEach(Console.Out.WriteLine);
    }

    private static string FileOf(DataDirectory data, string name)
    {
        var names = Names(data);
        var found = names.Contains(name, StringComparer.Ordinal) ? name : names.Find(n => n == name + "-1");
        return found is not null
            ? Path.Combine(data.Logs, found + ".log")
            : throw new CommandFailure(
                ExitCodes.NotFound,
                $"there is no log of '{Terminal.Printable(name)}' in {data.Logs}",
                names.Count > 0 ? $"one of: {string.Join(", ", names)}" : "start something with `kafkadog up`");
    }

    private static List<string> Names(DataDirectory data) => Directory.Exists(data.Logs)
        ? [.. Directory.EnumerateFiles(data.Logs, "*.log").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)]
        : [];
}
