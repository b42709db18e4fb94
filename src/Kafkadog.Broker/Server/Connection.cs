using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net;
using System.Security.Authentication;
using Kafkadog.Broker.Apis;
using Kafkadog.Broker.Coordination.Fetching;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security;
using Kafkadog.Broker.Security.Sasl;
using Kafkadog.Broker.Security.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Broker.Server;

/// <summary>
/// The loop of one connection: read a frame, answer it, read the next. One request at a time, as in Apache Kafka, so answers have
/// the order of the requests and effects do too. Whatever breaks the protocol (a size out of bounds, an unknown key or version,
/// a header or body that does not parse, a request before the client is authenticated) closes the connection without an answer, as there.
/// </summary>
internal sealed partial class Connection : IDisposable
{
    /// <summary>Apache Kafka's <c>sasl.server.max.receive.size</c>: who has not been authenticated cannot make us set more aside.</summary>
    private const int MaxUnauthenticatedBytes = 512 * 1024;

    /// <summary>A request may pause for so long before its rate counts.</summary>
    private static readonly TimeSpan RequestGrace = TimeSpan.FromSeconds(5);

    private readonly ConnectionContext _transport;
    private readonly BrokerState _broker;
    private readonly TlsIdentity? _tls;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _released;
    private readonly Peer _peer;
    private readonly FetchWaiter _fetchWaiter;
    private readonly ProtocolWriter _writer = new();
    private readonly long _connectedAt;
    private FrameReader? _frames;
    private WatchedOutput _output = null!;
    private long _idleSince;
    private bool _isAuthenticated;

    public Connection(ConnectionContext transport, BrokerState broker, Listener listener, TlsIdentity? tls, ILogger log, CancellationToken stopping)
    {
        (_transport, _broker, _tls, _log) = (transport, broker, tls, log);
        _released = CancellationTokenSource.CreateLinkedTokenSource(stopping, transport.ConnectionClosed);
        var sasl = listener.Options.Protocol.IsSasl() ? new SaslSession(broker.Options.Sasl!, broker.SaslUsers!, broker.Time) : null;
        _peer = new Peer(listener.Advertised, transport.RemoteEndPoint, sasl);
        _fetchWaiter = new FetchWaiter(broker.Time, _released.Token);
        _idleSince = _connectedAt = broker.Time.GetTimestamp();
    }

    public EndPoint? Remote => _peer.Remote;

    /// <summary>Runs until the client goes, breaks the protocol, or the broker stops.</summary>
    public async Task RunAsync()
    {
        TlsTransport? secured = null;
        try
        {
            if (_tls is not null)
            {
                secured = await TlsTransport.AcceptAsync(_transport.Transport, _tls, _released.Token);
                _peer.Certified = secured.Principal;
            }

            await AnswerAllAsync(secured ?? _transport.Transport);
        }
        catch (ProtocolException problem)
        {
            MalformedRequest(_log, Remote, problem.Message);
        }
        catch (AuthenticationException problem)
        {
            HandshakeFailed(_log, Remote, problem.Message);
        }
        catch (OperationCanceledException) when (_released.IsCancellationRequested)
        {
            // The client went or the broker stops: nobody waits for an answer.
        }
        catch (Exception problem) when (problem is ConnectionResetException or ConnectionAbortedException or IOException)
        {
            ConnectionLost(_log, Remote, problem.Message);
        }
        catch (Exception problem)
        {
            RequestFailed(_log, Remote, problem);
        }
        finally
        {
            await CloseAsync(secured);
        }
    }

    /// <summary>Why nobody should wait for this client any longer; null when it does what it should.</summary>
    public string? Stuck(BrokerOptions options)
    {
        if (!Volatile.Read(ref _isAuthenticated) && _broker.Time.GetElapsedTime(_connectedAt) >= options.AuthenticationTimeout)
        {
            return $"not authenticated within {options.AuthenticationTimeout} (AuthenticationTimeout)";
        }

        return Volatile.Read(ref _idleSince) is var since and not 0 && _broker.Time.GetElapsedTime(since) >= options.MaxConnectionIdle ? $"idle for {options.MaxConnectionIdle} (MaxConnectionIdle)"
            : Volatile.Read(ref _frames)?.IsStarved(RequestGrace, options.MinRequestBytesPerSecond) == true ? $"its request comes more slowly than {options.MinRequestBytesPerSecond} bytes/s (MinRequestBytesPerSecond)"
            : null;
    }

    public void Abort(string reason = "The broker stops.") => _transport.Abort(new ConnectionAbortedException(reason));

    public void Dispose()
    {
        _fetchWaiter.Dispose();
        _frames?.Dispose();
        _writer.Dispose();
        _released.Dispose();
    }

    private async Task AnswerAllAsync(IDuplexPipe pipe)
    {
        Volatile.Write(ref _frames, new FrameReader(pipe.Input, _broker.RequestMemory, _broker.Time));
        _output = new WatchedOutput(pipe.Output, StayAwake);
        Volatile.Write(ref _isAuthenticated, _peer.IsAuthenticated);
        while (!_released.IsCancellationRequested
            && await _frames.ReadAsync(_isAuthenticated ? _broker.Options.MaxRequestBytes : MaxUnauthenticatedBytes, _peer.Sasl?.ExpectsBareToken == true, _released.Token) is { } frame)
        {
            Volatile.Write(ref _idleSince, 0);
            var open = _peer.Sasl is { ExpectsBareToken: true } sasl ? await AnswerTokenAsync(sasl, frame) : await AnswerAsync(frame);
            if (!open)
            {
                return;
            }

            Volatile.Write(ref _isAuthenticated, _isAuthenticated || _peer.IsAuthenticated);
            StayAwake();
        }
    }

    private void StayAwake() => Volatile.Write(ref _idleSince, _broker.Time.GetTimestamp());

    private async Task CloseAsync(TlsTransport? secured)
    {
        if (secured is null)
        {
            return;
        }

        try
        {
            await secured.DisposeAsync();
        }
        catch (Exception problem) when (problem is IOException or ConnectionAbortedException or InvalidOperationException)
        {
            ConnectionLost(_log, Remote, problem.Message);
        }
    }

    /// <returns>False when the connection is to be closed.</returns>
    private async ValueTask<bool> AnswerAsync(ReadOnlyMemory<byte> frame)
    {
        var started = _broker.Time.GetTimestamp();
        if (!TryParse(frame, out var header, out var api, out var context, out var body))
        {
            return false;
        }

        if (_peer.Sasl?.Admit(header.ApiKey) is { } admission and not SaslAdmission.Serve)
        {
            UnauthenticatedRequest(_log, Remote, header.ApiKey);
            if (admission is SaslAdmission.Refuse && Refusal(header.ApiKey) is { } refusal)
            {
                await SendAsync(api, header, header.Version, refusal);
            }

            return false;
        }

        IMessage? response;
        short version;
        if (context is null)
        {
            // KIP-511: a client that is newer than we are learns our range in the oldest form, and asks again.
            (response, version) = (ApiVersions.UnsupportedVersion(api), 0);
        }
        else
        {
            (response, version) = (await HandleAsync(api, context, body), header.Version);
        }

        var open = response is null || await SendAsync(api, header, version, response);
        _broker.Metrics.RequestServed(api.Schema.Name, header.Version, frame.Length, _broker.Time.GetElapsedTime(started));
        if (context?.AuthenticationFailure is { } failure)
        {
            AuthenticationFailed(_log, Remote, failure);
        }

        return open && context?.CloseConnection != true;
    }

    /// <summary>A step of an authentication whose client sends tokens without a request around them. A failure is only told by closing.</summary>
    private async ValueTask<bool> AnswerTokenAsync(SaslSession sasl, ReadOnlyMemory<byte> token)
    {
        var step = sasl.Evaluate(token.Span)!.Value;
        if (step.Failure is not null)
        {
            AuthenticationFailed(_log, Remote, step.Failure);
            await Task.Delay(sasl.FailureDelay, _broker.Time, _released.Token);
            return false;
        }

        _writer.Clear();
        _writer.WriteInt32(step.Answer.Length);
        _writer.WriteRaw(step.Answer);
        return await SendAsync();
    }

    /// <summary>What a client hears that sends this instead of its token; null where the answer has no place for an error of the whole.</summary>
    private static IMessage? Refusal(ApiKey request) => request switch
    {
        ApiKey.ApiVersions => new ApiVersionsResponse { ErrorCode = ErrorCode.IllegalSaslState },
        ApiKey.SaslHandshake => new SaslHandshakeResponse { ErrorCode = ErrorCode.IllegalSaslState },
        _ => null,
    };

    /// <summary>Reads the header. The context is null for an ApiVersions of a version that is not served.</summary>
    private bool TryParse(
        ReadOnlyMemory<byte> frame, out RequestHeader header, [NotNullWhen(true)] out ServedApi? api, out RequestContext? context, out ReadOnlyMemory<byte> body)
    {
        var reader = new ProtocolReader(frame);
        header = RequestHeader.Read(ref reader);
        api = _broker.Apis.Find(header.ApiKey);
        context = null;
        body = default;
        if (api is null || (!api.Serves(header.Version) && header.ApiKey != ApiKey.ApiVersions))
        {
            UnservedRequest(_log, Remote, (short)header.ApiKey, header.Version);
            return false;
        }

        if (api.Serves(header.Version))
        {
            var clientId = RequestHeader.ReadClientId(ref reader, api.Schema.RequestHeaderVersion(header.Version));
            body = frame[reader.Position..];
            context = new RequestContext(_broker, header, clientId, _peer, _fetchWaiter, _released.Token);
        }

        return true;
    }

    private ValueTask<bool> SendAsync(ServedApi api, RequestHeader header, short version, IMessage response)
    {
        _writer.Clear();
        _writer.WriteInt32(0);
        _writer.WriteInt32(header.CorrelationId);
        if (api.Schema.ResponseHeaderVersion(version) >= 1)
        {
            _writer.WriteTaggedFields(null);
        }

        response.Write(_writer, version);
        _writer.PatchInt32(0, checked((int)_writer.Length - sizeof(int)));
        return SendAsync();
    }

    private async ValueTask<bool> SendAsync()
    {
        StayAwake();
        var open = await _writer.SendAsync(_output, CancellationToken.None);
        _writer.Clear();
        return open;
    }

    [LoggerMessage(LogLevel.Warning, "Request of {Remote} does not parse, connection closed: {Problem}")]
    private static partial void MalformedRequest(ILogger log, EndPoint? remote, string problem);

    [LoggerMessage(LogLevel.Warning, "Request of {Remote} for api key {ApiKey} version {Version}, which is not served: connection closed")]
    private static partial void UnservedRequest(ILogger log, EndPoint? remote, short apiKey, short version);

    [LoggerMessage(LogLevel.Warning, "Request {ApiKey} of {Remote}, which is not authenticated or has to be again: connection closed")]
    private static partial void UnauthenticatedRequest(ILogger log, EndPoint? remote, ApiKey apiKey);

    [LoggerMessage(LogLevel.Warning, "Authentication of {Remote} failed: {Problem}")]
    private static partial void AuthenticationFailed(ILogger log, EndPoint? remote, string problem);

    [LoggerMessage(LogLevel.Warning, "TLS handshake with {Remote} failed: {Problem}")]
    private static partial void HandshakeFailed(ILogger log, EndPoint? remote, string problem);

    [LoggerMessage(LogLevel.Debug, "Connection of {Remote} was lost: {Problem}")]
    private static partial void ConnectionLost(ILogger log, EndPoint? remote, string problem);

    [LoggerMessage(LogLevel.Error, "Request of {Remote} failed, connection closed")]
    private static partial void RequestFailed(ILogger log, EndPoint? remote, Exception problem);
}
