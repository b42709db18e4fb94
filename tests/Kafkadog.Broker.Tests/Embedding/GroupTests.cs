using Confluent.Kafka;

namespace Kafkadog.Broker.Tests.Embedding;

public sealed class GroupTests : EmbeddedTest
{
    [Fact]
    public async Task Group_is_waited_for_until_every_member_has_its_partitions()
    {
        var waiting = Broker.WaitForGroupAsync("readers", 2, Patience);
        Assert.Null(await Broker.GetGroupAsync("readers", Patience));
        using var one = Consumer("readers");
        using var other = Consumer("readers");
        one.Subscribe("orders");
        other.Subscribe("orders");
        var polling = Task.Run(() =>
        {
            while (!waiting.IsCompleted)
            {
                one.Consume(20);
                other.Consume(20);
            }
        }, Patience);
        var group = await waiting;
        await polling;
        Assert.Equal(("readers", "Stable"), (group.Id, group.State));
        Assert.Equal([0, 1, 2], group.Members.SelectMany(member => member.Partitions).Select(owned => owned.Partition).Order());
        Assert.All(group.Members, member => Assert.NotEmpty(member.Partitions));
    }

    [Fact]
    public async Task Commit_is_waited_for_also_over_a_restart()
    {
        await Broker.WriteAsync("orders", [.. Enumerable.Range(0, 4).Select(at => KafkaRecord.FromText("k", $"{at}") with { Partition = 1 })]);
        var all = Broker.WaitUntilConsumedAsync("readers", "orders", Patience);
        using var consumer = Consumer("readers");
        consumer.Commit([new TopicPartitionOffset("orders", 1, 3)]);
        await Broker.WaitForCommitAsync("readers", "orders", 1, 2, Patience);
        Assert.Equal(3, await Broker.GetCommittedAsync("readers", "orders", 1, Patience));
        Assert.Null(await Broker.GetCommittedAsync("readers", "orders", 0, Patience));
        Assert.False(all.IsCompleted);
        await Broker.RestartAsync(Patience);
        Assert.False(all.IsCompleted);
        using var again = Consumer("readers");
        again.Commit([new TopicPartitionOffset("orders", 1, 4)]);
        await all;
    }
}
