using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kafkadog.Broker.Server;

/// <summary>
/// Accepts connections with Kestrel's socket transport, without the web server above it, and runs a <see cref="Connection"/> for each.
/// </summary>
internal sealed partial class Listener : IAsyncDisposable
{
    private const int SocketBufferBytes = 1024 * 1024;

    private readonly IConnectionListener _sockets;
    private readonly ConcurrentDictionary<Connection, Task> _connections = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILogger _log;
    private BrokerState _broker = null!;
    private ITimer? _idleSweep;
    private Task _accepting = Task.CompletedTask;

    private Listener(IConnectionListener sockets, ILogger log) => (_sockets, _log) = (sockets, log);

    public int Port => ((IPEndPoint)_sockets.EndPoint).Port;

    /// <exception cref="BrokerStartException">The address cannot be used.</exception>
    public static async Task<Listener> BindAsync(BrokerOptions options, CancellationToken cancellationToken)
    {
        var transport = new SocketTransportFactory(
            Options.Create(new SocketTransportOptions { MaxReadBufferSize = SocketBufferBytes, MaxWriteBufferSize = SocketBufferBytes }),
            options.LoggerFactory);
        try
        {
            var address = await AddressAsync(options.Host, cancellationToken);
            var sockets = await transport.BindAsync(new IPEndPoint(address, options.Port), cancellationToken);
            return new Listener(sockets, options.LoggerFactory.CreateLogger<Listener>());
        }
        catch (AddressInUseException problem)
        {
            throw new BrokerStartException(
                BrokerStartFailure.PortTaken,
                $"Port {options.Port} on {options.Host} is taken by another program. Stop that program, or set Port to another value (0 takes a free one).",
                problem);
        }
        catch (SocketException problem)
        {
            throw new BrokerStartException(
                BrokerStartFailure.AddressUnusable,
                $"Cannot listen on {options.Host}:{options.Port}: {problem.Message}. Set Host to an address of this machine, and Port to one this user may use.",
                problem);
        }
    }

    public void Start(BrokerState broker)
    {
        _broker = broker;
        var sweep = TimeSpan.FromTicks(Math.Clamp(broker.Options.MaxConnectionIdle.Ticks / 10, TimeSpan.FromMilliseconds(100).Ticks, TimeSpan.FromSeconds(10).Ticks));
        _idleSweep = broker.Time.CreateTimer(_ => CloseIdle(), null, sweep, sweep);
        _accepting = AcceptAsync();
    }

    /// <summary>Cuts every connection at once, as the death of the process does.</summary>
    public async ValueTask AbortAsync()
    {
        await _sockets.UnbindAsync();
        await _accepting;
        foreach (var connection in _connections.Keys)
        {
            connection.Abort();
        }

        await DisposeAsync();
    }

    /// <summary>Stops accepting, releases parked requests, and waits for those being answered.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_idleSweep is not null)
        {
            await _idleSweep.DisposeAsync();
        }

        await _sockets.UnbindAsync();
        await _accepting;
        await _stopping.CancelAsync();
        var running = Task.WhenAll(_connections.Values);
        if (_broker is not null)
        {
            try
            {
                await running.WaitAsync(_broker.Options.ShutdownTimeout, _broker.Time);
            }
            catch (TimeoutException)
            {
                foreach (var connection in _connections.Keys)
                {
                    connection.Abort();
                }
            }
        }

        await running;
        await _sockets.DisposeAsync();
        _stopping.Dispose();
    }

    private static async Task<IPAddress> AddressAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var address))
        {
            return address;
        }

        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return IPAddress.Loopback;
        }

        var all = await Dns.GetHostAddressesAsync(host, cancellationToken);
        return all.FirstOrDefault(one => one.AddressFamily == AddressFamily.InterNetwork) ?? all[0];
    }

    private async Task AcceptAsync()
    {
        while (await _sockets.AcceptAsync() is { } transport)
        {
            if (_connections.Count >= _broker.Options.MaxConnections)
            {
                TooManyConnections(_log, transport.RemoteEndPoint, _broker.Options.MaxConnections);
                await transport.DisposeAsync();
                continue;
            }

            var connection = new Connection(transport, _broker, _log, _stopping.Token);
            var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _connections.TryAdd(connection, running.Task);
            ThreadPool.UnsafeQueueUserWorkItem(_ => _ = RunAsync(connection, transport, running), null);
        }
    }

    /// <summary>Never throws, and always ends with <paramref name="done"/>.</summary>
    private async Task RunAsync(Connection connection, ConnectionContext transport, TaskCompletionSource done)
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
            _connections.TryRemove(connection, out _);
            _broker.Metrics.ConnectionClosed();
            done.SetResult();
        }
    }

    private void CloseIdle()
    {
        foreach (var connection in _connections.Keys)
        {
            connection.CloseIfIdle(_broker.Options.MaxConnectionIdle);
        }
    }

    [LoggerMessage(LogLevel.Error, "A connection could not be closed cleanly")]
    private static partial void ConnectionNotClosed(ILogger log, Exception problem);

    [LoggerMessage(LogLevel.Warning, "Connection of {Remote} refused: {Limit} are open (MaxConnections)")]
    private static partial void TooManyConnections(ILogger log, EndPoint? remote, int limit);
}
