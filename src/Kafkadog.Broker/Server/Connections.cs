using System.Collections.Concurrent;
using System.Net;
using Kafkadog.Broker.Security.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Broker.Server;

/// <summary>
/// All connections of a broker, whichever listener they came by: lets in as many as there may be, runs a <see cref="Connection"/> for each,
/// closes those that are idle, too slow or not authenticated in time, and waits for the rest when the broker stops.
/// </summary>
internal sealed partial class Connections : IAsyncDisposable
{
    private static readonly TimeSpan LongestSweep = TimeSpan.FromSeconds(1), ShortestSweep = TimeSpan.FromMilliseconds(50);

    private readonly BrokerState _broker;
    private readonly ILogger _log;
    private readonly ConnectionLimits _limits;
    private readonly ConcurrentDictionary<Connection, Task> _open = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _sweep;

    public Connections(BrokerState broker)
    {
        (_broker, _log, _limits) = (broker, broker.Options.LoggerFactory.CreateLogger<Connections>(), new ConnectionLimits(broker.Options));
        var shortest = new[] { broker.Options.MaxConnectionIdle, broker.Options.AuthenticationTimeout }.Min() / 10;
        var every = TimeSpan.FromTicks(Math.Clamp(shortest.Ticks, ShortestSweep.Ticks, LongestSweep.Ticks));
        _sweep = broker.Time.CreateTimer(_ => CloseStuck(), null, every, every);
    }

    /// <summary>Takes the connection over: runs it, or closes it when there are too many. Returns when the next may be accepted.</summary>
    public async Task AdmitAsync(ConnectionContext transport, Listener listener, TlsIdentity? tls)
    {
        var address = Peer.AddressOf(transport.RemoteEndPoint);
        if (!_limits.TryEnter(address, out var limit))
        {
            ConnectionRefused(_log, transport.RemoteEndPoint, limit);
            await transport.DisposeAsync();
            return;
        }

        var connection = new Connection(transport, _broker, listener, tls, _log, _stopping.Token);
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _open.TryAdd(connection, running.Task);
        ThreadPool.UnsafeQueueUserWorkItem(_ => _ = RunAsync(connection, transport, address, running), null);
        await _limits.PaceAsync(_stopping.Token);
    }

    /// <summary>Ends the wait for the rate of new connections, and every wait of a request.</summary>
    public void StopAdmitting() => _stopping.Cancel();

    /// <summary>Cuts those that are open.</summary>
    public void Abort()
    {
        foreach (var connection in _open.Keys)
        {
            connection.Abort();
        }
    }

    /// <summary>Releases parked requests and waits for those being answered, up to <see cref="BrokerOptions.ShutdownTimeout"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        await _sweep.DisposeAsync();
        await _stopping.CancelAsync();
        var running = Task.WhenAll(_open.Values);
        try
        {
            await running.WaitAsync(_broker.Options.ShutdownTimeout, _broker.Time);
        }
        catch (TimeoutException)
        {
            foreach (var connection in _open.Keys)
            {
                connection.Abort();
            }
        }

        await running;
        _stopping.Dispose();
    }

    /// <summary>Never throws, and always ends with <paramref name="done"/>.</summary>
    private async Task RunAsync(Connection connection, ConnectionContext transport, IPAddress? address, TaskCompletionSource done)
    {
        _broker.Metrics.ConnectionOpened();
        try
        {
            await connection.RunAsync();
            await transport.Transport.Output.CompleteAsync();
            await transport.Transport.Input.CompleteAsync();
            await transport.DisposeAsync();
            connection.Dispose();
        }
        catch (Exception problem)
        {
            ConnectionNotClosed(_log, problem);
        }
        finally
        {
            _open.TryRemove(connection, out _);
            _limits.Leave(address);
            _broker.Metrics.ConnectionClosed();
            done.SetResult();
        }
    }

    private void CloseStuck()
    {
        foreach (var connection in _open.Keys)
        {
            if (connection.Stuck(_broker.Options) is { } reason)
            {
                ConnectionStuck(_log, connection.Remote, reason);
                connection.Abort(reason);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "A connection could not be closed cleanly")]
    private static partial void ConnectionNotClosed(ILogger log, Exception problem);

    [LoggerMessage(LogLevel.Warning, "Connection of {Remote} refused: {Limit}")]
    private static partial void ConnectionRefused(ILogger log, EndPoint? remote, string? limit);

    [LoggerMessage(LogLevel.Information, "Connection of {Remote} closed: {Reason}")]
    private static partial void ConnectionStuck(ILogger log, EndPoint? remote, string reason);
}
