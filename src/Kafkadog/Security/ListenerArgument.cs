using System.Globalization;
using Kafkadog.Broker.Security;

namespace Kafkadog.Security;

/// <summary><c>[NAME=]PROTOCOL://HOST:PORT[,ADVERTISED_HOST:PORT]</c>; the name is that of the protocol when it is not said.</summary>
internal static class ListenerArgument
{
    public const string Form = "[NAME=]PROTOCOL://HOST:PORT[,ADVERTISED_HOST:PORT]";

    /// <summary>Null when the text is not of that form.</summary>
    public static ListenerOptions? Parse(string text)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
        {
            return null;
        }

        var named = text[..scheme].Split('=');
        var addresses = text[(scheme + 3)..].Split(',');
        if (named.Length > 2 || addresses.Length > 2 || Protocol(named[^1]) is not { } protocol || Address(addresses[0]) is not { } listen)
        {
            return null;
        }

        var advertised = addresses.Length == 2 ? Address(addresses[1]) : null;
        return addresses.Length == 2 && advertised is not { Port: > 0 }
            ? null
            : new ListenerOptions { Name = named[0], Host = listen.Host, Port = listen.Port, Protocol = protocol, AdvertisedHost = advertised?.Host, AdvertisedPort = advertised?.Port };
    }

    private static SecurityProtocol? Protocol(string name) => name switch
    {
        "PLAINTEXT" => SecurityProtocol.Plaintext,
        "SSL" => SecurityProtocol.Ssl,
        "SASL_PLAINTEXT" => SecurityProtocol.SaslPlaintext,
        "SASL_SSL" => SecurityProtocol.SaslSsl,
        _ => null,
    };

    private static (string Host, int Port)? Address(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0 && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? (text[..colon].Trim('[', ']'), port)
            : null;
    }
}
