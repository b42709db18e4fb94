namespace Kafkadog.Security;

/// <summary>
/// Where passwords come from: files and the environment. Never the command line, which every user of the machine can read.
/// </summary>
internal static class Passwords
{
    public const string TlsVariable = "KAFKADOG_TLS_PASSWORD", UserVariable = "KAFKADOG_SASL_PASSWORD_";

    public static string? OfTls => Environment.GetEnvironmentVariable(TlsVariable);

    /// <summary>From <c>KAFKADOG_SASL_PASSWORD_</c> and the name in capitals, with an underscore for whatever is not a letter or digit.</summary>
    /// <exception cref="CommandFailure">There is none.</exception>
    public static string Of(string user)
    {
        var variable = UserVariable + string.Concat(user.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'));
        return Environment.GetEnvironmentVariable(variable) is { Length: > 0 } password
            ? password
            : throw new CommandFailure(ExitCodes.Usage, $"the password of user {user} is not set", $"set the environment variable {variable}, or name a file with --sasl-users");
    }

    /// <summary>A line for each user: name, colon, password. Empty lines and those that begin with # do not count.</summary>
    /// <exception cref="CommandFailure">The file cannot be read, or a line is not of that form. The message does not have the line.</exception>
    public static IEnumerable<KeyValuePair<string, string>> InFile(string file)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCodes.Usage, $"--sasl-users {file}: {e.Message}", "a line of the file is USER:PASSWORD");
        }

        for (var number = 1; number <= lines.Length; number++)
        {
            var line = lines[number - 1];
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var colon = line.IndexOf(':');
            yield return colon > 0 && colon < line.Length - 1
                ? KeyValuePair.Create(line[..colon], line[(colon + 1)..])
                : throw new CommandFailure(ExitCodes.Usage, $"{file} line {number} is not USER:PASSWORD", "write one user a line");
        }
    }
}
