using System.Net;
using System.Net.Sockets;
using Kafkadog.Broker.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Kafkadog.Broker.Server;

/// <summary>One address the broker listens on, with Kestrel's socket transport and without the web server above it.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private const int SocketBufferBytes = 1024 * 1024;

    private readonly IConnectionListener _sockets;

    private Listener(IConnectionListener sockets, ListenerOptions options)
    {
        (_sockets, Options) = (sockets, options);
        Advertised = new Endpoint(options.AdvertisedHost ?? Reachable(options.Host), options.AdvertisedPort ?? Port);
    }

    public ListenerOptions Options { get; }

    public int Port => ((IPEndPoint)_sockets.EndPoint).Port;

    /// <summary>Where its clients are told to connect.</summary>
    public Endpoint Advertised { get; }

    /// <exception cref="BrokerStartException">The address cannot be used.</exception>
    public static async Task<Listener> BindAsync(ListenerOptions options, Microsoft.Extensions.Logging.ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var transport = new SocketTransportFactory(
            Microsoft.Extensions.Options.Options.Create(new SocketTransportOptions { MaxReadBufferSize = SocketBufferBytes, MaxWriteBufferSize = SocketBufferBytes }),
            loggers);
        try
        {
            var address = await AddressAsync(options.Host, cancellationToken);
            return new Listener(await transport.BindAsync(new IPEndPoint(address, options.Port), cancellationToken), options);
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

    /// <summary>Null once it no longer listens.</summary>
    public ValueTask<ConnectionContext?> AcceptAsync() => _sockets.AcceptAsync();

    public ValueTask UnbindAsync() => _sockets.UnbindAsync();

    public ValueTask DisposeAsync() => _sockets.DisposeAsync();

    private static string Reachable(string host) => host is "0.0.0.0" or "::" ? "localhost" : host;

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
}
