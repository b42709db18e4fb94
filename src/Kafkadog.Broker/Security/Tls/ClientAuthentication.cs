namespace Kafkadog.Broker.Security.Tls;

/// <summary>Kafka's <c>ssl.client.auth</c>.</summary>
public enum ClientAuthentication
{
    /// <summary>Clients are not asked for a certificate.</summary>
    None,

    /// <summary>A client may show a certificate, which then has to be valid; without one it is <c>User:ANONYMOUS</c>.</summary>
    Requested,

    /// <summary>A client without a valid certificate is refused.</summary>
    Required,
}
