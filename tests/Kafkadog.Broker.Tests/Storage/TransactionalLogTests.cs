using System.Buffers.Binary;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Tests.Storage;

/// <summary>Transactions as one partition sees them: what read_committed may read, and what of it was aborted.</summary>
public sealed class TransactionalLogTests : StorageTest
{
    private readonly Dictionary<long, int> _sequences = [];

    [Fact]
    public async Task Last_stable_offset_is_the_first_record_of_the_earliest_transaction_without_a_marker()
    {
        var log = CreateLog(await OpenAsync());
        await AppendAsync(log, Batch());
        await SendAsync(log, 7, records: 3);
        await SendAsync(log, 8);
        await AppendAsync(log, Batch());
        Assert.Equal((1, 6), (log.LastStableOffset, log.HighWatermark));

        await EndAsync(log, 7, TransactionMarker.Commit);
        Assert.Equal(4, log.LastStableOffset);
        await EndAsync(log, 8, TransactionMarker.Abort);
        Assert.Equal((8, 8), (log.LastStableOffset, log.HighWatermark));
    }

    [Fact]
    public async Task Committed_readers_stop_at_the_last_stable_offset_and_learn_what_was_aborted()
    {
        var log = CreateLog(await OpenAsync());
        await SendAsync(log, 7, records: 2);
        await EndAsync(log, 7, TransactionMarker.Abort);
        await SendAsync(log, 8);
        await EndAsync(log, 8, TransactionMarker.Commit);
        await SendAsync(log, 9);

        var uncommitted = log.Read(0, 1 << 20, atLeastOneBatch: true);
        Assert.Empty(uncommitted.Aborted);
        var committed = log.Read(0, 1 << 20, atLeastOneBatch: true, FetchIsolation.LastStableOffset);
        Assert.Equal((5, 6), (committed.LastStableOffset, committed.HighWatermark));
        Assert.Equal(new AbortedTransaction(7, 0, 2, 3), Assert.Single(committed.Aborted));
        Assert.Equal([(0L, 1L), (2, 2), (3, 3), (4, 4)], Batches(Bytes(committed)));
        Assert.Equal(0, log.Read(5, 1 << 20, atLeastOneBatch: true, FetchIsolation.LastStableOffset).Slice.Length);
        Assert.Empty(log.Read(3, 1 << 20, atLeastOneBatch: true, FetchIsolation.LastStableOffset).Aborted);
    }

    [Fact]
    public async Task Interleaved_aborts_are_all_told_to_a_reader_that_overlaps_them()
    {
        var log = CreateLog(await OpenAsync());
        await SendAsync(log, 7);
        await SendAsync(log, 8);
        await SendAsync(log, 7);
        await EndAsync(log, 8, TransactionMarker.Abort);
        await EndAsync(log, 7, TransactionMarker.Abort);
        AbortedTransaction[] all = [new(8, 1, 3, 0), new(7, 0, 4, 5)];
        Assert.Equal(all, log.Read(0, 1 << 20, atLeastOneBatch: true, FetchIsolation.LastStableOffset).Aborted);
        Assert.Equal([all[1]], log.Read(4, 1 << 20, atLeastOneBatch: true, FetchIsolation.LastStableOffset).Aborted);
    }

    [Fact]
    public async Task List_of_aborted_transactions_ends_with_the_bytes_that_are_returned()
    {
        var log = CreateLog(await OpenAsync(), configs: [(TopicConfigs.IndexIntervalBytes, "0")]);
        for (var at = 0; at < 20; at++)
        {
            await SendAsync(log, 7);
            await EndAsync(log, 7, TransactionMarker.Abort);
        }

        var read = log.Read(10, 1, atLeastOneBatch: true, FetchIsolation.LastStableOffset);
        Assert.Equal([(10L, 10L)], Batches(Bytes(read)));
        Assert.Equal([10L], read.Aborted.Select(a => a.FirstOffset));
    }

    [Fact]
    public async Task Offsets_by_time_and_the_latest_one_stop_at_the_last_stable_offset()
    {
        var log = CreateLog(await OpenAsync());
        await AppendAsync(log, Batch());
        Time.Advance(TimeSpan.FromSeconds(10));
        await SendAsync(log, 7);
        Assert.Equal(1, log.OffsetForTimestamp(-1, FetchIsolation.LastStableOffset).Offset);
        Assert.Equal(1, log.OffsetForTimestamp(NowMs).Offset);
        Assert.Equal(-1, log.OffsetForTimestamp(NowMs, FetchIsolation.LastStableOffset).Offset);
        Assert.Equal(0, log.OffsetForTimestamp(NowMs - 10_000, FetchIsolation.LastStableOffset).Offset);
    }

    [Fact]
    public async Task Batch_that_nobody_verified_does_not_begin_a_transaction()
    {
        var log = CreateLog(await OpenAsync());
        Assert.Equal(ErrorCode.InvalidTxnState, (await log.AppendAsync(TransactionalBatch(7, 0, 0))).Error);
        Assert.Equal(0, log.LogEndOffset);
    }

    [Fact]
    public async Task Marker_between_verification_and_append_refuses_the_batch()
    {
        var log = CreateLog(await OpenAsync());
        var guard = log.StartVerification(7, 0, 0, supportsEpochBump: false);
        await EndAsync(log, 7, TransactionMarker.Abort);
        Assert.Equal(ErrorCode.InvalidTxnState, (await log.AppendAsync(TransactionalBatch(7, 0, 0), guard: guard)).Error);
        Assert.Equal(log.HighWatermark, log.LastStableOffset);
    }

    [Fact]
    public async Task Later_batch_of_a_transaction_is_not_verified_again_and_does_not_come_first()
    {
        var log = CreateLog(await OpenAsync());
        var guard = log.StartVerification(7, 0, 0, supportsEpochBump: false);
        Assert.Same(guard, log.StartVerification(7, 0, 1, supportsEpochBump: false));
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await log.AppendAsync(TransactionalBatch(7, 0, 1), guard: guard)).Error);
        Assert.Equal(ErrorCode.None, (await log.AppendAsync(TransactionalBatch(7, 0, 0), guard: guard)).Error);
        Assert.Null(log.StartVerification(7, 0, 1, supportsEpochBump: false));
        Assert.Equal(ErrorCode.None, (await log.AppendAsync(TransactionalBatch(7, 0, 1))).Error);
    }

    [Fact]
    public async Task Client_of_transactions_V2_begins_at_sequence_zero()
    {
        var log = CreateLog(await OpenAsync());
        var guard = log.StartVerification(7, 3, 5, supportsEpochBump: true);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await log.AppendAsync(TransactionalBatch(7, 3, 5), guard: guard)).Error);
    }

    [Fact]
    public async Task Plain_batch_inside_a_transaction_is_refused()
    {
        var log = CreateLog(await OpenAsync());
        await SendAsync(log, 7);
        Assert.Equal(ErrorCode.InvalidTxnState, (await log.AppendAsync(Batch(producer: new BatchProducer(7, 0, 1)))).Error);
    }

    [Fact]
    public async Task Marker_with_a_higher_epoch_fences_the_producer_and_starts_its_sequences_anew()
    {
        var log = CreateLog(await OpenAsync());
        await SendAsync(log, 7);
        await EndAsync(log, 7, TransactionMarker.Abort, epoch: 1);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, (await log.AppendAsync(TransactionalBatch(7, 0, 1))).Error);
        var guard = log.StartVerification(7, 1, 0, supportsEpochBump: false);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await log.AppendAsync(TransactionalBatch(7, 1, 1), guard: log.StartVerification(7, 1, 1, false))).Error);
        Assert.Equal(ErrorCode.None, (await log.AppendAsync(TransactionalBatch(7, 1, 0), guard: guard)).Error);
    }

    [Theory]
    [InlineData(0, 0, 0, ErrorCode.None)]
    [InlineData(0, 0, 2, ErrorCode.InvalidProducerEpoch)]
    [InlineData(1, 0, 2, ErrorCode.None)]
    [InlineData(-1, 0, 0, ErrorCode.InvalidProducerEpoch)]
    [InlineData(0, -1, 0, ErrorCode.TransactionCoordinatorFenced)]
    public async Task Marker_is_checked_against_the_epochs_the_partition_knows(int epochStep, int coordinatorStep, int version, object expected)
    {
        const short Epoch = 4;
        const int Coordinator = 6;
        var log = CreateLog(await OpenAsync());
        Assert.Equal(ErrorCode.None, await log.AppendMarkerAsync(new(TransactionMarker.Commit, 7, Epoch, Coordinator, 0)));
        var guard = log.StartVerification(7, Epoch, 0, false);
        Assert.Equal(ErrorCode.None, (await log.AppendAsync(TransactionalBatch(7, Epoch, 0), guard: guard)).Error);
        var end = new TransactionEnd(TransactionMarker.Commit, 7, (short)(Epoch + epochStep), Coordinator + coordinatorStep, version);
        Assert.Equal(expected, await log.AppendMarkerAsync(end));
    }

    [Fact]
    public async Task Repeated_marker_of_transactions_V2_is_taken_when_there_is_nothing_to_end()
    {
        var log = CreateLog(await OpenAsync());
        await SendAsync(log, 7);
        await EndAsync(log, 7, TransactionMarker.Commit, epoch: 1, version: 2);
        await EndAsync(log, 7, TransactionMarker.Commit, epoch: 1, version: 2);
        Assert.Equal(3, log.LastStableOffset);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Open_and_aborted_transactions_survive_a_restart(bool clean)
    {
        var storage = await OpenAsync();
        var log = CreateLog(storage);
        await SendAsync(log, 7, records: 2);
        await EndAsync(log, 7, TransactionMarker.Abort, coordinatorEpoch: 5);
        await SendAsync(log, 8);
        await SendAsync(log, 7);
        var copy = clean ? null : CopyAsKilled();
        if (clean)
            await storage.DisposeAsync();

        var again = (await OpenAsync(copy)).Topics.Partition("orders", 0)!;
        Assert.Equal((3, 5), (again.LastStableOffset, again.HighWatermark));
        Assert.Equal(new AbortedTransaction(7, 0, 2, 3), Assert.Single(again.Read(0, 1 << 20, true, FetchIsolation.LastStableOffset).Aborted));
        Assert.Equal(
            [(7, 5, 4L), (8, -1, 3L)],
            again.ActiveProducers().OrderBy(p => p.ProducerId).Select(p => ((int)p.ProducerId, p.CoordinatorEpoch, p.CurrentTxnFirstOffset)));
        Assert.Null(again.StartVerification(8, 0, 1, false));
        await EndAsync(again, 8, TransactionMarker.Commit);
        Assert.Equal(4, again.LastStableOffset);
        await EndAsync(again, 7, TransactionMarker.Abort, coordinatorEpoch: 5);
        Assert.Equal(7, again.LastStableOffset);
        Assert.Equal(2, again.Read(0, 1 << 20, true, FetchIsolation.LastStableOffset).Aborted.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Transactions_over_many_segments_survive_a_restart(bool clean)
    {
        const int Rounds = 60;
        var storage = await OpenAsync();
        var log = CreateLog(storage, configs: [(TopicConfigs.InternalSegmentBytes, "1000")]);
        await SendAsync(log, 99);
        for (var at = 0; at < Rounds; at++)
        {
            await SendAsync(log, 7);
            await SendAsync(log, 8);
            await EndAsync(log, 7, TransactionMarker.Abort);
            await EndAsync(log, 8, TransactionMarker.Commit);
        }

        var before = log.ActiveProducers().OrderBy(p => p.ProducerId).ToList();
        var copy = clean ? null : CopyAsKilled();
        if (clean)
            await storage.DisposeAsync();

        var again = (await OpenAsync(copy)).Topics.Partition("orders", 0)!;
        Assert.Equal(0, again.LastStableOffset);
        Assert.Equal(before, again.ActiveProducers().OrderBy(p => p.ProducerId));
        await EndAsync(again, 99, TransactionMarker.Commit);
        Assert.Equal(again.HighWatermark, again.LastStableOffset);
        var aborted = new List<long>();
        for (long offset = 0; offset < again.LastStableOffset;)
        {
            var read = again.Read(offset, 1 << 20, true, FetchIsolation.LastStableOffset);
            aborted.AddRange(read.Aborted.Select(a => a.FirstOffset));
            offset = Batches(Bytes(read))[^1].Last + 1;
        }

        Assert.Equal(Enumerable.Range(0, Rounds).Select(at => 1L + (at * 4)), aborted.Distinct().Order());
    }

    [Fact]
    public async Task Index_of_aborted_transactions_has_Apache_Kafkas_layout_and_is_made_anew_when_damaged()
    {
        var storage = await OpenAsync();
        var log = CreateLog(storage);
        await SendAsync(log, 7, records: 2);
        await EndAsync(log, 7, TransactionMarker.Abort);
        await storage.DisposeAsync();

        var path = PartitionFile(Data, LogFormat.TransactionIndexSuffix);
        var bytes = File.ReadAllBytes(path);
        Assert.Equal(34, bytes.Length);
        Assert.Equal(
            (0, 7L, 0L, 2L, 3L),
            (BinaryPrimitives.ReadInt16BigEndian(bytes), Int64(bytes, 2), Int64(bytes, 10), Int64(bytes, 18), Int64(bytes, 26)));

        File.WriteAllBytes(path, bytes[..30]);
        var again = (await OpenAsync()).Topics.Partition("orders", 0)!;
        Assert.Equal(new AbortedTransaction(7, 0, 2, 3), Assert.Single(again.Read(0, 1 << 20, true, FetchIsolation.LastStableOffset).Aborted));
    }

    [Fact]
    public async Task Open_transaction_whose_beginning_was_deleted_still_holds_readers_back()
    {
        var log = CreateLog(await OpenAsync());
        await SendAsync(log, 7, records: 3);
        await AppendAsync(log, Batch());
        Assert.Equal(ErrorCode.None, log.DeleteRecords(2).Error);
        Assert.Equal((2, 4), (log.LastStableOffset, log.HighWatermark));
        Assert.Equal(0, log.Read(2, 1 << 20, true, FetchIsolation.LastStableOffset).Slice.Length);
    }

    [Fact]
    public async Task Producer_with_a_transaction_under_way_does_not_expire()
    {
        var log = CreateLog(await OpenAsync(), configs: [(TopicConfigs.RetentionMs, "-1")]);
        await SendAsync(log, 7);
        await AppendAsync(log, Batch(producer: new BatchProducer(8, 0, 0)));
        Time.Advance(TimeSpan.FromDays(3));
        log.ApplyRetention();
        Assert.Equal([7L], log.ActiveProducers().Select(p => p.ProducerId));
    }

    [Fact]
    public async Task Waiting_reader_is_woken_when_the_last_stable_offset_moves()
    {
        var log = CreateLog(await OpenAsync());
        await SendAsync(log, 7);
        var observer = new CountingObserver();
        log.Observers.Add(observer);
        await EndAsync(log, 7, TransactionMarker.Commit);
        Assert.Equal([2L], observer.Seen);
    }

    private static long Int64(byte[] bytes, int at) => BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(at));

    private static byte[] Bytes(LogRead read)
    {
        Assert.Equal(ErrorCode.None, read.Error);
        var bytes = new byte[read.Slice.Length];
        read.Slice.CopyTo(0, bytes);
        return bytes;
    }

    private byte[] TransactionalBatch(long producer, short epoch, int sequence, int records = 1) => RecordBatchWriter.Write(
        [.. Enumerable.Range(0, records).Select(_ => new Kafkadog.Broker.Protocol.Records.Record(NowMs, new byte[3], new byte[10]))],
        producer: new BatchProducer(producer, epoch, sequence), attributes: RecordBatch.TransactionalBit);

    private async Task SendAsync(PartitionLog log, long producer, int records = 1)
    {
        var sequence = _sequences.GetValueOrDefault(producer);
        var guard = log.StartVerification(producer, 0, sequence, supportsEpochBump: false);
        Assert.Equal(ErrorCode.None, (await log.AppendAsync(TransactionalBatch(producer, 0, sequence, records), guard: guard)).Error);
        _sequences[producer] = sequence + records;
    }

    private static async Task EndAsync(PartitionLog log, long producer, TransactionMarker marker, short epoch = 0, int coordinatorEpoch = 0, int version = 0) =>
        Assert.Equal(ErrorCode.None, await log.AppendMarkerAsync(new(marker, producer, epoch, coordinatorEpoch, version)));

    private sealed class CountingObserver : IPartitionObserver
    {
        public List<long> Seen { get; } = [];

        public void PartitionChanged(PartitionLog log) => Seen.Add(log.LastStableOffset);
    }
}
