using System.Net;
using Kafkadog.Broker.Coordination.Fetching;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Apis;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Broker.Server;

/// <summary>
/// The loop of one connection: read a frame, answer it, read the next. One request at a time, as in Apache Kafka, so answers have
/// the order of the requests and effects do too. Whatever breaks the protocol (a size out of bounds, an unknown key or version,
/// a header or body that does not parse) closes the connection without an answer, as there.
/// </summary>
internal sealed partial class Connection : IDisposable
{
    private readonly ConnectionContext _transport;
    private readonly BrokerState _broker;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _released;
    private readonly Peer _peer;
    private readonly FrameReader _frames;
    private readonly FetchWaiter _fetchWaiter;
    private readonly ProtocolWriter _writer = new();
    private long _idleSince;

    public Connection(ConnectionContext transport, BrokerState broker, ILogger log, CancellationToken stopping)
    {
        (_transport, _broker, _log) = (transport, broker, log);
        _released = CancellationTokenSource.CreateLinkedTokenSource(stopping, transport.ConnectionClosed);
        _peer = new Peer(broker.Advertised, transport.RemoteEndPoint);
        _frames = new FrameReader(transport.Transport.Input, broker.Options.MaxRequestBytes);
        _fetchWaiter = new FetchWaiter(broker.Time, _released.Token);
        _idleSince = broker.Time.GetTimestamp();
    }

    private EndPoint? Remote => _peer.Remote;

    /// <summary>Runs until the client goes, breaks the protocol, or the broker stops.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (!_released.IsCancellationRequested && await _frames.ReadAsync(_released.Token) is { } frame)
            {
                Volatile.Write(ref _idleSince, 0);
                if (!await AnswerAsync(frame))
                {
                    return;
                }

                Volatile.Write(ref _idleSince, _broker.Time.GetTimestamp());
            }
        }
        catch (ProtocolException problem)
        {
            MalformedRequest(_log, Remote, problem.Message);
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
    }

    /// <summary>Closes the connection if no request has come for <paramref name="limit"/>.</summary>
    public void CloseIfIdle(TimeSpan limit)
    {
        var since = Volatile.Read(ref _idleSince);
        if (since != 0 && _broker.Time.GetElapsedTime(since) >= limit)
        {
            _transport.Abort(new ConnectionAbortedException($"No request for {limit}."));
        }
    }

    public void Abort() => _transport.Abort();

    public void Dispose()
    {
        _fetchWaiter.Dispose();
        _frames.Dispose();
        _writer.Dispose();
        _released.Dispose();
    }

    /// <returns>False when the connection is to be closed.</returns>
    private async ValueTask<bool> AnswerAsync(ReadOnlyMemory<byte> frame)
    {
        var started = _broker.Time.GetTimestamp();
        if (!TryParse(frame, out var header, out var api, out var context, out var body))
        {
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
        _broker.Metrics.RequestServed(api.Schema.Name, frame.Length, _broker.Time.GetElapsedTime(started));
        return open && context?.CloseConnection != true;
    }

    /// <summary>Reads the header. The context is null for an ApiVersions of a version that is not served.</summary>
    private bool TryParse(
        ReadOnlyMemory<byte> frame, out RequestHeader header, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ServedApi? api, out RequestContext? context, out ReadOnlyMemory<byte> body)
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

    private async ValueTask<bool> SendAsync(ServedApi api, RequestHeader header, short version, IMessage response)
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
        var open = await _writer.SendAsync(_transport.Transport.Output, CancellationToken.None);
        _writer.Clear();
        return open;
    }

    [LoggerMessage(LogLevel.Warning, "Request of {Remote} does not parse, connection closed: {Problem}")]
    private static partial void MalformedRequest(ILogger log, EndPoint? remote, string problem);

    [LoggerMessage(LogLevel.Warning, "Request of {Remote} for api key {ApiKey} version {Version}, which is not served: connection closed")]
    private static partial void UnservedRequest(ILogger log, EndPoint? remote, short apiKey, short version);

    [LoggerMessage(LogLevel.Debug, "Connection of {Remote} was lost: {Problem}")]
    private static partial void ConnectionLost(ILogger log, EndPoint? remote, string problem);

    [LoggerMessage(LogLevel.Error, "Request of {Remote} failed, connection closed")]
    private static partial void RequestFailed(ILogger log, EndPoint? remote, Exception problem);
}
