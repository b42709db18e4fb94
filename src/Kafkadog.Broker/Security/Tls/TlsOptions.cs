using System.Globalization;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Kafkadog.Broker.Security.Tls;

/// <summary>The certificate of the TLS listeners, and what they ask of their clients.</summary>
public sealed record TlsOptions
{
    /// <summary>
    /// A file with the broker's certificate: PEM, with the certificates between it and the root behind it, or PFX when its name ends in
    /// <c>.pfx</c> or <c>.p12</c>. Null when <see cref="Certificate"/> is given.
    /// </summary>
    public string? CertificateFile { get; init; }

    /// <summary>The PEM file with the private key; null when <see cref="CertificateFile"/> has it as well.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The password of the PFX file or of an encrypted PEM key.</summary>
    public string? Password { get; init; }

    /// <summary>The certificate with its private key, instead of a file; the caller disposes it after the broker.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>A PEM file with the roots that certificates of clients must come from.</summary>
    public string? TrustedFile { get; init; }

    /// <summary>Whether clients show certificates; anything but <see cref="ClientAuthentication.None"/> needs <see cref="TrustedFile"/>.</summary>
    public ClientAuthentication ClientAuthentication { get; init; }

    /// <summary>Kafka's <c>ssl.enabled.protocols</c>.</summary>
    public SslProtocols Protocols { get; init; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    // Without the password: options end up in logs.
    private bool PrintMembers(StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"CertificateFile = {CertificateFile}, KeyFile = {KeyFile}, TrustedFile = {TrustedFile}, ClientAuthentication = {ClientAuthentication}");
        return true;
    }
}
