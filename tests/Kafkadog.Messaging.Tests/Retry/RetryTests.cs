using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Dapper;
using Kafkadog.Messaging.Diagnostics;
using Kafkadog.Messaging.Retry;
using Kafkadog.Messaging.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Kafkadog.Messaging.Tests.Retry;

/// <summary>On SQLite; the same on PostgreSQL is below.</summary>
public class RetryTests : IDisposable
{
    private readonly TestCluster cluster;
    private readonly TestDatabase database;
    private readonly string group = "group-" + Guid.NewGuid();
    private string[] topics = [];

    public RetryTests(TestCluster cluster)
        : this(cluster, TestDatabase.Sqlite())
    {
    }

    private protected RetryTests(TestCluster cluster, TestDatabase database) => (this.cluster, this.database) = (cluster, database);

    public void Dispose() => database.Dispose();

    [Fact]
    public async Task A_transient_failure_is_tried_again_later_with_every_attempt_in_the_log()
    {
        var attempts = new ConcurrentQueue<(int Attempt, DateTimeOffset At)>();
        await using var service = await StartAsync(new TestHandler
        {
            OnPrepare = (_, attempt, _) =>
            {
                attempts.Enqueue((attempt, DateTimeOffset.UtcNow));
                return attempt < 2 ? throw new TimeoutException("not yet") : default;
            },
        });
        var id = await SendAsync("k", "late");

        await service.Probe.DeliveredAsync(topics[0], DeliveryResult.Ok, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["late"], await service.AppliedAsync());
        Assert.Equal([0, 1, 2], attempts.Select(a => a.Attempt));
        var times = attempts.Select(a => a.At).ToArray();
        Assert.InRange((times[1] - times[0]).TotalMilliseconds, 100, 10_000);
        Assert.InRange((times[2] - times[1]).TotalMilliseconds, 200, 10_000);

        await service.Probe.PublishedAsync(e => e.Topic == topics[1], 2, cancellationToken: TestContext.Current.CancellationToken);
        var records = cluster.ReadAll(topics[1]);
        Assert.Equal(["1", "2"], records.Select(r => Header(r, "x-retry-count")));
        Assert.All(records, r =>
        {
            Assert.Equal(group, Header(r, "x-retry-target"));
            Assert.Equal(topics[0], Header(r, "x-original-topic"));
            Assert.Equal("0", Header(r, "x-original-offset"));
            Assert.Equal("TimeoutException", Header(r, "x-error-class"));
            Assert.Equal("kept", Header(r, "x-own"));
            Assert.Contains(id.ToString(), Encoding.UTF8.GetString(r.Message.Value!), StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task After_the_last_attempt_the_record_is_a_dead_letter_exactly_once()
    {
        await using var service = await StartAsync(
            new TestHandler { OnApply = (_, _) => HandleResult.RetryLater("DOWN", "always") },
            o =>
            {
                o.Retry.MaxAttempts = 2;
                o.Retry.BaseDelay = TimeSpan.FromMilliseconds(20);
                o.Retry.InPlaceDelays = [TimeSpan.Zero];
            });
        await SendAsync("k", "hopeless");

        await service.Probe.PublishedAsync(e => e.Topic == topics[2], cancellationToken: TestContext.Current.CancellationToken);
        var letter = Assert.Single(cluster.ReadAll(topics[2]));
        Assert.Equal("exhausted", Header(letter, "x-error-kind"));
        Assert.Equal("2", Header(letter, "x-retry-count"));
        Assert.Equal("DOWN", Header(letter, "x-error-class"));
        Assert.Equal(2, cluster.ReadAll(topics[1]).Count);
        Assert.Equal(0, await service.CountAsync("inbox WHERE consumer = '" + group + "'"));
    }

    [Fact]
    public async Task Poison_and_permanent_failures_are_dead_letters_at_once_and_unknown_types_are_passed_over()
    {
        await using var service = await StartAsync(new TestHandler
        {
            OnApply = (received, work) =>
            {
                TestHandler.Insert(received, work);
                return (string)received.Body == "contradiction" ? HandleResult.DeadLetter("CONTRADICTION", "no") : HandleResult.Done;
            },
        });
        using (var producer = cluster.Producer())
        {
            byte[]?[] poison = [null, [], [0xff, 0xfe], Encoding.UTF8.GetBytes("{\"truncated\":"), new byte[500_000]];
            foreach (var value in poison)
                await producer.ProduceAsync(topics[0], new() { Key = "k", Value = value }, TestContext.Current.CancellationToken);
        }

        await SendAsync("k", "contradiction");
        await SendAsync("k", "unknown thing");
        await SendAsync("k", "fine");

        await service.Probe.DeliveredAsync(topics[0], DeliveryResult.Ok, cancellationToken: TestContext.Current.CancellationToken);
        await service.Probe.DeliveredAsync(topics[0], DeliveryResult.Ignored, cancellationToken: TestContext.Current.CancellationToken);
        await service.Probe.PublishedAsync(e => e.Topic == topics[2], 6, cancellationToken: TestContext.Current.CancellationToken);
        var kinds = cluster.ReadAll(topics[2]).Select(r => Header(r, "x-error-kind")!).ToArray();
        Assert.Equal(["poison", "poison", "poison", "poison", "poison", "permanent"], kinds);
        // The handler's state of a contradiction stays, with the dead letter in the same transaction.
        Assert.Equal(["contradiction", "fine"], (await service.AppliedAsync()).Order(StringComparer.Ordinal));
        Assert.Empty(cluster.ReadAll(topics[1]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("\0nul\0")]
    [InlineData("long")]
    public async Task Whatever_its_key_an_event_is_delayed_and_at_last_a_dead_letter(string? key)
    {
        await using var service = await StartAsync(
            new TestHandler { IsOrderSensitive = true, OnApply = (_, _) => HandleResult.RetryLater("DOWN", "always") },
            o =>
            {
                o.Retry.MaxAttempts = 1;
                o.Retry.BaseDelay = TimeSpan.FromMilliseconds(20);
            });
        await SendAsync(key == "long" ? string.Concat(Enumerable.Range(0, 3000).Select(_ => Guid.NewGuid())) : key, "hopeless");

        await service.Probe.PublishedAsync(e => e.Topic == topics[2], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Single(cluster.ReadAll(topics[1]));
        Assert.Equal("exhausted", Header(Assert.Single(cluster.ReadAll(topics[2])), "x-error-kind"));
    }

    [Fact]
    public async Task A_long_delay_does_not_hold_up_a_short_one()
    {
        await using var service = await StartAsync(null);
        // Sent back by hand, as a redrive is: due in half a minute, and due now.
        await SendRetryAsync("slow", DateTimeOffset.UtcNow.AddSeconds(30));
        await SendRetryAsync("quick", DateTimeOffset.UtcNow);

        await service.Probe.DeliveredAsync(topics[0], DeliveryResult.Ok, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["quick"], await service.AppliedAsync());
        Assert.Equal(1, await service.CountAsync("scheduled WHERE done_at IS NULL"));
    }

    [Fact]
    public async Task A_retry_record_for_another_group_is_left_alone()
    {
        await using var service = await StartAsync(null);
        await SendRetryAsync("theirs", DateTimeOffset.UtcNow, target: "another-group");
        await service.Probe.DeliveredAsync(topics[1], DeliveryResult.Ignored, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(0, await service.CountAsync("scheduled"));
    }

    [Theory]
    [InlineData(true, "first second third")]
    [InlineData(false, "second third first")]
    public async Task Later_events_of_a_key_wait_behind_a_retry_when_order_matters(bool ordered, string expected)
    {
        var order = new ConcurrentQueue<string>();
        await using var service = await StartAsync(
            new TestHandler
            {
                IsOrderSensitive = ordered,
                OnPrepare = (received, attempt, _) => (string)received.Body == "first" && attempt == 0 ? throw new TimeoutException() : default,
                OnApply = (received, _) =>
                {
                    order.Enqueue((string)received.Body);
                    return HandleResult.Done;
                },
            },
            o => o.Retry.BaseDelay = TimeSpan.FromSeconds(2));
        using (var producer = cluster.Producer())
        {
            foreach (var body in new[] { "first", "second", "third" })
                producer.Produce(topics[0], new() { Key = "k", Value = TestReader.Bytes(Guid.NewGuid(), body) });
            producer.Flush(TimeSpan.FromSeconds(30));
        }

        await service.Probe.DeliveredAsync(topics[0], DeliveryResult.Ok, 3, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(expected, string.Join(' ', order));
        Assert.Equal(ordered ? 2 : 0, service.Probe.Entries.Count(e => e.Result == DeliveryResult.Parked));
        Assert.Equal(0, await service.CountAsync("scheduled WHERE done_at IS NULL"));
    }

    /// <summary>
    /// The process dies at each step, simulated by a fault that undoes the transaction or loses what came after it.
    /// </summary>
    [Theory]
    [InlineData(FaultPoint.BeforeTransaction)]
    [InlineData(FaultPoint.AfterInboxInsert)]
    [InlineData(FaultPoint.BeforeDatabaseCommit)]
    [InlineData(FaultPoint.AfterDatabaseCommit)]
    [InlineData(FaultPoint.RetryAfterInsert)]
    public async Task A_fault_at_any_step_neither_loses_nor_doubles_an_attempt(FaultPoint point)
    {
        var faults = new FaultOnce(point);
        await using var service = await StartAsync(
            new TestHandler
            {
                OnPrepare = (_, attempt, _) => attempt == 0 ? throw new TimeoutException() : default,
            },
            o => o.Retry.InPlaceDelays = [],
            services => services.AddSingleton<IFaultPoints>(faults));
        faults.Arm();
        await SendAsync("k", "survivor");

        await service.Probe.DeliveredAsync(topics[0], DeliveryResult.Ok, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(faults.Fired);
        Assert.Equal(["survivor"], await service.AppliedAsync());
        await service.Probe.PublishedAsync(e => e.Topic == topics[1], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(1, await service.CountAsync("inbox WHERE consumer = '" + group + "'"));
        Assert.Equal(0, await service.CountAsync("scheduled WHERE done_at IS NULL"));
        var ids = cluster.ReadAll(topics[1]).Select(r => Header(r, "x-retry-count")).ToArray();
        Assert.Equal(ids.Distinct(), ids);
        Assert.Empty(cluster.ReadAll(topics[2]));
    }

    [Fact]
    public async Task A_record_that_took_the_process_down_three_times_is_poison()
    {
        topics = await TopicsAsync();
        await SendAsync("k", "killer");
        var service = TestService.Create(cluster.Bootstrap, database.Options, null, group, topics);
        // What three crashes leave behind: the lease, and attempts that were begun and never ended.
        await using (service)
        {
            await service.StartAsync();
        }

        // The first service has handled it: start from a state in which it has not.
        await using (var writer = database.Connect())
        {
            await writer.ExecuteAsync("DELETE FROM inbox; DELETE FROM applied;");
            await writer.ExecuteAsync("INSERT INTO instance (id, session, expires_at) VALUES ('test-service', 'x', 0)");
            await writer.ExecuteAsync("INSERT INTO attempts (consumer, topic, part, off, begun) VALUES (@group2, @topic, 0, 0, 3)", new { group2 = group + "2", topic = topics[0] });
        }

        await using var again = await TestService.StartAsync(cluster.Bootstrap, database.Options, null, group + "2", topics);
        await again.Probe.DeliveredAsync(topics[0], DeliveryResult.DeadLetter, cancellationToken: TestContext.Current.CancellationToken);
        await again.Probe.PublishedAsync(e => e.Topic == topics[2], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("poison", Header(Assert.Single(cluster.ReadAll(topics[2])), "x-error-kind"));
        Assert.Empty(await again.AppliedAsync());
        Assert.Equal(0, await again.CountAsync("attempts"));
    }

    [Fact]
    public async Task A_failure_that_cannot_be_recorded_blocks_the_partition_and_loses_nothing()
    {
        var broken = true;
        var envelopes = new SwitchedEnvelopes(() => broken);
        await using var service = await StartAsync(
            null, services: services => services.AddSingleton<IFailureEnvelopes>(envelopes));
        using (var producer = cluster.Producer())
        {
            await producer.ProduceAsync(topics[0], new() { Key = "k", Value = [1] }, TestContext.Current.CancellationToken);
        }

        await SendAsync("other", "behind");
        await service.Probe.DeliveredAsync(topics[0], DeliveryResult.Ok, cancellationToken: TestContext.Current.CancellationToken);
        await Consuming.ConsumerLoopTests.EventuallyAsync(() => service.Control.Consumers[0].Blocked == 1);
        Assert.Contains(service.Control.NotReadyBecause, cause => cause.Contains("cannot be recorded", StringComparison.Ordinal));
        Assert.True(cluster.Committed(group, topics[0], 0) <= 0);
        broken = false;

        await service.Probe.DeliveredAsync(topics[0], DeliveryResult.DeadLetter, cancellationToken: TestContext.Current.CancellationToken);
        await Consuming.ConsumerLoopTests.EventuallyAsync(() => cluster.Committed(group, topics[0], 0) == 2);
        Assert.Empty(service.Control.NotReadyBecause);
    }

    private static string? Header(ConsumeResult<string?, byte[]?> record, string key) =>
        record.Message.Headers.TryGetLastBytes(key, out var value) ? Encoding.UTF8.GetString(value) : null;

    private async Task<TestService> StartAsync(TestHandler? handler, Action<MessagingOptions>? configure = null, Action<IServiceCollection>? services = null)
    {
        topics = await TopicsAsync();
        return await TestService.StartAsync(
            cluster.Bootstrap, database.Options, handler, group, topics,
            o =>
            {
                o.ServiceName = "svc-" + group;
                configure?.Invoke(o);
            },
            services);
    }

    private async Task<string[]> TopicsAsync() =>
        [await cluster.CreateTopicAsync("events"), await cluster.CreateTopicAsync("retry"), await cluster.CreateTopicAsync("dlq")];

    private async Task<Guid> SendAsync(string? key, string body)
    {
        var id = Guid.NewGuid();
        using var producer = cluster.Producer();
        await producer.ProduceAsync(
            topics[0],
            new() { Key = key, Value = TestReader.Bytes(id, body), Headers = [new Header("x-own", "kept"u8.ToArray())] },
            TestContext.Current.CancellationToken);
        return id;
    }

    private async Task SendRetryAsync(string body, DateTimeOffset at, string? target = null)
    {
        var headers = new Headers();
        foreach (var (key, value) in new (string, string)[]
        {
            (RetryHeaders.Target, target ?? group), (RetryHeaders.Count, "0"), (RetryHeaders.RedriveCount, "1"),
            (RetryHeaders.At, at.ToString("O", CultureInfo.InvariantCulture)), (RetryHeaders.OriginalTopic, topics[0]),
            (RetryHeaders.OriginalPartition, "0"), (RetryHeaders.OriginalOffset, "7"),
        })
        {
            headers.Add(key, Encoding.UTF8.GetBytes(value));
        }

        using var producer = cluster.Producer();
        await producer.ProduceAsync(topics[1], new() { Key = body, Value = TestReader.Bytes(Guid.NewGuid(), body), Headers = headers }, TestContext.Current.CancellationToken);
    }

    private sealed class FaultOnce(FaultPoint point) : IFaultPoints
    {
        private int armed;

        public bool Fired { get; private set; }

        public void Arm() => armed = 1;

        public void Hit(FaultPoint at, string? key)
        {
            if (at == point && Interlocked.Exchange(ref armed, 0) == 1)
            {
                Fired = true;
                throw new InvalidOperationException("fault at " + at);
            }
        }
    }

    private sealed class SwitchedEnvelopes(Func<bool> broken) : IFailureEnvelopes
    {
        private readonly TestEnvelopes inner = new();

        public byte[] WriteRetry(FailedDelivery failed) => broken() ? throw new InvalidOperationException("broken") : inner.WriteRetry(failed);

        public byte[] WriteDeadLetter(FailedDelivery failed) => broken() ? throw new InvalidOperationException("broken") : inner.WriteDeadLetter(failed);

        public byte[]? ReadOriginal(ReceivedRecord retryRecord) => inner.ReadOriginal(retryRecord);
    }
}

public sealed class RetryTestsOnPostgres(TestCluster cluster, PostgresServer postgres) : RetryTests(cluster, TestDatabase.Postgres(postgres));
