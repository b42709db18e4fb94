using System.Text.RegularExpressions;

namespace Kafkadog.Broker.Security.Sasl;

/// <summary>The last message of a SCRAM client: <c>c=channel-binding,r=nonce[,extensions],p=proof</c>.</summary>
/// <param name="WithoutProof">All before the proof, which the proof is about.</param>
internal sealed partial record ScramFinal(string WithoutProof, byte[] ChannelBinding, string Nonce, byte[] Proof)
{
    /// <summary>Null when it is not such a message.</summary>
    public static ScramFinal? Parse(string message)
    {
        var match = Form().Match(message);
        return match.Success && Base64(match.Groups["binding"].Value) is { } binding && Base64(match.Groups["proof"].Value) is { } proof
            ? new(match.Groups["without"].Value, binding, match.Groups["nonce"].Value, proof)
            : null;
    }

    private static byte[]? Base64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var written) ? bytes[..written] : null;
    }

    [GeneratedRegex(@"^(?<without>c=(?<binding>[A-Za-z0-9+/=]+),r=(?<nonce>[\x21-\x2B\x2D-\x7E]+)(?:,[A-Za-z]=[^,\0]*)*),p=(?<proof>[A-Za-z0-9+/=]+)\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex Form();
}
