using System.Collections.Immutable;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Coordination.Transactions;

/// <summary>A key and a value as they lie in <c>__transaction_state</c>; a null value is a tombstone.</summary>
internal readonly record struct TransactionRecord(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte>? Value);

/// <summary>The records of <c>__transaction_state</c> as Apache Kafka with <c>transaction.version</c> 1 and above writes them: value version 1. Version 0 is read as well.</summary>
internal static class TransactionRecords
{
    private const short ValueVersion = 1;

    public static TransactionRecord Write(TransactionMetadata metadata) => new(
        Key(metadata.TransactionalId),
        InternalRecord.EncodeValue(
            new TransactionLogValue
            {
                ProducerId = metadata.ProducerId,
                ProducerEpoch = metadata.ProducerEpoch,
                TransactionTimeoutMs = metadata.TimeoutMs,
                TransactionStatus = (sbyte)metadata.Status,
                TransactionPartitions = metadata.Status is TransactionStatus.Empty ? null : ByTopic(metadata.Partitions),
                TransactionLastUpdateTimestampMs = metadata.LastUpdateMs,
                TransactionStartTimestampMs = metadata.StartMs,
                PreviousProducerId = metadata.PreviousProducerId,
                NextProducerId = metadata.NextProducerId,
                ClientTransactionVersion = (short)metadata.ClientVersion,
            },
            ValueVersion));

    public static TransactionRecord Tombstone(string transactionalId) => new(Key(transactionalId), null);

    /// <summary>The transactional id of a key; null for a key of another kind.</summary>
    /// <exception cref="ProtocolException">The key cannot be read.</exception>
    public static string? ReadKey(ReadOnlyMemory<byte> key) =>
        InternalRecord.Prefix(key) == TransactionLogKey.RecordType ? InternalRecord.DecodeKey<TransactionLogKey>(key).TransactionalId : null;

    /// <exception cref="ProtocolException">The value cannot be read.</exception>
    public static TransactionMetadata ReadValue(string transactionalId, ReadOnlyMemory<byte> value)
    {
        var read = InternalRecord.DecodeValue<TransactionLogValue>(value);
        var status = (TransactionStatus)read.TransactionStatus;
        if (!Enum.IsDefined(status))
            throw new ProtocolException($"A transaction has the unknown status {read.TransactionStatus}.");
        return new TransactionMetadata
        {
            TransactionalId = transactionalId,
            ProducerId = read.ProducerId,
            PreviousProducerId = read.PreviousProducerId,
            NextProducerId = read.NextProducerId,
            ProducerEpoch = read.ProducerEpoch,
            TimeoutMs = read.TransactionTimeoutMs,
            Status = status,
            Partitions = (read.TransactionPartitions ?? []).SelectMany(t => t.PartitionIds.Select(p => new TopicPartition(t.Topic, p))).ToImmutableHashSet(),
            LastUpdateMs = read.TransactionLastUpdateTimestampMs,
            StartMs = read.TransactionStartTimestampMs,
            ClientVersion = (ClientTransactionVersion)read.ClientTransactionVersion,
        };
    }

    private static byte[] Key(string transactionalId) =>
        InternalRecord.EncodeKey(new TransactionLogKey { TransactionalId = transactionalId }, TransactionLogKey.RecordType);

    private static List<TransactionLogValueTransactionPartition> ByTopic(IEnumerable<TopicPartition> partitions) =>
    [
        .. partitions.GroupBy(p => p.Topic, StringComparer.Ordinal).Select(topic => new TransactionLogValueTransactionPartition
        {
            Topic = topic.Key,
            PartitionIds = [.. topic.Select(p => p.Partition).Order()],
        }),
    ];
}
