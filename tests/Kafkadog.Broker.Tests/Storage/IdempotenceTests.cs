using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Tests.Storage;

public sealed class IdempotenceTests : StorageTest
{
    private const long Producer = 4711;

    [Fact]
    public async Task Each_of_the_last_five_batches_is_answered_with_its_first_offset_and_an_older_one_is_out_of_order()
    {
        var log = CreateLog(await OpenAsync());
        for (var i = 0; i < 6; i++)
            Assert.Equal(2 * i, (await SendAsync(log, sequence: 2 * i, records: 2)).BaseOffset);
        for (var i = 1; i < 6; i++)
        {
            // The time of the first, as Apache Kafka answers, whichever kind of time the topic has.
            var duplicate = await SendAsync(log, sequence: 2 * i, records: 2);
            Assert.Equal((ErrorCode.None, 2 * i, true, 0), (duplicate.Error, duplicate.BaseOffset, duplicate.LogAppendTimeMs > 0, duplicate.LogStartOffset));
        }

        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await SendAsync(log, sequence: 0, records: 2)).Error);
        Assert.Equal(12, log.LogEndOffset);
    }

    [Fact]
    public async Task Duplicate_on_a_log_append_time_topic_is_answered_with_the_first_time()
    {
        var log = CreateLog(await OpenAsync(), configs: (TopicConfigs.MessageTimestampType, "LogAppendTime"));
        var first = await SendAsync(log, sequence: 0);
        Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(first, await SendAsync(log, sequence: 0));
    }

    [Fact]
    public async Task Gaps_and_overlaps_are_out_of_order()
    {
        var log = CreateLog(await OpenAsync());
        await SendAsync(log, sequence: 0, records: 3);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await SendAsync(log, sequence: 4)).Error);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await SendAsync(log, sequence: 0, records: 2)).Error);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await SendAsync(log, sequence: 2)).Error);
        Assert.Equal(ErrorCode.None, (await SendAsync(log, sequence: 3)).Error);
    }

    [Fact]
    public async Task Unknown_producer_may_begin_anywhere()
    {
        var log = CreateLog(await OpenAsync());
        Assert.Equal(ErrorCode.None, (await SendAsync(log, sequence: 77)).Error);
        Assert.Equal(ErrorCode.None, (await SendAsync(log, sequence: 78)).Error);
    }

    [Fact]
    public async Task Sequence_wraps_to_zero_after_the_largest_int()
    {
        var log = CreateLog(await OpenAsync());
        Assert.Equal(ErrorCode.None, (await SendAsync(log, sequence: int.MaxValue - 1, records: 2)).Error);
        Assert.Equal(ErrorCode.None, (await SendAsync(log, sequence: 0)).Error);
        var inside = CreateLog(await OpenAsync(CopyAsKilled()), "inside");
        Assert.Equal(ErrorCode.None, (await SendAsync(inside, sequence: int.MaxValue, records: 3)).Error);
        Assert.Equal(0, (await SendAsync(inside, sequence: int.MaxValue, records: 3)).BaseOffset);
        Assert.Equal(ErrorCode.None, (await SendAsync(inside, sequence: 2)).Error);
    }

    [Fact]
    public async Task Epochs_fence_older_ones_and_a_new_one_begins_at_zero()
    {
        var log = CreateLog(await OpenAsync());
        await SendAsync(log, sequence: 0, epoch: 3);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, (await SendAsync(log, sequence: 1, epoch: 2)).Error);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await SendAsync(log, sequence: 1, epoch: 4)).Error);
        Assert.Equal(1, (await SendAsync(log, sequence: 0, epoch: 4)).BaseOffset);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, (await SendAsync(log, sequence: 1, epoch: 3)).Error);
        Assert.Equal(2, (await SendAsync(log, sequence: 1, epoch: 4)).BaseOffset);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task State_survives_a_restart(bool clean)
    {
        var storage = await OpenAsync();
        var log = CreateLog(storage, configs: (TopicConfigs.InternalSegmentBytes, "700"));
        for (var i = 0; i < 20; i++)
            await SendAsync(log, sequence: i);
        var directory = Data;
        if (clean)
            await storage.DisposeAsync();
        else
            directory = CopyAsKilled();

        var reopened = (await OpenAsync(directory)).Topics.Partition("orders", 0)!;
        Assert.Equal(19, (await SendAsync(reopened, sequence: 19)).BaseOffset);
        for (var i = 15; i < 20; i++)
            Assert.Equal(i, (await SendAsync(reopened, sequence: i)).BaseOffset);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await SendAsync(reopened, sequence: 21)).Error);
        Assert.Equal(20, (await SendAsync(reopened, sequence: 20)).BaseOffset);
    }

    [Fact]
    public async Task State_expires_after_the_last_batch()
    {
        var storage = await OpenAsync();
        var log = CreateLog(storage);
        await SendAsync(log, sequence: 0);
        Time.Advance(TimeSpan.FromHours(23));
        storage.ApplyRetention();
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await SendAsync(log, sequence: 50)).Error);
        Time.Advance(TimeSpan.FromHours(2));
        storage.ApplyRetention();
        Assert.Equal(ErrorCode.None, (await SendAsync(log, sequence: 50)).Error);
    }

    [Fact]
    public async Task Damaged_snapshot_is_replaced_by_replay()
    {
        var storage = await OpenAsync();
        var log = CreateLog(storage);
        await SendAsync(log, sequence: 0);
        await storage.DisposeAsync();
        var snapshot = PartitionFile(Data, ".snapshot");
        var bytes = await File.ReadAllBytesAsync(snapshot, Cancelled);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(snapshot, bytes, Cancelled);
        log = (await OpenAsync()).Topics.Partition("orders", 0)!;
        Assert.Equal(0, (await SendAsync(log, sequence: 0)).BaseOffset);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await SendAsync(log, sequence: 2)).Error);
    }

    [Fact]
    public async Task Producer_ids_never_repeat_even_after_a_kill()
    {
        var storage = await OpenAsync();
        var given = Enumerable.Range(0, 1500).Select(_ => storage.ProducerIds.Next()).ToList();
        Assert.Equal(Enumerable.Range(0, 1500).Select(i => (long)i), given);
        var killed = CopyAsKilled();
        Assert.Equal(2000, (await OpenAsync(killed)).ProducerIds.Next());
        await storage.DisposeAsync();
        Assert.Equal(2000, (await OpenAsync()).ProducerIds.Next());
    }

    private async Task<AppendResult> SendAsync(PartitionLog log, int sequence, int records = 1, short epoch = 0) =>
        await AppendAsync(log, Batch(records, producer: new BatchProducer(Producer, epoch, sequence)));
}
