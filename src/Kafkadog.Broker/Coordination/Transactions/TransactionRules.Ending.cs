using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Coordination.Transactions;

/// <summary>How a transaction ends: the decision first, and when every partition has its marker, the completion.</summary>
internal static partial class TransactionRules
{
    /// <summary>A producer ends its transaction. No error and no next state: it had been ended so before.</summary>
    /// <param name="now">The id.</param>
    /// <param name="who">Who asks.</param>
    /// <param name="commit">False to abort.</param>
    /// <param name="version">How the client runs its transactions.</param>
    /// <param name="nowMs">Wall clock.</param>
    /// <param name="newProducerId">Called when the epochs of the present id are used up.</param>
    public static TransactionDecision End(
        TransactionMetadata now, ProducerIdAndEpoch who, bool commit, ClientTransactionVersion version, long nowMs, Func<long> newProducerId) =>
        version >= ClientTransactionVersion.V2 ? EndV2(now, who, commit, version, nowMs, newProducerId) : EndV1(now, who, commit, nowMs);

    /// <summary>Aborts an open transaction from our side. As in Apache Kafka it ends in the way of V2, whatever its client: the epoch that this takes fences the producer.</summary>
    public static TransactionMetadata Abort(TransactionMetadata now, long nowMs, Func<long> newProducerId) =>
        Decide(now, TransactionStatus.PrepareAbort, ClientTransactionVersion.V2, nowMs, NextProducerId(now, newProducerId), isEmpty: false);

    /// <summary>Every partition has its marker.</summary>
    public static TransactionMetadata Complete(TransactionMetadata now, long nowMs)
    {
        var complete = now.To(now.Status is TransactionStatus.PrepareCommit ? TransactionStatus.CompleteCommit : TransactionStatus.CompleteAbort, nowMs) with
        {
            Partitions = [],
            NextProducerId = -1,
        };
        return now.NextProducerId < 0 ? complete : complete with { ProducerId = now.NextProducerId, ProducerEpoch = 0 };
    }

    private static TransactionDecision EndV1(TransactionMetadata now, ProducerIdAndEpoch who, bool commit, long nowMs)
    {
        if (now.ProducerId != who.ProducerId)
            return ErrorCode.InvalidProducerIdMapping;
        if (now.ProducerEpoch != who.Epoch)
            return ErrorCode.ProducerFenced;
        return now.Status switch
        {
            TransactionStatus.Ongoing => Decide(now, Prepared(commit), ClientTransactionVersion.V0, nowMs, nextProducerId: -1, isEmpty: false),
            TransactionStatus.CompleteCommit when commit => ErrorCode.None,
            TransactionStatus.CompleteAbort when !commit => ErrorCode.None,
            TransactionStatus.PrepareCommit when commit => ErrorCode.ConcurrentTransactions,
            TransactionStatus.PrepareAbort when !commit => ErrorCode.ConcurrentTransactions,
            _ => ErrorCode.InvalidTxnState,
        };
    }

    private static TransactionDecision EndV2(
        TransactionMetadata now, ProducerIdAndEpoch who, bool commit, ClientTransactionVersion version, long nowMs, Func<long> newProducerId)
    {
        // The epoch rises with every end: only somebody whose answer was lost comes with the one before.
        var overflowed = now.PreviousProducerId == who.ProducerId && who.Epoch == TransactionMetadata.LastEpoch && now.ProducerEpoch == 0;
        var repeats = now.ProducerEpoch == who.Epoch + 1 || overflowed;
        if (now.ProducerId != who.ProducerId && !overflowed)
            return ErrorCode.InvalidProducerIdMapping;
        var isKnown = now.Status switch
        {
            TransactionStatus.PrepareCommit or TransactionStatus.PrepareAbort => now.ProducerEpoch == who.Epoch + 1,
            TransactionStatus.CompleteCommit or TransactionStatus.CompleteAbort => repeats || now.ProducerEpoch == who.Epoch,
            _ => now.ProducerEpoch == who.Epoch,
        };
        if (!isKnown)
            return ErrorCode.ProducerFenced;
        return now.Status switch
        {
            TransactionStatus.Ongoing => To(commit, isEmpty: false),
            TransactionStatus.CompleteCommit when repeats => commit ? ErrorCode.None : ErrorCode.InvalidTxnState,
            TransactionStatus.CompleteAbort when repeats => commit ? ErrorCode.InvalidTxnState : ErrorCode.None,
            // A client that produced nothing may abort all the same: it cannot know whether a partition was added.
            TransactionStatus.CompleteCommit or TransactionStatus.CompleteAbort or TransactionStatus.Empty when !commit => To(commit: false, isEmpty: true),
            TransactionStatus.PrepareCommit when commit => ErrorCode.ConcurrentTransactions,
            TransactionStatus.PrepareAbort when !commit => ErrorCode.ConcurrentTransactions,
            _ => ErrorCode.InvalidTxnState,
        };

        TransactionDecision To(bool commit, bool isEmpty) =>
            Decide(now, Prepared(commit), version, nowMs, NextProducerId(now, newProducerId), isEmpty);
    }

    private static TransactionMetadata Decide(
        TransactionMetadata now, TransactionStatus prepared, ClientTransactionVersion version, long nowMs, long nextProducerId, bool isEmpty)
    {
        var raises = version >= ClientTransactionVersion.V2;
        return now.To(prepared, nowMs) with
        {
            NextProducerId = nextProducerId,
            ProducerEpoch = raises ? (short)Math.Min(now.ProducerEpoch + 1, short.MaxValue) : now.ProducerEpoch,
            LastProducerEpoch = raises ? now.ProducerEpoch : now.LastProducerEpoch,
            StartMs = isEmpty ? nowMs : now.StartMs,
            ClientVersion = version,
        };
    }

    private static long NextProducerId(TransactionMetadata now, Func<long> newProducerId) => now.IsEpochExhausted ? newProducerId() : -1;

    private static TransactionStatus Prepared(bool commit) => commit ? TransactionStatus.PrepareCommit : TransactionStatus.PrepareAbort;
}
