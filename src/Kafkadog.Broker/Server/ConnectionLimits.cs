using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Kafkadog.Broker.Server;

/// <summary>How many connections there may be: in all, of one address, and new ones in a second.</summary>
internal sealed class ConnectionLimits(BrokerOptions options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _byAddress = [];
    private int _open;
    private readonly long _origin = options.TimeProvider.GetTimestamp();
    private TimeSpan _next;

    /// <summary>Counts a connection; false when there are as many as there may be.</summary>
    public bool TryEnter(IPAddress? address, [NotNullWhen(false)] out string? limit)
    {
        lock (_lock)
        {
            var ofAddress = address is null ? 0 : _byAddress.GetValueOrDefault(address);
            limit = _open >= options.MaxConnections ? $"{options.MaxConnections} are open (MaxConnections)"
                : ofAddress >= options.MaxConnectionsPerAddress ? $"{options.MaxConnectionsPerAddress} of its address are open (MaxConnectionsPerAddress)"
                : null;
            if (limit is not null)
            {
                return false;
            }

            _open++;
            if (address is not null)
            {
                _byAddress[address] = ofAddress + 1;
            }

            return true;
        }
    }

    public void Leave(IPAddress? address)
    {
        lock (_lock)
        {
            _open--;
            if (address is not null && --_byAddress[address] is 0)
            {
                _byAddress.Remove(address);
            }
        }
    }

    /// <summary>Returns when one more connection is within the rate; at once when cancelled. A second's worth may come in one go.</summary>
    public async Task PaceAsync(CancellationToken cancellationToken)
    {
        if (options.MaxConnectionsPerSecond == int.MaxValue)
        {
            return;
        }

        TimeSpan wait;
        lock (_lock)
        {
            // A bucket that fills at the rate: each connection moves the time at which it is full again.
            var now = options.TimeProvider.GetElapsedTime(_origin);
            _next = (_next > now ? _next : now) + (TimeSpan.FromSeconds(1) / options.MaxConnectionsPerSecond);
            wait = _next - now - TimeSpan.FromSeconds(1);
        }

        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, options.TimeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
