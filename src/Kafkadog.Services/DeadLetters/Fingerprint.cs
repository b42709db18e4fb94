using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Kafkadog.Services.DeadLetters;

/// <summary>Failures with one cause have one fingerprint: the error class, who failed, and the message without what differs each time.</summary>
internal static partial class Fingerprint
{
    private const int MaxMessageLength = 200;

    public static string Of(string errorClass, string target, string message) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes($"{errorClass}\n{target}\n{Normalise(message)}")).AsSpan(0, 8));

    /// <summary>Ids, numbers and quoted text become placeholders.</summary>
    public static string Normalise(string message)
    {
        var plain = Varying().Replace(message, static found => found.Groups["id"].Success ? "<id>" : found.Groups["text"].Success ? "<text>" : "<n>");
        return plain.Length > MaxMessageLength ? plain[..MaxMessageLength] : plain;
    }

    [GeneratedRegex(
        """(?<id>[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12})|(?<text>'[^']*'|"[^"]*")|\d+(\.\d+)*""",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Varying();
}
