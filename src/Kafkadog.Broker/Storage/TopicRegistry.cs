using System.Diagnostics.CodeAnalysis;

namespace Kafkadog.Broker.Storage;

/// <summary>
/// The topics of the broker. Lookups take no lock; changes are made one at a time and are on the disk when they return.
/// </summary>
internal sealed class TopicRegistry
{
    public IReadOnlyCollection<Topic> All => throw new NotSupportedException();

    /// <summary>Raised after a topic was created, changed or deleted, on the changing thread.</summary>
    public event Action<TopicChange>? Changed;

    public bool TryGet(string name, [NotNullWhen(true)] out Topic? topic) => throw new NotSupportedException();
    public bool TryGet(Guid id, [NotNullWhen(true)] out Topic? topic) => throw new NotSupportedException();

    /// <summary>Null when the topic or partition does not exist.</summary>
    public PartitionLog? Partition(string topic, int partition) => throw new NotSupportedException();

    /// <summary>Errors: INVALID_TOPIC_EXCEPTION, TOPIC_ALREADY_EXISTS, INVALID_PARTITIONS, INVALID_CONFIG, KAFKA_STORAGE_ERROR.</summary>
    public TopicResult Create(string name, int partitions, IReadOnlyDictionary<string, string>? configs = null, bool validateOnly = false) =>
        throw new NotSupportedException();

    /// <summary>Errors: UNKNOWN_TOPIC_OR_PARTITION, KAFKA_STORAGE_ERROR. Files go after <c>file.delete.delay.ms</c>.</summary>
    public TopicResult Delete(string name) => throw new NotSupportedException();

    /// <summary>Grows to <paramref name="totalCount"/> partitions. Errors: UNKNOWN_TOPIC_OR_PARTITION, INVALID_PARTITIONS, KAFKA_STORAGE_ERROR.</summary>
    public TopicResult CreatePartitions(string name, int totalCount, bool validateOnly = false) => throw new NotSupportedException();

    /// <summary>
    /// IncrementalAlterConfigs; with <paramref name="replaceAll"/> (AlterConfigs) settings not named return to their defaults.
    /// Errors: UNKNOWN_TOPIC_OR_PARTITION, INVALID_CONFIG, INVALID_REQUEST, KAFKA_STORAGE_ERROR.
    /// </summary>
    public TopicResult AlterConfigs(string name, IReadOnlyList<ConfigChange> changes, bool replaceAll = false, bool validateOnly = false) =>
        throw new NotSupportedException();

    private void OnChanged(TopicChange change) => Changed?.Invoke(change);
}

internal enum TopicChangeKind
{
    Created,
    PartitionsAdded,
    ConfigsAltered,
    Deleted,
}

/// <summary>A change of a topic, with the topic after it (for a deletion: as it was).</summary>
internal readonly record struct TopicChange(TopicChangeKind Kind, Topic Topic);
