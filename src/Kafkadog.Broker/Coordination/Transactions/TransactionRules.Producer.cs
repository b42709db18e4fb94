using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Coordination.Transactions;

/// <summary>How a producer comes to its id and epoch: each start raises the epoch, which fences whoever had it before.</summary>
internal static partial class TransactionRules
{
    /// <summary>
    /// A producer begins, or goes on after an error. A transaction that its predecessor left open is aborted first: the answer is
    /// CONCURRENT_TRANSACTIONS together with that transition, and the producer asks again.
    /// </summary>
    /// <param name="now">The id; with epoch -1 when it was just made.</param>
    /// <param name="claimed">The id and epoch the producer has, when it goes on; null when it begins.</param>
    /// <param name="timeoutMs">Longest duration of its transactions.</param>
    /// <param name="nowMs">Wall clock.</param>
    /// <param name="newProducerId">Called when the epochs of the present id are used up.</param>
    public static TransactionDecision InitProducer(
        TransactionMetadata now, ProducerIdAndEpoch? claimed, int timeoutMs, long nowMs, Func<long> newProducerId)
    {
        if (claimed is { } claim && !MayGoOn(now, claim))
            return ErrorCode.ProducerFenced;
        if (now.IsEnding)
            return ErrorCode.ConcurrentTransactions;
        if (now.Status is TransactionStatus.Ongoing)
            return new(ErrorCode.ConcurrentTransactions, Abort(now, nowMs, newProducerId));

        var idle = now.To(TransactionStatus.Empty, nowMs) with { Partitions = [], StartMs = -1, TimeoutMs = timeoutMs };
        if (now.IsEpochExhausted && (claimed is null || claimed.Value.Epoch == now.ProducerEpoch))
            return idle with { ProducerId = newProducerId(), ProducerEpoch = 0, LastProducerEpoch = claimed is null ? (short)-1 : now.ProducerEpoch };

        var raised = (short)(now.ProducerEpoch + 1);
        if (claimed is not { } known)
            return idle with { ProducerEpoch = raised, LastProducerEpoch = -1 };
        if (now.ProducerEpoch == -1 || known.Epoch == now.ProducerEpoch)
            return idle with { ProducerEpoch = raised, LastProducerEpoch = now.ProducerEpoch };
        // Its answer was lost: the epoch it was given, again.
        return known.Epoch == now.LastProducerEpoch ? idle : ErrorCode.ProducerFenced;
    }

    private static bool MayGoOn(TransactionMetadata now, ProducerIdAndEpoch claim) =>
        now.ProducerEpoch == -1
        || claim.ProducerId == now.ProducerId
        || (claim.ProducerId == now.PreviousProducerId && claim.Epoch >= TransactionMetadata.LastEpoch);
}
