using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker;

/// <summary>Topics, without a client.</summary>
public sealed partial class KafkaBroker
{
    /// <summary>The names of all topics, in order, without Kafka's own.</summary>
    public IReadOnlyList<string> Topics =>
        [.. State.Topics.All.Select(topic => topic.Name).Where(name => !TopicNames.IsInternal(name)).Order(StringComparer.Ordinal)];

    /// <summary>Makes a topic; it is there for every client when this returns.</summary>
    /// <exception cref="KafkaBrokerException">The name is taken or not legal, or a setting is not.</exception>
    public void CreateTopic(TopicOptions topic) => Demand(State.Topics.Create(topic.Name, topic.Partitions, topic.Configs));

    /// <summary>Makes a topic; it is there for every client when this returns.</summary>
    /// <param name="name">As in <see cref="TopicOptions"/>.</param>
    /// <param name="partitions">1 to 10,000.</param>
    /// <exception cref="KafkaBrokerException">The name is taken or not legal.</exception>
    public void CreateTopic(string name, int partitions = 1) => CreateTopic(new TopicOptions(name, partitions));

    /// <summary>Deletes a topic with its records, and the offsets groups have committed in it.</summary>
    /// <exception cref="KafkaBrokerException">There is no such topic, or it is one of Kafka's own.</exception>
    public void DeleteTopic(string name) => Demand(
        TopicNames.IsInternal(name)
            ? TopicResult.Failed(ErrorCode.TopicDeletionDisabled, $"'{name}' holds what the broker itself remembers; it cannot be deleted.")
            : State.Topics.Delete(name));

    /// <summary>Where the log of a partition begins and ends now.</summary>
    /// <exception cref="KafkaBrokerException">There is no such partition.</exception>
    public TopicOffsets GetOffsets(string topic, int partition = 0)
    {
        var log = State.Topics.Partition(topic, partition)
            ?? throw new KafkaBrokerException(KafkaError.UnknownTopicOrPartition, $"There is no partition {partition} of topic '{topic}'.");
        return new TopicOffsets(log.LogStartOffset, log.HighWatermark, log.LastStableOffset);
    }

    /// <summary>
    /// Deletes now what retention lets go, and compacts what is dirty enough, instead of at the next check
    /// (<c>log.retention.check.interval.ms</c>, <c>log.cleaner.backoff.ms</c>). As in Apache Kafka the newest segment of a partition is not
    /// compacted. See <see cref="AdjustableTimeProvider"/> for letting records grow old.
    /// </summary>
    public async Task CleanLogsAsync()
    {
        var storage = State.Storage;
        await Task.Run(storage.ApplyRetention);
        while (await storage.Cleaner.CleanDirtiestAsync())
        {
        }
    }

    private static void CreateMissing(TopicRegistry topics, IReadOnlyList<TopicOptions> wanted)
    {
        foreach (var topic in wanted)
        {
            var made = topics.Create(topic.Name, topic.Partitions, topic.Configs);
            if (made.Error is not (ErrorCode.None or ErrorCode.TopicAlreadyExists))
            {
                throw new BrokerStartException(BrokerStartFailure.InvalidOption, $"Topic '{topic.Name}' of Topics cannot be made: {made.ErrorMessage}");
            }
        }
    }

    private static void Demand(TopicResult result)
    {
        if (result.Error is not ErrorCode.None)
        {
            throw new KafkaBrokerException((KafkaError)result.Error, result.ErrorMessage ?? result.Error.ToString());
        }
    }
}
