using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using Kafkadog.Contracts;

namespace Kafkadog.Services.Tests.Running;

/// <summary>
/// Every record that nobody can use, on every topic that anybody reads: each group that meets it writes one dead letter
/// with the original bytes and goes on; what only a later version would know is passed over; and dead letters beget none.
/// </summary>
public sealed class UnusableRecordsTests(OrderFlowTests.Running running) : IClassFixture<OrderFlowTests.Running>
{
    private const string Fine = "";
    private const string Unknown = "unknown";
    private static readonly DateTimeOffset Now = Utc.Truncate(DateTimeOffset.UtcNow);

    private readonly TestShop shop = running.Shop;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Topics.Orders, 5)]
    [InlineData(Topics.Payments, 2)]
    [InlineData(Topics.Inventory, 2)]
    [InlineData(Topics.Outcomes, 5)]
    [InlineData(Topics.PageViews, 1)]
    [InlineData(Topics.Retry, 2)]
    public async Task Each_group_that_meets_one_writes_one_dead_letter_with_the_original_bytes_and_goes_on(string topic, int groups)
    {
        var readers = await ReadersAsync(topic);
        var judges = readers.Where(g => !g.EndsWith("-retry", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(groups, judges.Count);
        using var ignored = shop.Count("kafkadog.events.unknown");

        var sent = await SendAsync(topic, [.. Cases(topic)]);
        var bad = sent.Where(s => s.Case.Error is not (Fine or Unknown)).ToList();
        await PassedAsync(topic, readers);

        var letters = await LettersAsync(topic, sent, bad.Count * groups);
        foreach (var (at, one) in sent)
        {
            var found = letters.Where(l => l.Letter.Source == new SourceRecord(topic, at.Partition.Value, at.Offset.Value)).ToList();
            var expected = one.Error is Fine or Unknown ? [] : judges;
            Assert.Equal(expected.Select(g => $"{one.Name} {g}"), found.Select(l => $"{one.Name} {l.Letter.Target}").Order(StringComparer.Ordinal));
            Assert.All(found, l =>
            {
                Assert.Equal((one.Name, one.Error), (one.Name, l.ErrorClass));
                Assert.Equal(one.Error.StartsWith("INVALID", StringComparison.Ordinal) ? "permanent" : "poison", l.Letter.Kind);
                Assert.Equal(0, l.Letter.FinalRetryCount);
                AssertHolds(one, l.Letter.OriginalEvent);
            });
        }

        var unknown = sent.Count(s => s.Case.Error == Unknown);
        await TestShop.UntilAsync(() => Task.FromResult(ignored.Of(topic) >= unknown * groups));
        Assert.Equal(unknown * groups, ignored.Of(topic));
    }

    [Fact]
    public async Task A_retry_record_without_a_usable_original_is_a_dead_letter_of_the_group_it_is_for()
    {
        var (at, one) = (await SendAsync(Topics.Retry, [new("addressed garbage", null, "{"u8.ToArray(), "NOT_JSON", [("x-retry-target", Groups.Payment)])])).Single();
        await PassedAsync(Topics.Retry, await ReadersAsync(Topics.Retry));

        var letters = await LettersAsync(Topics.Retry, [(at, one)], 3);

        Assert.Equal(
            [$"{Groups.DeadLetterIndexer} NOT_JSON", $"{Groups.GatewayProjection} NOT_JSON", "payment-service-retry NoOriginal"],
            letters.Select(l => $"{l.Letter.Target} {l.ErrorClass}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_unusable_on_the_topic_of_dead_letters_does_not_become_another_one()
    {
        var readers = await ReadersAsync(Topics.DeadLetters);
        Assert.Equal([Groups.DeadLetterIndexer, Groups.GatewayProjection], readers.Order(StringComparer.Ordinal));
        await PassedAsync(Topics.DeadLetters, readers);
        var before = Ends(Topics.DeadLetters).Values.Sum();

        var sent = await SendAsync(Topics.DeadLetters, [.. Cases(Topics.DeadLetters)]);
        await PassedAsync(Topics.DeadLetters, readers);
        await shop.OutcomeAsync(await shop.PlaceAsync());

        Assert.Equal(before + sent.Count, Ends(Topics.DeadLetters).Values.Sum());
        // The largest dead letters count as well: the numbers are those of the topic.
        var usable = (await shop.ReadAsync(Topics.DeadLetters, r => r.Count >= before + sent.Count))
            .Count(r => EventParser.Parse(Topics.DeadLetters, null, null, r.Message.Value) is ParseResult.Event);
        await TestShop.UntilAsync(async () =>
            (await shop.Gateway.GetFromJsonAsync<JsonElement>("/metrics/dlq", Token)).GetProperty("total").GetInt64() == usable);
    }

    private static IEnumerable<Case> Cases(string topic)
    {
        var order = Guid.NewGuid();
        var key = Encoding.UTF8.GetBytes(order.ToString());
        var good = Good(topic, order);
        var noise = new byte[600_000];
        new Random(4711).NextBytes(noise);

        yield return new("empty", key, [], "EMPTY_VALUE");
        yield return new("tombstone", key, null, "EMPTY_VALUE");
        yield return new("no UTF-8", key, [0x7b, 0xff, 0x7d], "NOT_UTF8");
        yield return new("cut off", key, good[..^20], "NOT_JSON");
        yield return new("no object", key, "[1]"u8.ToArray(), "NOT_AN_OBJECT");
        yield return new("framed by a schema registry", key, [0, 0, 0, 0, 1, .. good], "NOT_JSON");
        yield return new("wrong types", key, With(good, root => root["data"]!["ts"] = 5), "INVALID_DATA");
        yield return new("no envelope", key, With(good, root => root.Remove("id")), "INVALID_ENVELOPE");
        yield return new("no key and cut off", null, good[..^20], "NOT_JSON");
        yield return new("key with NUL, cut off", [0, 1, 0], good[..^20], "NOT_JSON");
        yield return new("key of 400 KB, cut off", noise[..400_000], good[..^20], "NOT_JSON");
        yield return new("headers of 600 KB, cut off", key, good[..^20], "NOT_JSON", [("x-large", new string('h', 500_000)), ("x-larger", new string('i', 100_000))]);
        yield return new("headers of 200 KB and 600 KB of noise", key, noise, "NOT_UTF8", [("x-large", new string('h', 200_000))]);
        yield return new("600 KB of noise", key, noise, "NOT_UTF8");
        if (topic is not (Topics.Retry or Topics.DeadLetters))
        {
            yield return new("as large as Kafka takes", key, Padded(good, 1_048_000), "TOO_LARGE");
            yield return new("of the future", key, """{"type":"OrderGiftWrapped","data":{}}"""u8.ToArray(), Unknown, [(HeaderNames.EventType, "OrderGiftWrapped")]);
            yield return new("nearly too large", key, Padded(good, EventParser.MaxBytes), Fine);
        }

        if (topic is Topics.Orders or Topics.Payments or Topics.Inventory or Topics.Outcomes)
        {
            yield return new("another key", Encoding.UTF8.GetBytes(Guid.NewGuid().ToString()), good, "INVALID_DATA");
            yield return new("no key", null, good, "INVALID_DATA");
            yield return new("key that is no text", [0xff, 0xfe], good, "INVALID_DATA");
        }
    }

    private static byte[] Good(string topic, Guid order)
    {
        var original = new RawJson("{\"data\":{}}"u8.ToArray());
        IShopEvent body = topic switch
        {
            Topics.Orders => new OrderPlaced(order, "u", [new("product-1", 1, new(100))], new(100), Now),
            Topics.Payments => new PaymentAuthorized(order, Guid.NewGuid(), new(100), Now),
            Topics.Inventory => new InventoryReserved(order, [new("product-1", 1, Now)], Now),
            Topics.Outcomes => new OrderCancelled(order, "r", Now, CancelCodes.Customer),
            Topics.PageViews => new PageView("/", Now),
            Topics.Retry => new OrderRetry(original, 1, Now, 5, "e", Now),
            _ => new OrderDLQ(original, 1, "e", Now, Now),
        };
        return EventWriter.Write(new(Guid.NewGuid(), Now, Guid.NewGuid(), Guid.NewGuid(), body));
    }

    private static byte[] With(byte[] good, Action<JsonObject> change)
    {
        var root = JsonNode.Parse(good)!.AsObject();
        change(root);
        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    private static byte[] Padded(byte[] good, int size)
    {
        var bare = With(good, root => root["padding"] = "").Length;
        return With(good, root => root["padding"] = new string('x', size - bare));
    }

    private static void AssertHolds(Case one, RawJson original)
    {
        using var document = original.Parse();
        var root = document.RootElement;
        if (one.Value is null)
        {
            Assert.Equal(JsonValueKind.Null, root.ValueKind);
        }
        else if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("reference", out _))
        {
            // Too large to be carried along: where it is, and how to know it.
            Assert.True(one.Value.Length >= 600_000, one.Name);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(one.Value)), root.GetProperty("sha256").GetString());
        }
        else if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("raw", out var raw))
        {
            Assert.Equal(one.Value, raw.GetBytesFromBase64());
        }
        else
        {
            Assert.Equal(one.Value, original.Utf8.ToArray());
        }
    }

    private async Task<List<(TopicPartitionOffset At, Case Case)>> SendAsync(string topic, params Case[] cases)
    {
        using var producer = new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig
        {
            BootstrapServers = shop.Bootstrap, Partitioner = Partitioner.Murmur2Random, LingerMs = 0, MessageMaxBytes = 2_000_000,
        }).SetKeySerializer(Serializers.ByteArray!).SetValueSerializer(Serializers.ByteArray!).Build();
        List<(TopicPartitionOffset, Case)> sent = [];
        foreach (var one in cases)
        {
            var headers = new Headers();
            foreach (var (name, value) in one.Headers ?? [])
            {
                headers.Add(name, Encoding.UTF8.GetBytes(value));
            }

            var report = await producer.ProduceAsync(topic, new() { Key = one.Key, Value = one.Value, Headers = headers }, Token);
            sent.Add((report.TopicPartitionOffset, one));
        }

        return sent;
    }

    /// <summary>The groups that read a topic, by what the services say of themselves.</summary>
    private async Task<List<string>> ReadersAsync(string topic)
    {
        List<string> groups = [];
        foreach (var role in TestShop.EveryRole)
        {
            var consumers = await shop[role].GetFromJsonAsync<JsonElement>("/admin/consumers", Token);
            groups.AddRange(consumers.EnumerateArray()
                .Where(c => c.GetProperty("topics").EnumerateArray().Any(t => t.GetString() == topic))
                .Select(c => c.GetProperty("group").GetString()!));
        }

        return groups;
    }

    /// <summary>Every group has committed up to the end of the topic.</summary>
    private async Task PassedAsync(string topic, IEnumerable<string> groups)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = shop.Bootstrap }).Build();
        var ends = Ends(topic);
        foreach (var group in groups)
        {
            await TestShop.UntilAsync(async () =>
            {
                var answer = await admin.ListConsumerGroupOffsetsAsync([new(group, [.. ends.Keys])]);
                return answer.Single().Partitions.All(p => Math.Max(0, p.Offset.Value) >= ends[p.TopicPartition]);
            });
        }
    }

    private Dictionary<TopicPartition, long> Ends(string topic)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = shop.Bootstrap, GroupId = "ends" }).Build();
        return Enumerable.Range(0, Topics.All.Single(t => t.Name == topic).Partitions)
            .Select(p => new TopicPartition(topic, p))
            .ToDictionary(p => p, p => consumer.QueryWatermarkOffsets(p, TestShop.Patience).High.Value);
    }

    private async Task<List<(OrderDLQ Letter, string ErrorClass)>> LettersAsync(
        string topic, IReadOnlyList<(TopicPartitionOffset At, Case Case)> sent, int count)
    {
        var wanted = sent.Select(s => new SourceRecord(topic, s.At.Partition.Value, s.At.Offset.Value)).ToHashSet();
        Dictionary<(int, long), (OrderDLQ, string)?> read = [];
        (OrderDLQ Letter, string)? Of(ConsumeResult<string, byte[]> record)
        {
            var at = (record.Partition.Value, record.Offset.Value);
            if (!read.TryGetValue(at, out var letter))
            {
                letter = EventParser.Parse(Topics.DeadLetters, null, null, record.Message.Value) is ParseResult.Event { Envelope.Data: OrderDLQ found }
                    && found.Source is { } source && wanted.Contains(source)
                    ? (found, Encoding.UTF8.GetString(record.Message.Headers.GetLastBytes(HeaderNames.ErrorClass)))
                    : null;
                read.Add(at, letter);
            }

            return letter;
        }

        var records = await shop.ReadAsync(Topics.DeadLetters, r => r.Count(x => Of(x) is not null) >= count);
        return [.. records.Select(Of).OfType<(OrderDLQ, string)>()];
    }

    /// <param name="Error">The class of the error; empty when the record is good.</param>
    private sealed record Case(string Name, byte[]? Key, byte[]? Value, string Error, (string, string)[]? Headers = null);
}
