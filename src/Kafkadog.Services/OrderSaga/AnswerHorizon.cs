using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Microsoft.Extensions.Options;

namespace Kafkadog.Services.OrderSaga;

/// <summary>
/// Tells whether the saga has read every answer that was in the log at a given moment. An order whose deadline is over
/// may have its answer right there, unread, while the saga catches up after an outage.
/// </summary>
internal interface IAnswerHorizon
{
    /// <summary>Where the answers end now, by topic and partition.</summary>
    Task<IReadOnlyDictionary<(string Topic, int Partition), long>> EndAsync(CancellationToken cancellationToken);

    /// <summary>How far the saga's group has committed; a partition without a commit is missing.</summary>
    Task<IReadOnlyDictionary<(string Topic, int Partition), long>> CommittedAsync(CancellationToken cancellationToken);
}

/// <summary>
/// Asks Kafka. With a new client after each failure: librdkafka 2.16 asks under the leader epoch that it saw first, and a broker that was
/// started anew refuses that one for ever (FENCED_LEADER_EPOCH). Not safe for concurrent use.
/// </summary>
internal sealed class KafkaAnswerHorizon : IAnswerHorizon, IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly MessagingOptions messaging;
    private readonly string group;
    private IAdminClient? admin;

    public KafkaAnswerHorizon(IOptions<MessagingOptions> options)
    {
        NativeKafka.Load();
        messaging = options.Value;
        group = messaging.GroupPrefix + Groups.OrderSaga;
    }

    // Payments and inventory hold the answers; the orders topic is read by the same consumer.
    private static IEnumerable<TopicPartition> Partitions =>
        from topic in Topics.All
        where topic.Name is Topics.Payments or Topics.Inventory
        from partition in Enumerable.Range(0, topic.Partitions)
        select new TopicPartition(topic.Name, partition);

    public Task<IReadOnlyDictionary<(string Topic, int Partition), long>> EndAsync(CancellationToken cancellationToken) => AskAsync(async client =>
    {
        var result = await client.AskOffsetsAsync(
            Partitions.Select(p => new TopicPartitionOffsetSpec { TopicPartition = p, OffsetSpec = OffsetSpec.Latest() }), Timeout, IsolationLevel.ReadCommitted)
            .WaitAsync(cancellationToken);
        return result.ResultInfos.ToDictionary(
            r => (r.TopicPartitionOffsetError.Topic, r.TopicPartitionOffsetError.Partition.Value),
            r => r.TopicPartitionOffsetError.Offset.Value);
    });

    public Task<IReadOnlyDictionary<(string Topic, int Partition), long>> CommittedAsync(CancellationToken cancellationToken) => AskAsync(async client =>
    {
        var result = await client.ListConsumerGroupOffsetsAsync(
            [new ConsumerGroupTopicPartitions(group, [.. Partitions])],
            new ListConsumerGroupOffsetsOptions { RequestTimeout = Timeout })
            .WaitAsync(cancellationToken);
        return result[0].Partitions
            .Where(p => p.Offset.Value >= 0)
            .ToDictionary(p => (p.Topic, p.Partition.Value), p => p.Offset.Value);
    });

    public void Dispose() => admin?.Dispose();

    private async Task<IReadOnlyDictionary<(string Topic, int Partition), long>> AskAsync(
        Func<IAdminClient, Task<IReadOnlyDictionary<(string Topic, int Partition), long>>> question)
    {
        admin ??= new AdminClientBuilder(
            new AdminClientConfig(new Dictionary<string, string>(messaging.Client, StringComparer.Ordinal))
            {
                BootstrapServers = messaging.BootstrapServers,
                ClientId = messaging.ClientId + "-deadlines",
            }).Build();
        try
        {
            return await question(admin);
        }
        catch (KafkaException)
        {
            admin.Dispose();
            admin = null;
            throw;
        }
    }
}
