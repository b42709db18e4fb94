using Kafkadog.Broker.Storage.Files;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Broker.Storage;

/// <summary>What the logs of one broker share.</summary>
internal sealed record LogEnvironment(
    StorageOptions Options, TimeProvider Time, OpenFiles OpenFiles, LogFlusher Flusher, DelayedDeletions Deletions, ILogger Logger)
{
    /// <summary>Writes the checkpoints of all logs now. Set by <see cref="BrokerStorage"/>.</summary>
    public Action WriteCheckpoints { get; set; } = static () => { };

    /// <summary>Of <c>segment.jitter.ms</c>.</summary>
    public Random Random { get; init; } = Random.Shared;

    public IFileStore Files => Options.Files;

    /// <summary>The defaults of topics.</summary>
    public DynamicBrokerConfigs BrokerConfigs { get; } = new(Options.BrokerConfigs);

    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();
}
