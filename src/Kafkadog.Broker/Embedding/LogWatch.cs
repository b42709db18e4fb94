using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Embedding;

/// <summary>Fires a pulse whenever one of the logs changes, until disposed.</summary>
internal sealed class LogWatch : IDisposable
{
    private readonly IReadOnlyList<PartitionLog> _logs;
    private readonly Pulse _pulse;

    public LogWatch(IReadOnlyList<PartitionLog> logs, Pulse pulse)
    {
        (_logs, _pulse) = (logs, pulse);
        foreach (var log in logs)
            log.Observers.Add(pulse);
    }

    public void Dispose()
    {
        foreach (var log in _logs)
            log.Observers.Remove(_pulse);
    }
}
