using Confluent.Kafka;

namespace Kafkadog.Messaging;

/// <summary>The client settings of the messaging layer, all explicit: librdkafka's defaults differ from the Java client's.</summary>
internal static class KafkaClientConfig
{
    public static ProducerConfig Producer(MessagingOptions options)
    {
        var config = new ProducerConfig(Common(options))
        {
            EnableIdempotence = true,
            // Java's and KafkaJS's partitioner; librdkafka's own would send the same key elsewhere.
            Partitioner = Partitioner.Murmur2Random,
            LingerMs = options.LingerMs,
            CompressionType = CompressionType.Lz4,
            // The outbox holds the row until Kafka has it: there is nothing better to do with it than to go on trying.
            MessageTimeoutMs = 0,
            QueueBufferingMaxKbytes = 65_536,
            MessageMaxBytes = 8 * 1024 * 1024,
            DeliveryReportFields = "none",
            AllowAutoCreateTopics = false,
        };
        return config;
    }

    public static ConsumerConfig Consumer(MessagingOptions options, string group) => new(Common(options))
    {
        GroupId = options.GroupPrefix + group,
        EnableAutoCommit = true,
        EnableAutoOffsetStore = false,
        AutoCommitIntervalMs = 1000,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        IsolationLevel = IsolationLevel.ReadCommitted,
        PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
        SessionTimeoutMs = (int)options.SessionTimeout.TotalMilliseconds,
        // A member hears of a rebalance by the answer to its heartbeat, so this is how long the others wait for it.
        HeartbeatIntervalMs = (int)Math.Min(1000, options.SessionTimeout.TotalMilliseconds / 3),
        MaxPollIntervalMs = (int)Math.Max(300_000, options.SessionTimeout.TotalMilliseconds),
        FetchWaitMaxMs = 500,
        // More is fetched in vain whenever a partition is paused.
        QueuedMinMessages = 1000,
        QueuedMaxMessagesKbytes = 16_384,
        StatisticsIntervalMs = 5000,
        EnablePartitionEof = false,
        AllowAutoCreateTopics = false,
        ConsumeResultFields = "headers,timestamp,topic",
        // A topic that appears after the subscription is found this soon.
        TopicMetadataRefreshIntervalMs = 30_000,
    };

    private static ClientConfig Common(MessagingOptions options) => new(new Dictionary<string, string>(options.Client, StringComparer.Ordinal))
    {
        BootstrapServers = options.BootstrapServers,
        ClientId = options.ClientId,
        // A broker that starts after the services is found at once.
        ReconnectBackoffMs = 50,
        ReconnectBackoffMaxMs = 500,
        RetryBackoffMs = 50,
        RetryBackoffMaxMs = 500,
        TopicMetadataRefreshFastIntervalMs = 100,
        SocketNagleDisable = true,
        LogConnectionClose = false,
    };
}
