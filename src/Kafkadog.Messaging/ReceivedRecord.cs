namespace Kafkadog.Messaging;

/// <summary>A record as it came from Kafka, before anything is known about its meaning.</summary>
/// <param name="LeaderEpoch">Epoch of the partition leader that served the record; −1 when the broker did not say.</param>
/// <param name="Timestamp">The record's own timestamp (CreateTime unless the topic says LogAppendTime).</param>
/// <param name="Key">The key's bytes; null for a record without a key.</param>
/// <param name="Value">The value's bytes; null for a tombstone.</param>
public sealed record ReceivedRecord(
    string Topic,
    int Partition,
    long Offset,
    int LeaderEpoch,
    DateTimeOffset Timestamp,
    byte[]? Key,
    byte[]? Value,
    RecordHeaders Headers);
