using System.Text;
using Confluent.Kafka;

namespace Kafkadog.Broker.Tests.Embedding;

public sealed class RecordTests : EmbeddedTest
{
    [Fact]
    public async Task Written_record_reaches_a_client_with_key_value_headers_and_time()
    {
        var time = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123);
        var written = await Broker.WriteAsync("orders", KafkaRecord.FromText("o-1", "placed") with { Headers = [new("trace", "abc"), new("none", (byte[]?)null)], Timestamp = time });
        using var consumer = Consumer("readers");
        consumer.Assign(new TopicPartitionOffset("orders", written.Partition!.Value, Offset.Beginning));
        var read = consumer.Consume(Patience);
        Assert.Equal(("o-1", "placed", written.Offset), (read.Message.Key, read.Message.Value, read.Offset.Value));
        Assert.Equal(time.ToUnixTimeMilliseconds(), read.Message.Timestamp.UnixTimestampMs);
        Assert.Equal("abc", Encoding.UTF8.GetString(read.Message.Headers.GetLastBytes("trace")));
        Assert.Null(read.Message.Headers.GetLastBytes("none"));
    }

    [Fact]
    public async Task Record_of_a_client_is_read_with_key_value_headers_and_time()
    {
        using var producer = Producer(config => config.CompressionType = CompressionType.Lz4);
        var time = new Timestamp(1_700_000_000_456, TimestampType.CreateTime);
        var sent = await producer.ProduceAsync("orders", new() { Key = "o-1", Value = "placed", Headers = new() { { "trace", "abc"u8.ToArray() } }, Timestamp = time }, Patience);
        var read = Assert.Single(await Broker.ReadAsync("orders", 1, cancellationToken: Patience));
        Assert.Equal(("o-1", "placed", "abc"), (read.KeyText, read.ValueText, read.HeaderText("trace")));
        Assert.Equal((sent.Partition.Value, sent.Offset.Value, 1_700_000_000_456), (read.Partition!.Value, read.Offset, read.Timestamp!.Value.ToUnixTimeMilliseconds()));
    }

    [Fact]
    public async Task Tombstone_and_missing_key_are_null_not_empty()
    {
        await Broker.WriteAsync("orders", [new KafkaRecord { Key = [], Value = [] }, KafkaRecord.FromText(null, null) with { Partition = 1 }]);
        var read = Broker.ReadAll("orders");
        Assert.Single(read, record => record is { Key.Length: 0, Value.Length: 0 });
        Assert.Single(read, record => record is { Key: null, Value: null, KeyText: null, ValueText: null });
    }

    [Fact]
    public async Task Read_waits_for_what_is_not_there_yet_and_for_the_topic()
    {
        var reading = Broker.ReadAsync("later", 3, cancellationToken: Patience);
        await Broker.WriteAsync("later", "a", "1");
        Assert.False(reading.IsCompleted);
        await Broker.WriteAsync("later", [KafkaRecord.FromText("a", "2"), KafkaRecord.FromText("a", "3"), KafkaRecord.FromText("a", "4")]);
        Assert.Equal(["1", "2", "3"], (await reading).Select(record => record.ValueText));
    }

    [Fact]
    public async Task Read_that_is_ended_tells_what_it_waited_for()
    {
        await Broker.WriteAsync("orders", "a", "1");
        using var end = new CancellationTokenSource();
        var reading = Broker.ReadAsync("orders", 2, cancellationToken: end.Token);
        await end.CancelAsync();
        var ended = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.Equal("Topic 'orders' has 1 of the 2 records waited for.", ended.Message);
    }

    [Fact]
    public async Task Read_goes_on_over_a_restart()
    {
        await Broker.WriteAsync("orders", "a", "1");
        var reading = Broker.ReadAsync("orders", 2, cancellationToken: Patience);
        await Broker.CrashAsync();
        await Broker.RestartAsync(Patience);
        await Broker.WriteAsync("orders", "a", "2");
        Assert.Equal(["1", "2"], (await reading).Select(record => record.ValueText));
    }

    [Fact]
    public async Task Filter_chooses_partition_offset_and_records()
    {
        await Broker.WriteAsync("orders", [.. Enumerable.Range(0, 9).Select(at => KafkaRecord.FromText("k", $"{at}") with { Partition = at % 3 })]);
        Assert.Equal(["1", "4", "7"], Texts(new() { Partition = 1 }));
        Assert.Equal(["4", "7"], Texts(new() { Partition = 1, FromOffset = 1 }));
        Assert.Equal(["6", "7", "8"], Texts(new() { FromOffset = 2 }));
        Assert.Equal(["8"], Texts(new() { Where = record => record.ValueText == "8" }));
        Assert.Equal(["3", "6"], (await Broker.ReadAsync("orders", 2, new() { Where = record => record.ValueText is "6" or "3" or "8" }, Patience)).Select(record => record.ValueText));

        IEnumerable<string?> Texts(RecordFilter filter) => Broker.ReadAll("orders", filter).Select(record => record.ValueText);
    }

    [Theory]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("a-little-bit-longer-string", -1486304829)]
    [InlineData("abc", 479470107)]
    public void Key_chooses_the_partition_as_with_the_Java_producer(string key, int hash) =>
        Assert.Equal(hash, unchecked((int)Kafkadog.Broker.Embedding.Murmur2.Hash(Encoding.UTF8.GetBytes(key))));

    [Fact]
    public async Task Key_keeps_its_records_in_one_partition_and_their_order()
    {
        var written = await Broker.WriteAsync("orders", [.. Enumerable.Range(0, 60).Select(at => KafkaRecord.FromText($"k{at % 6}", $"{at}"))]);
        Assert.True(written.Select(record => record.Partition).Distinct().Count() > 1);
        Assert.All(written.GroupBy(record => record.KeyText), ofKey =>
        {
            Assert.Single(ofKey.Select(record => record.Partition).Distinct());
            Assert.Equal(ofKey.Select(record => record.Offset).Order(), ofKey.Select(record => record.Offset));
        });
        Assert.Equal(Enumerable.Range(0, 60).Select(at => $"{at}"), written.Select(record => record.ValueText));
    }

    [Fact]
    public async Task Json_is_written_and_read_back()
    {
        await Broker.WriteAsync("orders", KafkaRecord.FromJson("o-1", ["tea", "milk"], TestJson.Default.ListString));
        Assert.Equal(["tea", "milk"], Broker.ReadAll("orders")[0].ReadJson(TestJson.Default.ListString)!);
    }

    [Fact]
    public async Task Refusal_names_the_topic_and_has_the_error_of_the_protocol()
    {
        Broker.CreateTopic(new TopicOptions("compacted") { Configs = new Dictionary<string, string> { ["cleanup.policy"] = "compact" } });
        var refused = await Assert.ThrowsAsync<KafkaBrokerException>(() => Broker.WriteAsync("compacted", null, "no key"));
        Assert.Equal(KafkaError.InvalidRecord, refused.Error);
        Assert.Contains("compacted", refused.Message, StringComparison.Ordinal);
        refused = await Assert.ThrowsAsync<KafkaBrokerException>(() => Broker.WriteAsync("orders", KafkaRecord.FromText("k", "v") with { Partition = 3 }));
        Assert.Equal(KafkaError.UnknownTopicOrPartition, refused.Error);
        Assert.Equal(KafkaError.TopicAlreadyExists, Assert.Throws<KafkaBrokerException>(() => Broker.CreateTopic("orders")).Error);
        Assert.Equal(KafkaError.InvalidTopic, Assert.Throws<KafkaBrokerException>(() => Broker.CreateTopic("a b")).Error);
        Assert.Equal(KafkaError.UnknownTopicOrPartition, Assert.Throws<KafkaBrokerException>(() => Broker.ReadAll("unknown")).Error);
    }

    [Fact]
    public async Task Topics_and_offsets_are_told_without_a_client()
    {
        Broker.CreateTopic("more");
        Assert.Equal(["more", "orders"], Broker.Topics);
        await Broker.WriteAsync("more", "k", "v");
        Assert.Equal(new TopicOffsets(0, 1, 1), Broker.GetOffsets("more"));
        Broker.DeleteTopic("more");
        Assert.Equal(["orders"], Broker.Topics);
    }

    [Fact]
    public void Kafkas_own_topics_are_not_deleted() =>
        Assert.Equal(KafkaError.TopicDeletionDisabled, Assert.Throws<KafkaBrokerException>(() => Broker.DeleteTopic("__consumer_offsets")).Error);
}
