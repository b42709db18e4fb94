using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Kafkadog.Benchmarks.Soak;

/// <summary>An admin client that makes, describes, changes and deletes topics, and looks at groups, round after round.</summary>
internal sealed class AdminRounds(SoakClients clients) : SoakPart
{
    private const int TopicsAtOnce = 5, PartitionsOfEach = 3;
    private const double PerSecond = 0.5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Queue<string> topics = [];
    private int rounds;
    private int completed;

    public override string Name => "admin";

    public override IEnumerable<Action<CancellationToken>> Writers => [Work];

    public override IEnumerable<Verdict> Check()
    {
        using var admin = clients.Admin(Name);
        var here = admin.GetMetadata(Patience).Topics.Select(topic => topic.Topic).Where(topic => topic.StartsWith("passing-", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        here.ExceptWith(topics);
        yield return new("topics that were deleted are gone", $"{rounds} rounds, {completed} without an error, {here.Count} topics too many", here.Count == 0);
    }

    private void Work(CancellationToken stop)
    {
        using var admin = clients.Admin(Name);
        Repeat(PerSecond, () =>
        {
            try
            {
                RoundAsync(admin).GetAwaiter().GetResult();
                completed++;
            }
            catch (KafkaException e)
            {
                clients.Tally.Failed(Name, $"{e.GetType().Name}: {e.Error.Code}");
            }
        }, stop);
    }

    private async Task RoundAsync(IAdminClient admin)
    {
        var topic = $"passing-{rounds++}";
        topics.Enqueue(topic);
        await admin.CreateTopicsAsync([new() { Name = topic, NumPartitions = PartitionsOfEach, ReplicationFactor = 1 }], new() { RequestTimeout = Patience, OperationTimeout = Patience });
        await FillAsync(topic);
        var resource = new ConfigResource { Type = ResourceType.Topic, Name = topic };
        await admin.IncrementalAlterConfigsAsync(
            new() { [resource] = [new() { Name = "retention.ms", Value = "60000", IncrementalOperation = AlterConfigOpType.Set }] }, new() { RequestTimeout = Patience });
        await admin.DescribeConfigsAsync([resource, new() { Type = ResourceType.Broker, Name = "1" }], new() { RequestTimeout = Patience });
        await admin.DeleteRecordsAsync([new(topic, 0, Offset.End)], new() { RequestTimeout = Patience, OperationTimeout = Patience });
        var groups = await admin.ListConsumerGroupsAsync(new() { RequestTimeout = Patience });
        await admin.DescribeConsumerGroupsAsync(groups.Valid.Select(group => group.GroupId), new() { RequestTimeout = Patience });
        await AskForOffsetAsync();
        while (topics.Count > TopicsAtOnce)
        {
            await DeleteOldestAsync(admin);
        }
    }

    private async Task FillAsync(string topic)
    {
        using var producer = clients.Producer(Name, new() { LingerMs = 0 });
        for (var partition = 0; partition < PartitionsOfEach; partition++)
        {
            await producer.ProduceAsync(new TopicPartition(topic, partition), new() { Value = Value(partition, 100) });
            clients.Tally.Acknowledged();
        }
    }

    /// <summary>
    /// By a client of its own: librdkafka 2.16 asks with the leader epoch that it knew first, and a restart has made another, as it does in
    /// Apache Kafka; that it is answered FENCED_LEADER_EPOCH does not make it look for the newer one.
    /// </summary>
    private async Task AskForOffsetAsync()
    {
        using var admin = clients.Admin(Name);
        await admin.ListOffsetsAsync([new() { TopicPartition = new(MixedProducers.Topic, 0), OffsetSpec = OffsetSpec.Latest() }], new() { RequestTimeout = Patience });
    }

    private async Task DeleteOldestAsync(IAdminClient admin)
    {
        try
        {
            await admin.DeleteTopicsAsync([topics.Peek()], new() { RequestTimeout = Patience, OperationTimeout = Patience });
        }
        catch (DeleteTopicsException e) when (e.Results.All(one => one.Error.Code is ErrorCode.UnknownTopicOrPart))
        {
            // It was never made, or deleted by a request whose answer got lost.
            clients.Tally.Failed(Name, "a topic to delete was not there");
        }

        topics.Dequeue();
    }
}
