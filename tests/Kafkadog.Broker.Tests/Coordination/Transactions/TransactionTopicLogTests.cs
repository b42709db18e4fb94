using System.Buffers.Binary;
using Kafkadog.Broker.Coordination.Transactions;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Storage;
using Kafkadog.Broker.Tests.Storage;

namespace Kafkadog.Broker.Tests.Coordination.Transactions;

/// <summary>The transaction log on the broker's own storage.</summary>
public sealed class TransactionTopicLogTests : StorageTest
{
    private static readonly TransactionMetadata s_ongoing = new()
    {
        TransactionalId = "id", ProducerId = 7, PreviousProducerId = 7, ProducerEpoch = 3, TimeoutMs = 60_000, Status = TransactionStatus.Ongoing,
        Partitions = [new("t", 1), new("t", 0), new("u", 4)], StartMs = 1_600_000_000_000, LastUpdateMs = 1_600_000_000_001, ClientVersion = ClientTransactionVersion.V2,
    };

    [Fact]
    public async Task Records_survive_a_killed_broker_and_the_coordinator_epoch_rises()
    {
        var storage = await OpenAsync();
        var log = new TransactionTopicLog(storage.Topics, Time, 5);
        Assert.Equal(ErrorCode.None, await log.AppendAsync(2, [TransactionRecords.Write(s_ongoing), TransactionRecords.Tombstone("gone")]));
        Assert.Equal(0, log.CoordinatorEpoch(2));

        var again = new TransactionTopicLog((await OpenAsync(CopyAsKilled())).Topics, Time, 50);
        Assert.Equal((5, 1), (again.PartitionCount, again.CoordinatorEpoch(2)));
        var read = new List<(int Partition, string? Id, TransactionMetadata? Value)>();
        again.Replay((partition, record) =>
        {
            var id = TransactionRecords.ReadKey(record.Key)!;
            read.Add((partition, id, record.Value is { } value ? TransactionRecords.ReadValue(id, value.ToArray()) : null));
        });
        Assert.Equal([(2, "id", true), (2, "gone", false)], read.Select(r => (r.Partition, r.Id!, r.Value is not null)));
        Assert.Equal(s_ongoing with { Partitions = [] }, read[0].Value! with { Partitions = [] });
        Assert.Equal(s_ongoing.Partitions, read[0].Value!.Partitions);
    }

    [Fact]
    public async Task Topic_is_compacted_and_has_as_many_partitions_as_the_setting_says_when_it_is_made()
    {
        var storage = await OpenAsync();
        var log = new TransactionTopicLog(storage.Topics, Time, 5);
        Assert.Equal(ErrorCode.None, log.EnsureCreated());
        Assert.Equal(ErrorCode.None, log.EnsureCreated());
        Assert.True(storage.Topics.TryGet(TopicNames.TransactionState, out var topic));
        Assert.Equal((5, true, true), (topic.Partitions.Count, topic.Config.IsCompacted, topic.IsInternal));
    }

    [Fact]
    public async Task More_records_than_fit_a_batch_go_into_several()
    {
        var storage = await OpenAsync();
        var log = new TransactionTopicLog(storage.Topics, Time, 1);
        Assert.Equal(ErrorCode.None, await log.AppendAsync(0, [.. Enumerable.Range(0, 100).Select(at => TransactionRecords.Tombstone(new string('x', 20_000) + at))]));
        var count = 0;
        log.Replay((_, _) => count++);
        Assert.Equal(100, count);
        Assert.True(AllBatches(storage.Topics.Partition(TopicNames.TransactionState, 0)!).Count > 1);
    }

    [Fact]
    public void Record_has_the_layout_of_Apache_Kafka()
    {
        var record = TransactionRecords.Write(s_ongoing with { Partitions = [new("t", 1)] });
        Assert.Equal([0, 0, 0, 2, (byte)'i', (byte)'d'], record.Key.ToArray());
        byte[] expected =
        [
            0, 1, // version
            .. Int64(7), 0, 3, .. Int32(60_000), 1, // producer id, epoch, timeout, Ongoing
            2, 2, (byte)'t', 2, .. Int32(1), 0, // one topic, its name, one partition, no tags
            .. Int64(1_600_000_000_001), .. Int64(1_600_000_000_000), // last update, start
            2, 0, 8, .. Int64(7), 2, 2, 0, 2, // tags: previous producer id, client's transaction version
        ];
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(record.Value!.Value.Span));
    }

    [Fact]
    public void Record_of_an_older_Apache_Kafka_is_read()
    {
        var value = InternalRecord.EncodeValue(
            new TransactionLogValue
            {
                ProducerId = 7, ProducerEpoch = 3, TransactionTimeoutMs = 60_000, TransactionStatus = 4,
                TransactionPartitions = [], TransactionLastUpdateTimestampMs = 2, TransactionStartTimestampMs = 1,
            },
            version: 0);
        var read = TransactionRecords.ReadValue("id", value);
        Assert.Equal((TransactionStatus.CompleteCommit, 7L, -1L, ClientTransactionVersion.V0), (read.Status, read.ProducerId, read.NextProducerId, read.ClientVersion));
    }

    [Fact]
    public void Unknown_status_is_not_taken_for_another()
    {
        var value = InternalRecord.EncodeValue(new TransactionLogValue { TransactionStatus = 42, TransactionPartitions = [] }, version: 1);
        Assert.Throws<ProtocolException>(() => TransactionRecords.ReadValue("id", value));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("a", 97 % 50)]
    [InlineData("my-transactional-id", 46)]
    [InlineData("polygenelubricants", 0)]
    public void Id_lives_in_the_partition_that_Apache_Kafka_looks_in(string id, int partition) =>
        Assert.Equal(partition, Kafkadog.Broker.Coordination.JavaHash.Partition(id, 50));

    private static byte[] Int64(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Int32(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
