using Kafkadog.Broker.Security;
using Kafkadog.Broker.Security.Tls;

namespace Kafkadog.Broker.Server;

/// <summary>The listeners of a broker and the connections that come by them.</summary>
internal sealed class BrokerServer : IAsyncDisposable
{
    private readonly TlsIdentity? _tls;
    private Connections? _connections;
    private Task _accepting = Task.CompletedTask;

    private BrokerServer(IReadOnlyList<Listener> listeners, TlsIdentity? tls) => (Listeners, _tls) = (listeners, tls);

    /// <summary>At least one.</summary>
    public IReadOnlyList<Listener> Listeners { get; }

    /// <summary>Takes the ports; clients wait until <see cref="Start"/>.</summary>
    /// <exception cref="BrokerStartException">An address or the certificate cannot be used.</exception>
    public static async Task<BrokerServer> BindAsync(BrokerOptions options, CancellationToken cancellationToken)
    {
        var tls = options.Tls is { } certificate ? TlsIdentity.Read(certificate) : null;
        var bound = new List<Listener>();
        try
        {
            foreach (var listener in options.AllListeners)
            {
                bound.Add(await Listener.BindAsync(listener, options.LoggerFactory, cancellationToken));
            }

            return new BrokerServer(bound, tls);
        }
        catch
        {
            foreach (var listener in bound)
            {
                await listener.DisposeAsync();
            }

            tls?.Dispose();
            throw;
        }
    }

    public void Start(BrokerState broker)
    {
        var connections = _connections = new Connections(broker);
        _accepting = Task.WhenAll(Listeners.Select(listener => AcceptAsync(listener, connections)));
    }

    /// <summary>Cuts every connection at once, as the death of the process does.</summary>
    public async ValueTask AbortAsync()
    {
        foreach (var listener in Listeners)
        {
            await listener.UnbindAsync();
        }

        _connections?.Abort();
        await DisposeAsync();
    }

    /// <summary>Stops accepting, releases parked requests, and waits for those being answered.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var listener in Listeners)
        {
            await listener.UnbindAsync();
        }

        _connections?.StopAdmitting();
        await _accepting;
        if (_connections is not null)
        {
            await _connections.DisposeAsync();
        }

        foreach (var listener in Listeners)
        {
            await listener.DisposeAsync();
        }

        _tls?.Dispose();
    }

    private async Task AcceptAsync(Listener listener, Connections connections)
    {
        var tls = listener.Options.Protocol.IsEncrypted() ? _tls : null;
        while (await listener.AcceptAsync() is { } transport)
        {
            await connections.AdmitAsync(transport, listener, tls);
        }
    }
}
