using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kafkadog.Broker.Tests.Security;

/// <summary>A root, and certificates for a broker and a client that come from it, as PEM files in a folder.</summary>
internal sealed class TestCertificates : IDisposable
{
    public const string PfxPassword = "pfx-secret";

    private static readonly DateTimeOffset From = DateTimeOffset.UtcNow.AddDays(-1), To = From.AddYears(1);

    private readonly X509Certificate2 _root;

    public TestCertificates(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test-ca", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        _root = request.CreateSelfSigned(From, To);
        RootFile = Path.Combine(folder, "ca.pem");
        File.WriteAllText(RootFile, _root.ExportCertificatePem());
        (BrokerFile, BrokerKeyFile) = Issue(folder, "broker", "CN=broker");
        (ClientFile, ClientKeyFile) = Issue(folder, "client", "CN=client");
        PfxFile = Path.Combine(folder, "broker.pfx");
        using var broker = X509Certificate2.CreateFromPemFile(BrokerFile, BrokerKeyFile);
        File.WriteAllBytes(PfxFile, broker.Export(X509ContentType.Pkcs12, PfxPassword));
    }

    public string RootFile { get; }

    public string BrokerFile { get; }

    public string BrokerKeyFile { get; }

    public string PfxFile { get; }

    public string ClientFile { get; }

    public string ClientKeyFile { get; }

    public void Dispose() => _root.Dispose();

    private (string Certificate, string Key) Issue(string folder, string name, string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(_root, From, To, RandomNumberGenerator.GetBytes(8));
        var (certificateFile, keyFile) = (Path.Combine(folder, $"{name}.pem"), Path.Combine(folder, $"{name}.key"));
        File.WriteAllText(certificateFile, issued.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (certificateFile, keyFile);
    }
}
