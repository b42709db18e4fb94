namespace Kafkadog.Broker.Storage;

/// <summary>
/// Handed out before the transaction coordinator is asked whether a partition belongs to a producer's transaction, and given back with
/// the batch. A marker that is written in between takes it away, so that a late batch cannot open a transaction nobody will ever end.
/// Guarded by the log's lock. <see href="https://cwiki.apache.org/confluence/display/KAFKA/KIP-890%3A+Transactions+Server-Side+Defense"/>
/// </summary>
internal sealed class VerificationGuard(short epoch, int lowestSequence, bool supportsEpochBump, long timestampMs)
{
    public short Epoch { get; private set; } = epoch;

    /// <summary>The lowest sequence asked for: a batch after it must not come first.</summary>
    public int LowestSequence { get; private set; } = lowestSequence;

    /// <summary>A client of transactions V2 begins every transaction with a new epoch, so its sequences begin at 0.</summary>
    public bool SupportsEpochBump { get; } = supportsEpochBump;

    public long TimestampMs { get; } = timestampMs;

    /// <summary>Another batch of the producer waits for the same answer.</summary>
    public void Join(short epoch, int sequence)
    {
        if (epoch > Epoch)
            (Epoch, LowestSequence) = (epoch, sequence);
        else if (epoch == Epoch && sequence < LowestSequence)
            LowestSequence = sequence;
    }
}
