using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>Compaction as a client sees it, with the settings that librdkafka's own test of it uses.</summary>
public abstract class CompactionConformance(KafkaTarget target)
{
    private const int Keys = 10, Rounds = 5;

    [Fact]
    public async Task Compaction_keeps_the_last_value_of_each_key_at_its_offset()
    {
        await target.StartAsync();
        var topic = $"compaction-{Guid.NewGuid():N}";
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = target.Servers }).Build();
        await admin.CreateTopicsAsync(
        [
            new TopicSpecification
            {
                Name = topic,
                NumPartitions = 1,
                Configs = new()
                {
                    ["cleanup.policy"] = "compact", ["segment.ms"] = "500", ["max.compaction.lag.ms"] = "100", ["min.cleanable.dirty.ratio"] = "0.01",
                    ["delete.retention.ms"] = "100", ["file.delete.delay.ms"] = "1000",
                },
            },
        ]);
        using var producer = new ProducerBuilder<string, string?>(new ProducerConfig { BootstrapServers = target.Servers, EnableIdempotence = true, LingerMs = 0 }).Build();
        var last = new Dictionary<string, (long Offset, string? Value)>(StringComparer.Ordinal);
        for (var round = 0; round < Rounds; round++)
        {
            for (var key = 0; key < Keys; key++)
                await PutAsync($"key-{key}", key == 0 && round == Rounds - 1 ? null : round.ToString(CultureInfo.InvariantCulture));
        }

        var expected = last.Where(l => l.Value.Value is not null).ToDictionary(StringComparer.Ordinal);
        using var patience = new CancellationTokenSource(KafkaTarget.Patience);
        using var next = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        // Segments end when something is written after their time.
        for (var filler = 0; ; filler++)
        {
            await PutAsync($"filler-{filler % 3}", "x");
            var left = Read(topic, 0).Where(r => r.Message.Key.StartsWith("key-", StringComparison.Ordinal)).Select(r => (r.Message.Key, r.Offset.Value, (string?)r.Message.Value)).ToList();
            if (left.Count == expected.Count)
            {
                Assert.Equal(expected.Select(e => (e.Key, e.Value.Offset, e.Value.Value)).OrderBy(e => e.Offset), left);
                break;
            }

            Assert.True(left.Count > expected.Count);
            await next.WaitForNextTickAsync(patience.Token);
        }

        // Positions whose records are gone lead to the next that is there.
        foreach (var position in new[] { 0, Keys, (Rounds - 1) * Keys, ((Rounds - 1) * Keys) + 3 })
            Assert.Equal(expected.Values.Select(e => e.Offset).Where(o => o >= position).Min(), Read(topic, position).First().Offset.Value);
        var end = (await PutAsync("key-1", "after")).Offset.Value;
        Assert.Equal(end, Read(topic, end).Single().Offset.Value);

        async Task<DeliveryResult<string, string?>> PutAsync(string key, string? value)
        {
            var result = await producer.ProduceAsync(topic, new Message<string, string?> { Key = key, Value = value! }, TestContext.Current.CancellationToken);
            last[key] = (result.Offset.Value, value);
            if (!key.StartsWith("key-", StringComparison.Ordinal))
                last.Remove(key);
            return result;
        }
    }

    private List<ConsumeResult<string, string?>> Read(string topic, long from)
    {
        using var consumer = new ConsumerBuilder<string, string?>(new ConsumerConfig { BootstrapServers = target.Servers, GroupId = "compaction", EnablePartitionEof = true, CheckCrcs = true }).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, from));
        var found = new List<ConsumeResult<string, string?>>();
        while (true)
        {
            var result = consumer.Consume(KafkaTarget.Patience) ?? throw new TimeoutException("The end was not reached.");
            if (result.IsPartitionEOF)
                return found;
            found.Add(result);
        }
    }
}

public sealed class CompactionOnKafkadogTests(EmbeddedTarget target) : CompactionConformance(target), IClassFixture<EmbeddedTarget>;

public sealed class CompactionOnApacheKafkaTests(ApacheKafka target) : CompactionConformance(target);
