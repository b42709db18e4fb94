using Confluent.Kafka;
using Kafkadog.Messaging.Diagnostics;
using Kafkadog.Messaging.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Kafkadog.Messaging.Tests.Consuming;

/// <summary>On SQLite; the same on PostgreSQL is below.</summary>
public class ConsumerLoopTests : IDisposable
{
    private readonly TestCluster cluster;
    private readonly TestDatabase database;
    private readonly string group = "group-" + Guid.NewGuid();

    public ConsumerLoopTests(TestCluster cluster)
        : this(cluster, TestDatabase.Sqlite())
    {
    }

    private protected ConsumerLoopTests(TestCluster cluster, TestDatabase database) => (this.cluster, this.database) = (cluster, database);

    public void Dispose() => database.Dispose();

    [Fact]
    public async Task A_slow_consumer_pauses_its_partition_and_resumes_without_losing_a_record()
    {
        var topics = await TopicsAsync(1);
        var gate = new TaskCompletionSource();
        var handler = new TestHandler
        {
            OnPrepare = async (_, _, _) =>
            {
                await gate.Task;
                return null;
            },
        };
        Produce(topics[0], 100, i => "key-" + i);

        await using var service = await TestService.StartAsync(
            cluster.Bootstrap, database.Options, handler, group, topics, o => o.MaxInFlightPerPartition = 10);
        await EventuallyAsync(() => service.Control.Consumers[0].Paused == 1);
        Assert.Equal(10, service.Control.Consumers[0].InFlight);
        gate.SetResult();

        await service.Probe.DeliveredAsync(topics[0], DeliveryResult.Ok, 100, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(100, (await service.AppliedAsync()).Count);
        await EventuallyAsync(() => service.Control.Consumers[0].Paused == 0);
        Assert.Single(service.Probe.Entries, e => e.Kind == "assigned" && e.Group == group);
    }

    [Fact]
    public async Task Nothing_is_consumed_and_nobody_is_told_ready_before_the_gate_opens()
    {
        var topics = await TopicsAsync(1);
        Produce(topics[0], 1, i => "key-" + i);
        var kafka = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        await using var service = await TestService.StartAsync(
            cluster.Bootstrap, database.Options, null, group, topics, services: s => s.AddSingleton(new KafkaGate(kafka.Task)));
        Assert.Equal(["waiting for Kafka"], service.Control.NotReadyBecause);
        Assert.All(service.Control.Consumers, consumer => Assert.Equal("stopped", consumer.State));

        kafka.SetResult();
        await service.Probe.DeliveredAsync(topics[0], DeliveryResult.Ok, 1, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Empty(service.Control.NotReadyBecause);
    }

    [Fact]
    public async Task A_clean_stop_leaves_no_duplicate_behind()
    {
        var topics = await TopicsAsync(3);
        Produce(topics[0], 300, i => "key-" + i);
        await using (var first = await TestService.StartAsync(cluster.Bootstrap, database.Options, null, group, topics))
        {
            await first.Probe.DeliveredAsync(topics[0], DeliveryResult.Ok, 50, cancellationToken: TestContext.Current.CancellationToken);
        }

        Produce(topics[0], 10, i => "later-" + i);
        await using var second = await TestService.StartAsync(cluster.Bootstrap, database.Options, null, group, topics);
        await EventuallyAsync(async () => (await second.AppliedAsync()).Count == 310);
        Assert.DoesNotContain(second.Probe.Entries, e => e.Result == DeliveryResult.Duplicate);
    }

    [Fact]
    public async Task An_aborted_transaction_leaves_a_gap_that_is_stepped_over()
    {
        var topics = await TopicsAsync(1);
        using (var producer = cluster.Producer(transactional: true))
        {
            producer.InitTransactions(TimeSpan.FromSeconds(30));
            foreach (var (text, commit) in new[] { ("one", true), ("lost", false), ("two", true) })
            {
                producer.BeginTransaction();
                producer.Produce(topics[0], new() { Key = "k", Value = TestReader.Bytes(Guid.NewGuid(), text) });
                // Aborting throws away what has not been sent, and the gap would be missing.
                producer.Flush(TimeSpan.FromSeconds(30));
                if (commit)
                    producer.CommitTransaction();
                else
                    producer.AbortTransaction();
            }
        }

        await using (var service = await TestService.StartAsync(cluster.Bootstrap, database.Options, null, group, topics))
        {
            await service.Probe.DeliveredAsync(topics[0], DeliveryResult.Ok, 2, cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(["one", "two"], (await service.AppliedAsync()).Order(StringComparer.Ordinal));
        }

        // one, marker, lost, marker, two: the offset behind "two" is 5.
        Assert.Equal(5, cluster.Committed(group, topics[0], 0));
    }

    [Fact]
    public async Task Partitions_move_to_a_new_member_and_every_event_takes_effect_once()
    {
        var topics = await TopicsAsync(4);
        await using var first = await TestService.StartAsync(cluster.Bootstrap, database.Options, null, group, topics, o => o.InstanceId = "one");
        await first.Probe.JournalAsync(e => e.Kind == "assigned" && e.Partitions!.Count(p => p.Topic == topics[0]) == 4, cancellationToken: TestContext.Current.CancellationToken);
        Produce(topics[0], 200, i => "key-" + i);
        await using var second = await TestService.StartAsync(cluster.Bootstrap, database.Options, null, group, topics, o => o.InstanceId = "two");
        await EventuallyAsync(() => second.Control.Consumers[0].Assignment.Count == 2);
        Produce(topics[0], 200, i => "key-" + i);

        await EventuallyAsync(async () => (await first.AppliedAsync()).Count == 400);
        Assert.Contains(first.Probe.Entries, e => e.Kind == "revoked");
        Assert.DoesNotContain(first.Probe.Entries, e => e.Kind == "lost");
        Assert.Contains(second.Probe.Entries, e => e.Result == DeliveryResult.Ok);
    }

    [Fact]
    public async Task The_same_event_at_a_new_offset_is_a_duplicate()
    {
        var topics = await TopicsAsync(1);
        var id = Guid.NewGuid();
        using (var producer = cluster.Producer())
        {
            for (var i = 0; i < 2; i++)
                await producer.ProduceAsync(topics[0], new() { Key = "k", Value = TestReader.Bytes(id, "once") }, TestContext.Current.CancellationToken);
        }

        await using var service = await TestService.StartAsync(cluster.Bootstrap, database.Options, null, group, topics);
        await service.Probe.DeliveredAsync(topics[0], DeliveryResult.Duplicate, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["once"], await service.AppliedAsync());
    }

    [Fact]
    public async Task A_stopped_consumer_leaves_its_group_empty_and_a_reset_replays_into_duplicates()
    {
        var topics = await TopicsAsync(1);
        Produce(topics[0], 5, _ => "k");
        await using var service = await TestService.StartAsync(cluster.Bootstrap, database.Options, null, group, topics);
        await service.Probe.DeliveredAsync(topics[0], DeliveryResult.Ok, 5, cancellationToken: TestContext.Current.CancellationToken);

        await service.Control.StopConsumingAsync(group, TestContext.Current.CancellationToken);
        using (var admin = cluster.Admin())
        {
            await admin.AlterConsumerGroupOffsetsAsync([new(group, [new TopicPartitionOffset(topics[0], 0, 0)])]);
        }

        service.Control.ResumeConsuming(group);
        await service.Probe.DeliveredAsync(topics[0], DeliveryResult.Duplicate, 5, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(5, (await service.AppliedAsync()).Count);
    }

    [Fact]
    public async Task A_handler_that_takes_too_long_fails_transiently_and_is_tried_again()
    {
        var topics = await TopicsAsync(1);
        var handler = new TestHandler
        {
            OnPrepare = async (_, attempt, cancellationToken) =>
            {
                if (attempt == 0)
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                return null;
            },
        };
        Produce(topics[0], 1, _ => "k");
        await using var service = await TestService.StartAsync(cluster.Bootstrap, database.Options, handler, group, topics, o =>
        {
            o.HandlerTimeout = TimeSpan.FromMilliseconds(200);
            o.Retry.InPlaceDelays = [TimeSpan.Zero];
        });
        var delivered = await service.Probe.DeliveredAsync(topics[0], DeliveryResult.Ok, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((0, 2), (delivered[0].Attempt, delivered[0].Tries));
    }

    internal static Task EventuallyAsync(Func<bool> condition) => EventuallyAsync(() => Task.FromResult(condition()));

    internal static async Task EventuallyAsync(Func<Task<bool>> condition, TimeSpan? patience = null)
    {
        // State without a signal of its own is looked at again and again.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(patience ?? TimeSpan.FromSeconds(30));
        while (!await condition())
            Assert.True(await timer.WaitForNextTickAsync(limit.Token));
    }

    private void Produce(string topic, int count, Func<int, string?> key)
    {
        using var producer = cluster.Producer();
        for (var i = 0; i < count; i++)
            producer.Produce(topic, new() { Key = key(i)!, Value = TestReader.Bytes(Guid.NewGuid(), i.ToString()) });
        producer.Flush(TimeSpan.FromSeconds(30));
    }

    private async Task<string[]> TopicsAsync(int partitions) =>
    [
        await cluster.CreateTopicAsync("events", partitions),
        await cluster.CreateTopicAsync("retry"),
        await cluster.CreateTopicAsync("dlq"),
    ];
}

public sealed class ConsumerLoopTestsOnPostgres(TestCluster cluster, PostgresServer postgres) : ConsumerLoopTests(cluster, TestDatabase.Postgres(postgres));
