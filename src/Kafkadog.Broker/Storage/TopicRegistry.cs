using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Storage;

internal enum TopicChangeKind
{
    Created,
    PartitionsAdded,
    ConfigsAltered,
    Deleted,
}

/// <summary>A change of a topic, with the topic after it (for a deletion: as it was).</summary>
internal readonly record struct TopicChange(TopicChangeKind Kind, Topic Topic);

/// <summary>
/// The topics of the broker. Lookups take no lock; changes are made one at a time and are on the disk when they return.
/// </summary>
internal sealed class TopicRegistry
{
    public const int MaxPartitionsPerTopic = 10_000;

    private readonly Lock _changeLock = new();
    private readonly ConcurrentDictionary<string, Topic> _byName = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Guid, Topic> _byId = new();
    private readonly LogEnvironment _environment;
    private readonly MetadataLog _log;
    private readonly int _starts;

    /// <summary>Opens the logs of all topics in <paramref name="metadata"/>.</summary>
    public TopicRegistry(LogEnvironment environment, MetadataLog log, TopicMetadata metadata, Func<TopicPartition, LogCheckpoint> checkpoints)
    {
        (_environment, _log, _starts) = (environment, log, metadata.Starts);
        var partitions = metadata.Topics.SelectMany(t => Enumerable.Range(0, t.Partitions).Select(p => (Topic: t, Partition: p))).ToArray();
        var configs = metadata.Topics.ToDictionary(t => t.Id, t => new TopicConfig(t.Configs, environment.BrokerConfigs.Current));
        var logs = new PartitionLog[partitions.Length];
        Parallel.For(0, partitions.Length, i =>
        {
            var (topic, partition) = partitions[i];
            var place = new TopicPartition(topic.Name, partition);
            logs[i] = PartitionLog.Open(environment, place, topic.Id, configs[topic.Id], _starts - topic.FirstStart, checkpoints(place));
        });
        foreach (var ofTopic in logs.GroupBy(l => l.TopicId))
        {
            var ordered = ofTopic.OrderBy(l => l.TopicPartition.Partition).ToArray();
            Publish(new Topic(ordered[0].TopicPartition.Topic, ofTopic.Key, ordered, configs[ofTopic.Key]));
        }
    }

    /// <summary>The topics at this moment, in no order.</summary>
    public IReadOnlyCollection<Topic> All => (IReadOnlyCollection<Topic>)_byName.Values;

    /// <summary>Raised after a topic was created, changed or deleted, on the changing thread, while no other change can happen.</summary>
    public event Action<TopicChange>? Changed;

    public bool TryGet(string name, [NotNullWhen(true)] out Topic? topic) => _byName.TryGetValue(name, out topic);
    public bool TryGet(Guid id, [NotNullWhen(true)] out Topic? topic) => _byId.TryGetValue(id, out topic);

    /// <summary>Null when the topic or partition does not exist.</summary>
    public PartitionLog? Partition(string topic, int partition) =>
        TryGet(topic, out var found) && (uint)partition < (uint)found.Partitions.Count ? found.Partitions[partition] : null;

    /// <summary>Errors: INVALID_TOPIC_EXCEPTION, TOPIC_ALREADY_EXISTS, INVALID_PARTITIONS, INVALID_CONFIG, KAFKA_STORAGE_ERROR.</summary>
    /// <param name="partitions">1 to <see cref="MaxPartitionsPerTopic"/>.</param>
    public TopicResult Create(string name, int partitions, IReadOnlyDictionary<string, string>? configs = null, bool validateOnly = false)
    {
        lock (_changeLock)
        {
            configs ??= new Dictionary<string, string>(StringComparer.Ordinal);
            if (TopicNames.Problem(name) is { } badName)
                return TopicResult.Failed(ErrorCode.InvalidTopicException, badName);
            if (_byName.ContainsKey(name))
                return TopicResult.Failed(ErrorCode.TopicAlreadyExists, $"Topic '{name}' already exists.");
            var key = TopicNames.CollisionKey(name);
            if (_byName.Keys.FirstOrDefault(n => string.Equals(TopicNames.CollisionKey(n), key, StringComparison.Ordinal)) is { } other)
                return TopicResult.Failed(ErrorCode.InvalidTopicException, $"Topic '{name}' collides with existing topic: {other}");
            if (partitions is < 1 or > MaxPartitionsPerTopic)
                return TopicResult.Failed(ErrorCode.InvalidPartitions, $"Number of partitions was set to {partitions}; it must be 1 to {MaxPartitionsPerTopic}.");
            if (TopicConfig.Problem(configs, _environment.BrokerConfigs.Current) is { } badConfig)
                return TopicResult.Failed(ErrorCode.InvalidConfig, badConfig);
            if (validateOnly)
                return TopicResult.Ok(null);

            var record = new TopicRecord(name, LogFormat.NewUuid(), partitions, _starts, new Dictionary<string, string>(configs, StringComparer.Ordinal));
            if (TryAppend(record) is { } failed)
                return failed;
            var config = new TopicConfig(record.Configs, _environment.BrokerConfigs.Current);
            return Finish(TopicChangeKind.Created, new Topic(name, record.Id, NewLogs(record.Name, record.Id, config, leaderEpoch: 0, 0, partitions), config));
        }
    }

    /// <summary>Errors: UNKNOWN_TOPIC_OR_PARTITION, KAFKA_STORAGE_ERROR. Files go after <c>file.delete.delay.ms</c>.</summary>
    public TopicResult Delete(string name)
    {
        lock (_changeLock)
        {
            if (!TryGet(name, out var topic))
                return Unknown(name);
            if (TryAppend(new RemoveTopicRecord(topic.Id)) is { } failed)
                return failed;
            _byName.TryRemove(name, out _);
            _byId.TryRemove(topic.Id, out _);
            foreach (var log in topic.Partitions)
                log.Delete();
            Changed?.Invoke(new(TopicChangeKind.Deleted, topic));
            return TopicResult.Ok(topic);
        }
    }

    /// <summary>Grows to <paramref name="totalCount"/> partitions. Errors: UNKNOWN_TOPIC_OR_PARTITION, INVALID_PARTITIONS, KAFKA_STORAGE_ERROR.</summary>
    public TopicResult CreatePartitions(string name, int totalCount, bool validateOnly = false)
    {
        lock (_changeLock)
        {
            if (!TryGet(name, out var topic))
                return Unknown(name);
            var count = topic.Partitions.Count;
            if (totalCount == count)
                return TopicResult.Failed(ErrorCode.InvalidPartitions, $"Topic already has {count} partition(s).");
            if (totalCount < count)
                return TopicResult.Failed(ErrorCode.InvalidPartitions, $"The topic {name} currently has {count} partition(s); {totalCount} would not be an increase.");
            if (totalCount > MaxPartitionsPerTopic)
                return TopicResult.Failed(ErrorCode.InvalidPartitions, $"A topic of this broker has at most {MaxPartitionsPerTopic} partitions.");
            if (validateOnly)
                return TopicResult.Ok(topic);
            if (TryAppend(new TopicPartitionsRecord(topic.Id, totalCount)) is { } failed)
                return failed;
            var added = NewLogs(name, topic.Id, topic.Config, topic.Partitions[0].LeaderEpoch, count, totalCount - count);
            return Finish(TopicChangeKind.PartitionsAdded, topic with { Partitions = [.. topic.Partitions, .. added] });
        }
    }

    /// <summary>
    /// IncrementalAlterConfigs; with <paramref name="replaceAll"/> (AlterConfigs) settings not named return to their defaults.
    /// Errors: UNKNOWN_TOPIC_OR_PARTITION, INVALID_CONFIG, INVALID_REQUEST, KAFKA_STORAGE_ERROR.
    /// </summary>
    public TopicResult AlterConfigs(string name, IReadOnlyList<ConfigChange> changes, bool replaceAll = false, bool validateOnly = false)
    {
        lock (_changeLock)
        {
            if (!TryGet(name, out var topic))
                return Unknown(name);
            var (configs, error, problem) = topic.Config.After(changes, replaceAll);
            if (error is not ErrorCode.None)
                return TopicResult.Failed(error, problem!);
            if (validateOnly)
                return TopicResult.Ok(topic);
            if (TryAppend(new TopicConfigRecord(topic.Id, configs)) is { } failed)
                return failed;
            var config = new TopicConfig(configs, _environment.BrokerConfigs.Current);
            foreach (var log in topic.Partitions)
                log.Config = config;
            return Finish(TopicChangeKind.ConfigsAltered, topic with { Config = config });
        }
    }

    /// <summary>Works out the settings of all topics again, after their defaults have changed.</summary>
    public void ReloadDefaults()
    {
        lock (_changeLock)
        {
            foreach (var topic in All)
            {
                var config = new TopicConfig(topic.Config.Overrides, _environment.BrokerConfigs.Current);
                foreach (var log in topic.Partitions)
                    log.Config = config;
                Finish(TopicChangeKind.ConfigsAltered, topic with { Config = config });
            }
        }
    }

    private PartitionLog[] NewLogs(string name, Guid id, TopicConfig config, int leaderEpoch, int first, int count) =>
        [.. Enumerable.Range(first, count).Select(p => PartitionLog.Open(_environment, new(name, p), id, config, leaderEpoch, new(CleanShutdown: true, 0, 0)))];

    private TopicResult? TryAppend(MetadataRecord record)
    {
        try
        {
            _log.Append(record);
            return null;
        }
        catch (StorageException e)
        {
            return TopicResult.Failed(ErrorCode.KafkaStorageError, e.Message);
        }
    }

    private TopicResult Finish(TopicChangeKind kind, Topic topic)
    {
        Publish(topic);
        Changed?.Invoke(new(kind, topic));
        return TopicResult.Ok(topic);
    }

    private void Publish(Topic topic)
    {
        _byName[topic.Name] = topic;
        _byId[topic.Id] = topic;
    }

    private static TopicResult Unknown(string name) =>
        TopicResult.Failed(ErrorCode.UnknownTopicOrPartition, $"The topic '{name}' does not exist.");
}
