using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Kafkadog.Commands;

/// <summary>Options that mean the same in every command that has them.</summary>
internal static class CommonOptions
{
    public static readonly Option<string?> DataDir = new("--data-dir")
    {
        Description = $"Where everything is kept (default: {DataDirectory.Variable}, else .kafkadog)",
        HelpName = "DIR",
    };

    public static readonly Option<bool> Json = new("--json") { Description = "Machine-readable output" };

    public static readonly Option<bool> Yes = new("--yes", "-y") { Description = "Do not ask" };

    public static DataDirectory Data(this ParseResult parsed) => new(parsed.GetValue(DataDir));

    public static void WriteJson<T>(T value, JsonTypeInfo<T> type) => Console.Out.WriteLine(JsonSerializer.Serialize(value, type));

    /// <summary>Asks before something that cannot be undone; refuses where nobody can answer.</summary>
    public static void Confirm(this ParseResult parsed, string question)
    {
        if (parsed.GetValue(Yes))
        {
            return;
        }

        if (!Terminal.IsInteractive)
        {
            throw new CommandFailure(ExitCodes.Refused, $"{question} Nobody is here to answer", "say --yes to do it without asking");
        }

        Console.Error.Write(question + " [y/N] ");
        if (Console.ReadLine() is not ("y" or "Y" or "yes"))
        {
            throw new CommandFailure(ExitCodes.Refused, "not confirmed; nothing was changed", "answer y, or say --yes");
        }
    }

    /// <summary>KEY=VALUE arguments as a dictionary; the last of a key counts.</summary>
    public static Dictionary<string, string> Pairs(IEnumerable<string> arguments, string example)
    {
        var pairs = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var argument in arguments)
        {
            var equals = argument.IndexOf('=');
            if (equals <= 0)
            {
                throw new CommandFailure(ExitCodes.Usage, $"'{argument}' is not KEY=VALUE", $"for example {example}");
            }

            pairs[argument[..equals]] = argument[(equals + 1)..];
        }

        return pairs;
    }
}
