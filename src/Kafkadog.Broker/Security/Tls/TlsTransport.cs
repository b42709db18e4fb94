using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Kafkadog.Broker.Security.Tls;

/// <summary>A connection's pipe with TLS over it.</summary>
internal sealed class TlsTransport : IDuplexPipe, IAsyncDisposable
{
    private readonly SslStream _stream;

    private TlsTransport(SslStream stream)
    {
        _stream = stream;
        Input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 16 * 1024, minimumReadSize: 4 * 1024, leaveOpen: true));
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    /// <summary>Who the client's certificate says it is; null when it showed none.</summary>
    public KafkaPrincipal? Principal => _stream.RemoteCertificate is X509Certificate2 certificate ? KafkaPrincipal.User(DistinguishedName.Of(certificate.SubjectName)) : null;

    /// <summary>Shakes hands with the client.</summary>
    /// <exception cref="System.Security.Authentication.AuthenticationException">It speaks no TLS we do, or has not the certificate it needs.</exception>
    /// <exception cref="IOException">The connection ended.</exception>
    public static async Task<TlsTransport> AcceptAsync(IDuplexPipe inner, TlsIdentity identity, CancellationToken cancellationToken)
    {
        var stream = new SslStream(new DuplexStream(inner), leaveInnerStreamOpen: true);
        try
        {
            await stream.AuthenticateAsServerAsync(identity.Server, cancellationToken);
            return new TlsTransport(stream);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Output.CompleteAsync();
        await Input.CompleteAsync();
        await _stream.DisposeAsync();
    }
}
