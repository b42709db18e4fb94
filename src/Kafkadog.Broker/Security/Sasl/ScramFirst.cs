using System.Text;
using System.Text.RegularExpressions;

namespace Kafkadog.Broker.Security.Sasl;

/// <summary>The first message of a SCRAM client: <c>n,[a=authzid],[m=ext,]n=user,r=nonce[,extensions]</c>.</summary>
/// <param name="Header">Up to and with the second comma: what the last message repeats as its channel binding.</param>
/// <param name="Bare">The rest.</param>
internal sealed partial record ScramFirst(string Header, string Bare, string AuthorizationId, string User, string Nonce)
{
    /// <summary>Null when it is not such a message.</summary>
    public static ScramFirst? Parse(string message) =>
        Form().Match(message) is { Success: true } match
        && Unescape(match.Groups["authzid"].Value) is { } authorizationId
        && Unescape(match.Groups["user"].Value) is { } user
            ? new(match.Groups["header"].Value, match.Groups["bare"].Value, authorizationId, user, match.Groups["nonce"].Value)
            : null;

    public bool IsHeader(ReadOnlySpan<byte> channelBinding) => channelBinding.SequenceEqual(Encoding.UTF8.GetBytes(Header));

    /// <summary>A comma is written =2C and an equals sign =3D; an equals sign before anything else is an error.</summary>
    private static string? Unescape(string name) =>
        name.Replace("=2C", ",", StringComparison.Ordinal) is var commas && commas.Replace("=3D", "", StringComparison.Ordinal).Contains('=', StringComparison.Ordinal)
            ? null
            : commas.Replace("=3D", "=", StringComparison.Ordinal);

    [GeneratedRegex(@"^(?<header>n,(?:a=(?<authzid>[^,\0]+))?,)(?<bare>(?:m=[^,]*,)?n=(?<user>[^,\0]+),r=(?<nonce>[\x21-\x2B\x2D-\x7E]+)(?:,[A-Za-z]=[^,\0]*)*)\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex Form();
}
