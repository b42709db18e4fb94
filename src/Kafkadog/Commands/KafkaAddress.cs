using System.CommandLine;
using System.Globalization;
using Kafkadog.Supervision;

namespace Kafkadog.Commands;

/// <summary>Where a command finds Kafka, and whether anything answers there.</summary>
internal static class KafkaAddress
{
    public const string Variable = "KAFKA_BROKERS";

    public static readonly Option<string?> Option = new("--bootstrap", "-b")
    {
        Description = $"Where Kafka is (default: the running `kafkadog up`, else {Variable}, else 127.0.0.1:9092)",
        HelpName = "HOST:PORT",
    };

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static string Choose(ParseResult parsed) =>
        parsed.GetValue(Option)
        ?? ControlFile.Read(parsed.Data())?.Brokers
        ?? (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } set ? set : "127.0.0.1:9092");

    /// <exception cref="CommandFailure">None of the addresses is a Kafka broker.</exception>
    public static async Task CheckAsync(string bootstrap, CancellationToken cancellationToken)
    {
        foreach (var address in bootstrap.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = address.LastIndexOf(':');
            if (colon <= 0 || !ushort.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            {
                throw new CommandFailure(ExitCodes.Usage, $"'{address}' is not HOST:PORT", "for example 127.0.0.1:9092");
            }

            if (await ReadinessProbe.AnswersKafkaAsync(address[..colon].Trim('[', ']'), port, Patience, cancellationToken))
            {
                return;
            }
        }

        throw new CommandFailure(
            ExitCodes.Unreachable,
            $"no Kafka broker answers at {bootstrap}",
            "start one with `kafkadog up`, or name another with --bootstrap HOST:PORT");
    }
}
