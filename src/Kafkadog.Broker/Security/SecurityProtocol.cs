namespace Kafkadog.Broker.Security;

/// <summary>How a listener is secured, with Kafka's names.</summary>
public enum SecurityProtocol
{
    /// <summary>Neither encrypted nor authenticated: everybody is <c>User:ANONYMOUS</c>. Kafka's <c>PLAINTEXT</c>.</summary>
    Plaintext,

    /// <summary>TLS; a client may be, or has to be, authenticated by its certificate. Kafka's <c>SSL</c>.</summary>
    Ssl,

    /// <summary>Authenticated by user and password, not encrypted. Kafka's <c>SASL_PLAINTEXT</c>.</summary>
    SaslPlaintext,

    /// <summary>Authenticated by user and password over TLS. Kafka's <c>SASL_SSL</c>.</summary>
    SaslSsl,
}

internal static class SecurityProtocols
{
    public static string KafkaName(this SecurityProtocol protocol) => protocol switch
    {
        SecurityProtocol.Plaintext => "PLAINTEXT",
        SecurityProtocol.Ssl => "SSL",
        SecurityProtocol.SaslPlaintext => "SASL_PLAINTEXT",
        _ => "SASL_SSL",
    };

    public static bool IsEncrypted(this SecurityProtocol protocol) => protocol is SecurityProtocol.Ssl or SecurityProtocol.SaslSsl;

    public static bool IsSasl(this SecurityProtocol protocol) => protocol is SecurityProtocol.SaslPlaintext or SecurityProtocol.SaslSsl;
}
