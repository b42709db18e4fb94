using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>A key and a value as they lie in the log; a null value is a tombstone.</summary>
internal readonly record struct OffsetsRecord(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte>? Value);

/// <summary>Records that are written as one batch.</summary>
/// <param name="Transaction">The producer of a transactional batch: its records count when its transaction commits.</param>
/// <param name="Records">Empty only for a marker.</param>
/// <param name="Marker">Set for the batch that ends a transaction.</param>
internal sealed record OffsetsBatch(TransactionalProducer? Transaction, List<OffsetsRecord> Records, TransactionEnd? Marker = null);

/// <summary>Is told what the log holds, in its order.</summary>
internal interface IOffsetsReplay
{
    void Record(int partition, OffsetsRecord record, TransactionalProducer? transaction);

    /// <summary>A transaction marker of this partition.</summary>
    void TransactionEnded(int partition, long producerId, bool committed);
}

/// <summary>Where groups and offsets survive: the partitions of <c>__consumer_offsets</c>.</summary>
internal interface IOffsetsLog
{
    int PartitionCount { get; }

    /// <summary>Creates the topic if it is not there yet.</summary>
    ErrorCode EnsureCreated();

    /// <summary>None when a transactional batch of the producer may be written.</summary>
    ErrorCode CheckVerified(int partition, TransactionalProducer producer, VerificationGuard? guard);

    /// <summary>None when the marker may be written.</summary>
    ErrorCode CheckMarker(int partition, TransactionEnd end);

    /// <summary>Reads every record there is; once, before the first append.</summary>
    void Replay(IOffsetsReplay target);

    /// <summary>Writes the batches in order. When the task has ended with None they survive what the broker's flush mode promises.</summary>
    ValueTask<ErrorCode> AppendAsync(int partition, IReadOnlyList<OffsetsBatch> batches, CancellationToken cancellationToken);
}
