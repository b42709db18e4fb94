using System.Text;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;
using Kafkadog.Broker.Storage.Cleaning;
using Record = Kafkadog.Broker.Protocol.Records.Record;

namespace Kafkadog.Broker.Tests.Storage.Cleaning;

/// <summary>Transactions under compaction, batch by batch.</summary>
public sealed class BatchFilterTests
{
    private const long Now = 1_700_000_000_000, DeleteRetention = 1000;

    private readonly OffsetMap _map = new(24 * 100, 0.9);

    [Fact]
    public void Data_of_an_aborted_transaction_goes_and_replaces_nothing()
    {
        var committed = Batch(0, 1, "a");
        var aborted = Batch(1, 2, "a", "b");
        var marker = Marker(3, 2, TransactionMarker.Abort);
        var other = Batch(4, 1, "c");
        Map(("a", 0), ("c", 4));
        var first = Clean([committed, aborted, marker, other], [new(2, 1, 3, 4)]);
        Assert.Equal([(0, 1), (3, 1), (4, 1)], first.Select(Shape));
        Assert.Equal(marker, first[1]);
        Assert.Equal([new AbortedTransaction(2, 1, 3, 4)], Kept);

        // Nothing of it is left: now its horizon begins, and once that has passed the marker goes.
        var second = Clean(first, [new(2, 1, 3, 4)]);
        Assert.Equal(Now + DeleteRetention, new RecordBatch(second[1]).DeleteHorizonMs);
        Assert.Empty(Kept);
        Assert.Equal(new MarkerRecord(TransactionMarker.Abort, 9), ControlBatch.ReadMarker(second[1]));
        Assert.Equal(3, Clean(second, [], nowMs: Now + DeleteRetention - 1).Count);
        Assert.Equal([(0, 1), (4, 1)], Clean(second, [], nowMs: Now + DeleteRetention).Select(Shape));
    }

    [Fact]
    public void Marker_of_a_committed_transaction_stays_as_long_as_its_data()
    {
        var data = Batch(0, 1, "a", "b");
        var marker = Marker(2, 1, TransactionMarker.Commit);
        var rest = Batch(3, -1, "z");
        Map(("a", 0), ("b", 1));
        Assert.Equal([data, marker, rest], Clean([data, marker, rest], []));
        Map(("a", 9), ("b", 9));
        var cleaned = Clean([data, marker, rest], []);
        Assert.Equal([(2, 1), (3, 1)], cleaned.Select(Shape));
        // The data was there when this cleaning came to the marker.
        Assert.Null(new RecordBatch(cleaned[0]).DeleteHorizonMs);
        cleaned = Clean(cleaned, []);
        Assert.Equal(Now + DeleteRetention, new RecordBatch(cleaned[0]).DeleteHorizonMs);
        Assert.Equal([(3, 1)], Clean(cleaned, [], nowMs: Now + DeleteRetention).Select(Shape));
    }

    [Fact]
    public void Last_record_of_a_producer_keeps_its_batch_without_records_and_its_marker_without_data()
    {
        var aborted = Batch(0, 5, "a");
        var marker = Marker(1, 5, TransactionMarker.Abort);
        var rest = Batch(2, -1, "z");
        Map(("a", 9));
        var active = new Dictionary<long, LastRecord> { [5] = new(0, 3) };
        var cleaned = Clean([aborted, marker, rest], [new(5, 0, 1, 2)], active);
        Assert.Equal([(0, 0), (1, 1), (2, 1)], cleaned.Select(Shape));
        var header = new RecordBatch(cleaned[0]);
        Assert.Equal((5L, (short)3, 0, true), (header.ProducerId, header.ProducerEpoch, header.BaseSequence, header.IsTransactional));

        // A producer whose last word was a marker keeps that one.
        active[5] = new(null, 3);
        cleaned = Clean(Clean([marker, rest], []), [], active, Now + DeleteRetention);
        Assert.Equal([(1, 0), (2, 1)], cleaned.Select(Shape));
        Assert.Equal([(2, 1)], Clean(cleaned, []).Select(Shape));
    }

    private IReadOnlyList<AbortedTransaction> Kept { get; set; } = [];

    private List<byte[]> Clean(List<byte[]> batches, AbortedTransaction[] aborted, Dictionary<long, LastRecord>? active = null, long nowMs = Now)
    {
        var transactions = new CleanedTransactions();
        transactions.Expect(aborted);
        var filter = new BatchFilter(_map, transactions, active ?? [], nowMs, DeleteRetention);
        List<byte[]> kept = [.. batches.Select(b => filter.Filter(b).ToArray()).Where(b => b.Length > 0)];
        Assert.All(kept, b => Assert.Equal(new RecordBatch(b).ComputeCrc(), new RecordBatch(b).Crc));
        Kept = [.. transactions.Kept];
        return kept;
    }

    private void Map(params (string Key, long Offset)[] latest)
    {
        _map.Prepare(100);
        foreach (var (key, offset) in latest)
            Assert.True(_map.TryPut(Encoding.UTF8.GetBytes(key), offset));
        // Well beyond, so that no batch is the last of the round; "z" was not seen and stays as the newest.
        _map.LatestOffset = 100;
    }

    private static (long Base, int Records) Shape(byte[] batch) => (new RecordBatch(batch).BaseOffset, new RecordBatch(batch).RecordCount);

    private static byte[] Batch(long offset, long producerId, params string[] keys)
    {
        var producer = producerId < 0 ? BatchProducer.None : new BatchProducer(producerId, 3, 0);
        var batch = RecordBatchWriter.Write(
            [.. keys.Select(k => new Record(Now, Encoding.UTF8.GetBytes(k), new byte[5]))], producer: producer, attributes: producerId < 0 ? (short)0 : RecordBatch.TransactionalBit);
        RecordBatch.PatchPlace(batch, offset, 0);
        return batch;
    }

    private static byte[] Marker(long offset, long producerId, TransactionMarker marker)
    {
        var batch = ControlBatch.WriteMarker(marker, producerId, 3, coordinatorEpoch: 9, Now);
        RecordBatch.PatchPlace(batch, offset, 0);
        return batch;
    }
}
