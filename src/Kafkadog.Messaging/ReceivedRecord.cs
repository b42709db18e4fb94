using System.Security.Cryptography;
using System.Text;

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
    RecordHeaders Headers)
{
    private const int MaxOrderKeyLength = 512;

    /// <summary>
    /// Records with the same text are handled one after the other; those without a key in the order of their partition.
    /// It is stored with a delayed attempt, so it has no NUL, which PostgreSQL refuses, and fits into an index.
    /// </summary>
    internal string OrderKey => Key is null ? $"\u0001{Topic}-{Partition}"
        : Encoding.UTF8.GetString(Key) is { Length: <= MaxOrderKeyLength } key ? key.Replace('\0', '\uFFFD')
        : Convert.ToHexStringLower(SHA256.HashData(Key));
}
