using System.CommandLine;

namespace Kafkadog.Commands;

/// <summary><c>kafkadog reset</c>: deletes everything kafkadog keeps, as before the first start.</summary>
internal static class Reset
{
    public static Command Create()
    {
        var verb = new Verb("reset", "Delete all topics, databases and logs of a data directory", "reset", "reset --yes")
        {
            CommonOptions.Yes, CommonOptions.DataDir,
        };
        verb.SetAction(parsed =>
        {
            var data = parsed.Data();
            if (!Directory.Exists(data.Path))
            {
                Terminal.Say($"nothing to reset: {data.Path} does not exist");
                return ExitCodes.Ok;
            }

            if (!data.IsOurs)
            {
                throw new CommandFailure(
                    ExitCodes.Refused, $"{data.Path} is not a data directory of kafkadog", "name the right one with --data-dir");
            }

            parsed.Confirm($"Delete {data.Path} with everything in it?");
            try
            {
                using (data.Lock())
                {
                    Directory.Delete(data.Path, recursive: true);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw data.Explain(e);
            }

            Terminal.Say($"deleted {data.Path}");
            return ExitCodes.Ok;
        });
        return verb;
    }
}
