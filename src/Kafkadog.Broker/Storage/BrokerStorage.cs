using Microsoft.Extensions.Logging;

namespace Kafkadog.Broker.Storage;

/// <summary>The log directory of one broker: its identity, topics, logs and background work. Disposing shuts down cleanly.</summary>
internal sealed class BrokerStorage : IAsyncDisposable
{
    /// <exception cref="StorageException">The directory is in use, read-only, of a newer format, of another node, or cannot be read.</exception>
    public static Task<BrokerStorage> OpenAsync(
        StorageOptions options, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public string ClusterId => throw new NotSupportedException();
    public int NodeId => throw new NotSupportedException();
    public Guid DirectoryId => throw new NotSupportedException();
    public string DataDirectory => throw new NotSupportedException();
    public TopicRegistry Topics => throw new NotSupportedException();
    public ProducerIds ProducerIds => throw new NotSupportedException();

    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
