namespace Kafkadog.Broker;

/// <summary>Stopping and starting again in place: same port, same data, same faults.</summary>
public sealed partial class KafkaBroker
{
    /// <summary>True between a start and the next stop or crash.</summary>
    public bool IsRunning => _state is not null;

    /// <summary>Stops cleanly: parked requests are answered, logs flushed and marked as clean. Nothing happens if it is stopped.</summary>
    public Task StopAsync() => EndAsync(crash: false);

    /// <summary>
    /// Ends as <c>kill -9</c> ends a broker: connections break in the middle of what they do, nothing is flushed or marked as clean, and the
    /// next start has to recover. Nothing happens if it is stopped.
    /// </summary>
    public Task CrashAsync() => EndAsync(crash: true);

    /// <summary>Starts again on the same port with the same data; stops cleanly first if it runs.</summary>
    /// <exception cref="BrokerStartException">It could not start, for example because the port was taken meanwhile; the message says what to do next.</exception>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        await StopAsync();
        await _lifecycle.WaitAsync(cancellationToken);
        try
        {
            if (_state is null)
            {
                await RunAsync(
                    _options with { Port = Port, Listeners = _options.Listeners.Count > 0 ? [.. _listeners.Select(listener => listener.Options with { Port = listener.Port })] : [] },
                    cancellationToken);
            }
        }
        finally
        {
            _lifecycle.Release();
        }
    }

    private async Task EndAsync(bool crash)
    {
        await _lifecycle.WaitAsync();
        try
        {
            if (_state is not { } state)
            {
                return;
            }

            _state = null;
            await (crash ? _server!.AbortAsync() : _server!.DisposeAsync());
            if (crash)
            {
                // First, so that nothing the coordinators still do reaches the logs.
                await state.Storage.AbandonAsync();
            }

            await state.Transactions.DisposeAsync();
            await state.Groups.DisposeAsync();
            await state.Storage.DisposeAsync();
            state.Metrics.Dispose();
            _changed.Fire();
        }
        finally
        {
            _lifecycle.Release();
        }
    }
}
