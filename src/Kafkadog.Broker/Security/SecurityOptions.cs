using Kafkadog.Broker.Security.Tls;

namespace Kafkadog.Broker.Security;

/// <summary>Whether the listeners, and what makes them secure, fit together.</summary>
internal static class SecurityOptions
{
    private const int HighestPort = 65_535;

    /// <summary>What is wrong with them and how to set it right; null when nothing is.</summary>
    public static string? Problem(BrokerOptions options)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var listener in options.AllListeners)
        {
            var problem = listener.Port is < 0 or > HighestPort ? "Port must be 0 to 65535."
                : listener.AdvertisedPort is < 1 or > HighestPort ? "AdvertisedPort must be 1 to 65535."
                : listener.Name.Length == 0 || !names.Add(listener.Name) ? $"The names of listeners must not be empty and differ: {listener.Name}."
                : listener.Protocol.IsEncrypted() && options.Tls is null ? $"Listener {listener.Name} needs a certificate: set Tls."
                : listener.Protocol.IsSasl() && options.Sasl is null ? $"Listener {listener.Name} needs users: set Sasl."
                : null;
            if (problem is not null)
            {
                return problem;
            }
        }

        return Of(options.Tls) ?? OfSasl(options) ?? OfSuperUsers(options.Authorization);
    }

    private static string? Of(TlsOptions? tls) =>
        tls is null ? null
        : tls.CertificateFile is null == (tls.Certificate is null) ? "Set either Tls.CertificateFile or Tls.Certificate."
        : tls.Certificate is { HasPrivateKey: false } ? "Tls.Certificate must have its private key."
        : tls.ClientAuthentication is not ClientAuthentication.None && tls.TrustedFile is null ? "Tls.ClientAuthentication needs the roots of the clients' certificates: set Tls.TrustedFile."
        : null;

    private static string? OfSasl(BrokerOptions options) =>
        options.Sasl is not { } sasl ? null
        : sasl.Mechanisms.Count == 0 ? "Sasl.Mechanisms must have one or more."
        : sasl.MaxReauthentication < TimeSpan.Zero ? "Sasl.MaxReauthentication must be zero or more."
        : sasl.FailedAuthenticationDelay < TimeSpan.Zero || sasl.FailedAuthenticationDelay >= options.MaxConnectionIdle ? "Sasl.FailedAuthenticationDelay must be zero or more, and less than MaxConnectionIdle."
        : sasl.Users.FirstOrDefault(user => user.Key.Length == 0 || user.Value.Length == 0) is { Key: { } user } ? $"User '{user}' of Sasl.Users must have a name and a password."
        : null;

    private static string? OfSuperUsers(AuthorizationOptions? authorization) =>
        authorization?.SuperUsers.FirstOrDefault(user => !KafkaPrincipal.TryParse(user, out _)) is { } wrong
            ? $"Super user '{wrong}' is not a principal: write User:{wrong}."
            : null;
}
