using System.Text.RegularExpressions;

namespace Kafkadog.Commands.KafkaTools;

/// <summary>A properties file of a Java client (<c>--command-config</c>) as settings of librdkafka.</summary>
internal static partial class JavaClientProperties
{
    /// <exception cref="CommandFailure">The file cannot be read, or a setting has no counterpart.</exception>
    public static IReadOnlyDictionary<string, string> Read(string file)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCodes.NotFound, $"{file} cannot be read: {e.Message}", "name a properties file, or say the settings with -X KEY=VALUE");
        }

        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in lines.Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] is not ('#' or '!')))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new CommandFailure(ExitCodes.Usage, $"{file} has a line that is not KEY=VALUE", "write one setting in each line");
            }

            foreach (var (key, value) in Translate(line[..equals].Trim(), line[(equals + 1)..].Trim(), file))
            {
                settings[key] = value;
            }
        }

        return settings;
    }

    private static IEnumerable<(string Key, string Value)> Translate(string key, string value, string file) => key switch
    {
        "security.protocol" => [(key, value.ToLowerInvariant())],
        "sasl.mechanism" or "client.id" or "ssl.endpoint.identification.algorithm" => [(key, value.Length == 0 ? "none" : value)],
        "sasl.jaas.config" => Login().Match(value) is { Success: true } login
            ? [("sasl.username", login.Groups["user"].Value), ("sasl.password", login.Groups["password"].Value)]
            : throw new CommandFailure(ExitCodes.Usage, $"sasl.jaas.config of {file} has no username=\"...\" and password=\"...\"", "say -X sasl.username=... -X sasl.password=..."),
        "ssl.truststore.location" => [("ssl.ca.location", value)],
        "ssl.keystore.location" => [("ssl.certificate.location", value), ("ssl.key.location", value)],
        "ssl.key.password" => [(key, value)],
        // Only PEM files mean the same to both.
        "ssl.truststore.type" or "ssl.keystore.type" when value.Equals("PEM", StringComparison.OrdinalIgnoreCase) => [],
        "request.timeout.ms" or "default.api.timeout.ms" => [("socket.timeout.ms", value)],
        _ => throw new CommandFailure(ExitCodes.Usage, $"'{Terminal.Printable(key)}' in {file} has no counterpart here", "leave it out, or say it in librdkafka's words with -X KEY=VALUE"),
    };

    [GeneratedRegex("""username\s*=\s*"(?<user>[^"]*)".*password\s*=\s*"(?<password>[^"]*)"|password\s*=\s*"(?<password>[^"]*)".*username\s*=\s*"(?<user>[^"]*)""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex Login();
}
