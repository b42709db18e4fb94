using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kafkadog.Broker.Security.Tls;

/// <summary>The broker's certificate and its rules for those of clients, read once when it starts.</summary>
internal sealed class TlsIdentity : IDisposable
{
    private readonly TlsOptions _options;
    private readonly X509Certificate2? _owned;
    private readonly X509Certificate2Collection _roots = [];

    private TlsIdentity(TlsOptions options)
    {
        _options = options;
        var chain = new X509Certificate2Collection();
        _owned = options.Certificate is null ? Load(options, chain) : null;
        if (options.TrustedFile is { } trusted)
        {
            _roots.ImportFromPemFile(trusted);
        }

        Server = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(_owned ?? options.Certificate!, chain, offline: true),
            ClientCertificateRequired = options.ClientAuthentication is not ClientAuthentication.None,
            EnabledSslProtocols = options.Protocols,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => Accepts(certificate as X509Certificate2),
        };
    }

    public SslServerAuthenticationOptions Server { get; }

    /// <exception cref="BrokerStartException">A file cannot be read or does not have what it should.</exception>
    public static TlsIdentity Read(TlsOptions options)
    {
        try
        {
            return new TlsIdentity(options);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new BrokerStartException(
                BrokerStartFailure.InvalidOption,
                $"The TLS certificate {options.CertificateFile} cannot be used: {problem.Message} Set Tls.CertificateFile to a PEM or PFX file with its certificate, and Tls.KeyFile or Tls.Password to its key.",
                problem);
        }
    }

    public void Dispose()
    {
        _owned?.Dispose();
        foreach (var root in _roots)
        {
            root.Dispose();
        }
    }

    private static X509Certificate2 Load(TlsOptions options, X509Certificate2Collection chain)
    {
        var file = options.CertificateFile!;
        if (Path.GetExtension(file).ToUpperInvariant() is ".PFX" or ".P12")
        {
            var all = X509CertificateLoader.LoadPkcs12CollectionFromFile(file, options.Password);
            var own = all.FirstOrDefault(certificate => certificate.HasPrivateKey) ?? throw new CryptographicException("There is no certificate with a private key in it.");
            chain.AddRange(all.Where(certificate => certificate != own).ToArray());
            return own;
        }

        chain.ImportFromPemFile(file);
        using var read = options.Password is null
            ? X509Certificate2.CreateFromPemFile(file, options.KeyFile)
            : X509Certificate2.CreateFromEncryptedPemFile(file, options.Password, options.KeyFile);

        // Windows cannot use a key that was never in a store or a PFX.
        return X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null);
    }

    private bool Accepts(X509Certificate2? client)
    {
        if (client is null)
        {
            return _options.ClientAuthentication is not ClientAuthentication.Required;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_roots);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return chain.Build(client);
    }
}
