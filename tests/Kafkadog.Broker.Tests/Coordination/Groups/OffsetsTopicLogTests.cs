using System.Buffers.Binary;
using System.Text;
using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;
using Kafkadog.Broker.Tests.Storage;
using static Kafkadog.Broker.Tests.Coordination.Groups.CoordinatorFixture;

namespace Kafkadog.Broker.Tests.Coordination.Groups;

/// <summary>The coordinator on real logs: what a killed broker leaves, and what others read in it.</summary>
public sealed class OffsetsTopicLogTests : StorageTest
{
    [Fact]
    public async Task Groups_offsets_and_generations_survive_a_killed_broker()
    {
        var storage = await OpenAsync();
        await using var before = new CoordinatorFixture(new OffsetsTopicLog(storage.Topics, Time, 5), Time);
        var joined = await before.StableAsync("g");
        await before.CommitAsync("g", 41, joined.MemberId, joined.Generation, metadata: "m");
        await before.CommitAsync("simple", 7, partition: 3);

        var killed = await OpenAsync(CopyAsKilled());
        await using var after = new CoordinatorFixture(new OffsetsTopicLog(killed.Topics, Time, 50), Time);
        Assert.Equal(ErrorCode.None, await after.Groups.HeartbeatAsync("g", new MemberIdentity(joined.MemberId), joined.Generation, Cancelled));
        Assert.Equal((41L, "m"), ((await after.FetchAsync("g")).Offset, (await after.FetchAsync("g")).Metadata));
        Assert.Equal(7, (await after.FetchAsync("simple", partition: 3)).Offset);
        Assert.Equal(5, after.Log.PartitionCount);
    }

    [Fact]
    public async Task Records_have_the_layout_of_Apache_Kafka()
    {
        var storage = await OpenAsync();
        await using var c = new CoordinatorFixture(new OffsetsTopicLog(storage.Topics, Time, 1), Time);
        var joined = await c.StableAsync("grp");
        await c.CommitAsync("grp", 41, joined.MemberId, joined.Generation, topic: "orders", partition: 2, metadata: "note");

        var records = Read(storage.Topics.Partition(TopicNames.ConsumerOffsets, 0)!);
        Assert.Equal(2, records.Count);
        var group = new Cursor(records[0].Value!.Value);
        Assert.Equal((2, "grp"), KeyOf(records[0].Key!.Value));
        Assert.Equal((3, "consumer", 1, "range", joined.MemberId), (group.Int16(), group.Text(), group.Int32(), group.Text(), group.Text()));
        Assert.InRange(group.Int64(), 1_700_000_000_000, NowMs);
        Assert.Equal(1, group.Int32());
        Assert.Equal((joined.MemberId, null, "client", "/127.0.0.1"), (group.Text(), group.Text(), group.Text(), group.Text()));
        Assert.Equal((60_000, 10_000), (group.Int32(), group.Int32()));
        Assert.Equal(Subscription("t"), group.Bytes());
        Assert.Equal("all", Encoding.UTF8.GetString(group.Bytes()));
        Assert.True(group.AtEnd);

        var key = new Cursor(records[1].Key!.Value);
        Assert.Equal((1, "grp", "orders", 2), (key.Int16(), key.Text(), key.Text(), key.Int32()));
        var offset = new Cursor(records[1].Value!.Value);
        Assert.Equal((3, 41L, 7, "note", NowMs), (offset.Int16(), offset.Int64(), offset.Int32(), offset.Text(), offset.Int64()));
        Assert.True(offset.AtEnd);
    }

    [Fact]
    public async Task Transactional_offsets_are_in_a_transactional_batch_and_its_marker_ends_them_after_a_restart()
    {
        var storage = await OpenAsync();
        await using var before = new CoordinatorFixture(new OffsetsTopicLog(storage.Topics, Time, 1), Time);
        Assert.Equal(ErrorCode.None, before.Groups.EnsureLogCreated());
        var log = storage.Topics.Partition(TopicNames.ConsumerOffsets, 0)!;
        Assert.Equal(ErrorCode.InvalidTxnState, (await before.CommitAsync("g", 9, transaction: new TransactionalProducer(77, 3))).Error);
        var guard = log.StartVerification(77, 3, 0, supportsEpochBump: false);
        Assert.Equal(ErrorCode.None, Assert.Single((await before.CommitAsync("g", 9, transaction: new TransactionalProducer(77, 3), guard: guard)).Errors));
        using (var reader = log.OpenReader(0))
        {
            Assert.True(reader.MoveNext());
            Assert.True(new RecordBatch(reader.Batch.Span).IsTransactional);
            Assert.Equal(77, new RecordBatch(reader.Batch.Span).ProducerId);
        }

        Assert.Equal(0, log.LastStableOffset);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, await before.EndTransactionAsync("g", 77, committed: true, epoch: 2));
        Assert.Equal(ErrorCode.None, await before.EndTransactionAsync("g", 77, committed: true));
        Assert.Equal((2, 2), (log.LogEndOffset, log.LastStableOffset));
        var killed = await OpenAsync(CopyAsKilled());
        await using var after = new CoordinatorFixture(new OffsetsTopicLog(killed.Topics, Time, 1), Time);
        var fetched = await after.FetchAsync("g", requireStable: true);
        Assert.Equal((ErrorCode.None, 9L), (fetched.Error, fetched.Offset));
    }

    [Fact]
    public async Task Commit_of_very_many_partitions_is_split_into_batches_the_log_accepts()
    {
        var storage = await OpenAsync();
        await using var before = new CoordinatorFixture(new OffsetsTopicLog(storage.Topics, Time, 1), Time);
        var result = await before.Groups.CommitAsync(
            new GroupCommit
            {
                GroupId = "g",
                Member = new MemberIdentity(""),
                Generation = -1,
                Offsets = [.. Enumerable.Range(0, 1000).Select(p => new OffsetToCommit(new TopicPartition("t", p), p, -1, new string('x', 4000)))],
            },
            Cancelled);
        Assert.All(result.Errors, error => Assert.Equal(ErrorCode.None, error));
        var killed = await OpenAsync(CopyAsKilled());
        await using var after = new CoordinatorFixture(new OffsetsTopicLog(killed.Topics, Time, 1), Time);
        Assert.Equal(999, (await after.FetchAsync("g", partition: 999)).Offset);
    }

    private static (int Type, string? Group) KeyOf(ReadOnlyMemory<byte> key)
    {
        var cursor = new Cursor(key);
        return (cursor.Int16(), cursor.Text());
    }

    private static List<Kafkadog.Broker.Protocol.Records.Record> Read(PartitionLog log)
    {
        var records = new List<Kafkadog.Broker.Protocol.Records.Record>();
        using var reader = log.OpenReader(0);
        while (reader.MoveNext()) records.AddRange(RecordBatchReader.Read(reader.Batch.ToArray()));
        return records;
    }

    /// <summary>Reads the layout that Apache Kafka documents, written apart from the broker's own reader.</summary>
    private sealed class Cursor(ReadOnlyMemory<byte> bytes)
    {
        private int _at;

        public bool AtEnd => _at == bytes.Length;

        public int Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

        public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

        public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

        public string? Text() => Int16() is >= 0 and var length ? Encoding.UTF8.GetString(Take(length)) : null;

        public byte[] Bytes() => Take(Int32()).ToArray();

        private ReadOnlySpan<byte> Take(int count)
        {
            _at += count;
            return bytes.Span.Slice(_at - count, count);
        }
    }
}
