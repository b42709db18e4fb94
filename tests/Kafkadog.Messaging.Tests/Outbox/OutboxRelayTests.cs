using System.Text;
using Dapper;
using Kafkadog.Broker;
using Kafkadog.Messaging.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Kafkadog.Messaging.Tests.Outbox;

public sealed class OutboxRelayTests(TestCluster cluster, PostgresServer postgres) : IDisposable
{
    private readonly TempDatabase database = new();

    public void Dispose() => database.Dispose();

    [Theory]
    [InlineData(SqlDialect.Sqlite)]
    [InlineData(SqlDialect.Postgres)]
    public async Task Committed_rows_are_sent_in_order_and_then_removed(SqlDialect dialect)
    {
        var topic = await cluster.CreateTopicAsync("outbox", 3);
        var options = dialect == SqlDialect.Sqlite ? database.Options : postgres.NewDatabase();
        await using var service = await TestService.StartAsync(cluster.Bootstrap, options, null, "", ["none"]);
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => service.PublishAsync(topic, "key-" + (i % 10), $"{i / 10}")));

        await service.Probe.PublishedAsync(e => e.Topic == topic, 300, cancellationToken: TestContext.Current.CancellationToken);
        AssertOrder(topic, 10, 30);
        await Consuming.ConsumerLoopTests.EventuallyAsync(async () => await service.CountAsync("outbox") == 0);
    }

    [Fact]
    public async Task Rows_that_a_crash_left_behind_are_sent_by_the_next_start_before_its_own()
    {
        var topic = await cluster.CreateTopicAsync("outbox");
        await using (var first = await TestService.StartAsync(cluster.Bootstrap, database.Options, null, "", ["none"]))
        {
        }

        // Acknowledged by Kafka or not: the row is still there, so it goes again with the same id.
        var ids = Enumerable.Range(0, 2500).Select(_ => Guid.NewGuid()).ToArray();
        await using (var writer = new SqliteConnection("Data Source=" + database.Options.Path))
        {
            await writer.OpenAsync(TestContext.Current.CancellationToken);
            await using var transaction = writer.BeginTransaction();
            for (var i = 0; i < ids.Length; i++)
            {
                await writer.ExecuteAsync(
                    "INSERT INTO outbox (event_id, topic, key, headers, payload, created_at, owner) VALUES (@id, @topic, 'key-0', '[]', @payload, 0, 'test-service')",
                    new { id = ids[i].ToString(), topic, payload = TestReader.Bytes(ids[i], i.ToString()) }, transaction);
            }

            await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }

        await using var second = await TestService.StartAsync(cluster.Bootstrap, database.Options, null, "", ["none"]);
        await second.PublishAsync(topic, "key-0", "2500");
        await second.Probe.PublishedAsync(e => e.Topic == topic, 2501, cancellationToken: TestContext.Current.CancellationToken);
        AssertOrder(topic, 1, 2501);
        Assert.Equal(ids, cluster.ReadAll(topic).Take(2500).Select(r => Guid.Parse(Text(r).Split('|')[0])));
    }

    [Fact]
    public async Task A_row_whose_sending_breaks_off_while_it_is_read_back_is_sent_in_its_turn()
    {
        var topic = await cluster.CreateTopicAsync("outbox");
        await using (var first = await TestService.StartAsync(cluster.Bootstrap, database.Options, null, "", ["none"]))
        {
        }

        await using (var writer = new SqliteConnection("Data Source=" + database.Options.Path))
        {
            for (var i = 0; i < 3; i++)
            {
                var id = Guid.NewGuid();
                await writer.ExecuteAsync(
                    "INSERT INTO outbox (event_id, topic, key, headers, payload, created_at, owner) VALUES (@id, @topic, 'key-0', '[]', @payload, 0, 'test-service')",
                    new { id = id.ToString(), topic, payload = TestReader.Bytes(id, i.ToString()) });
            }
        }

        await using var second = await TestService.StartAsync(
            cluster.Bootstrap, database.Options, null, "", ["none"], services: s => s.AddSingleton<IFaultPoints>(new BreaksOnce(FaultPoint.OutboxBeforeSend, after: 1)));
        await second.Probe.PublishedAsync(e => e.Topic == topic, 3, cancellationToken: TestContext.Current.CancellationToken);
        AssertOrder(topic, 1, 3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Another_instances_older_row_of_a_key_goes_first_even_when_that_instance_is_dead(bool slowWriter)
    {
        var topic = await cluster.CreateTopicAsync("outbox");
        await using var service = await TestService.StartAsync(
            cluster.Bootstrap, database.Options, null, "", ["none"], services: s => s.AddSingleton<IFaultPoints>(new PausesAfterAdoption(slowWriter ? database.Options.Path : null)));
        var older = Guid.NewGuid();
        await using (var writer = new SqliteConnection("Data Source=" + database.Options.Path))
        {
            // Still alive for two seconds, and silent.
            await writer.ExecuteAsync(
                """
                INSERT INTO instance (id, session, expires_at) VALUES ('other', 'x', @expires);
                INSERT INTO outbox (event_id, topic, key, headers, payload, created_at, owner) VALUES (@id, @topic, 'key-0', '[]', @payload, 0, 'other')
                """,
                new { expires = DateTimeOffset.UtcNow.AddSeconds(2).ToUnixTimeMilliseconds(), id = older.ToString(), topic, payload = TestReader.Bytes(older, "0") });
        }

        await service.PublishAsync(topic, "key-0", "1");
        await service.PublishAsync(topic, "free", "0");
        await service.Probe.PublishedAsync(e => e.Topic == topic, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("free", Assert.Single(service.Probe.Published).Key);

        await service.Probe.PublishedAsync(e => e.Topic == topic, 3, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["0", "1"], cluster.ReadAll(topic).Where(r => r.Message.Key == "key-0").Select(r => Text(r).Split('|')[1]));
    }

    [Fact]
    public async Task Rows_wait_in_order_while_the_broker_is_away()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("KAFKADOG_TEST_BOOTSTRAP") is not null, "Needs a broker of its own to stop.");
        int port;
        await using (var probe = await KafkaBroker.StartAsync(new() { Port = 0 }, TestContext.Current.CancellationToken))
        {
            port = probe.Port;
        }

        await using var service = await TestService.StartAsync("127.0.0.1:" + port, database.Options, null, "", ["none"]);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => service.PublishAsync("late-topic", "key-0", i.ToString())));
        Assert.Equal(50, await service.CountAsync("outbox"));

        await using var broker = await KafkaBroker.StartAsync(new() { Port = port }, TestContext.Current.CancellationToken);
        var late = new Confluent.Kafka.AdminClientBuilder(new Confluent.Kafka.AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();
        await late.CreateTopicsAsync([new Confluent.Kafka.Admin.TopicSpecification { Name = "late-topic", NumPartitions = 1, ReplicationFactor = 1 }]);
        late.Dispose();
        var sent = await service.Probe.PublishedAsync(e => e.Topic == "late-topic", 50, TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => i.ToString()), sent.Select(e => Encoding.UTF8.GetString(e.Value).Split('|')[1]));
    }

    [Fact]
    public async Task An_event_that_is_on_its_way_already_is_not_sent_twice()
    {
        var topic = await cluster.CreateTopicAsync("outbox");
        await using var service = await TestService.StartAsync(cluster.Bootstrap, database.Options, null, "", ["none"]);
        var id = Guid.NewGuid();
        await service.Transactions.ExecuteAsync(
            work =>
            {
                for (var i = 0; i < 2; i++)
                    work.Publish(new(id, topic, "k", TestReader.Bytes(id, "x"), new()));
                return 0;
            },
            TestContext.Current.CancellationToken);
        await service.PublishAsync(topic, "k", "last");
        await service.Probe.PublishedAsync(e => e.EventId != id, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(2, cluster.ReadAll(topic).Count);
    }

    /// <summary>Stays a moment between the commit that takes over a dead instance's rows and all that follows it: long enough for the pump to look.</summary>
    private sealed class PausesAfterAdoption(string? path) : IFaultPoints
    {
        private bool there;

        public void Hit(FaultPoint point, string? key)
        {
            if (path is null || point != FaultPoint.AfterDatabaseCommit)
                return;

            using var reader = new SqliteConnection("Data Source=" + path);
            var other = reader.ExecuteScalar<int>("SELECT COUNT(*) FROM instance WHERE id = 'other'") == 1;
            if (there && !other)
                Thread.Sleep(300);
            there = other;
        }
    }

    private sealed class BreaksOnce(FaultPoint where, int after) : IFaultPoints
    {
        private int hits;

        public void Hit(FaultPoint point, string? key)
        {
            if (point == where && Interlocked.Increment(ref hits) == after + 1)
                throw new InvalidOperationException("Breaks off here, once.");
        }
    }

    private static string Text(Confluent.Kafka.ConsumeResult<string?, byte[]?> record) => Encoding.UTF8.GetString(record.Message.Value!);

    private void AssertOrder(string topic, int keys, int perKey)
    {
        var byKey = cluster.ReadAll(topic).GroupBy(r => r.Message.Key!).ToDictionary(g => g.Key, g => g.Select(r => int.Parse(Text(r).Split('|')[1])).ToArray());
        Assert.Equal(keys, byKey.Count);
        Assert.All(byKey.Values, order => Assert.Equal(Enumerable.Range(0, perKey), order));
    }
}
