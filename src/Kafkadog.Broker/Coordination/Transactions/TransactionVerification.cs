using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Coordination.Transactions;

/// <summary>What a client understands about a partition that is not part of its transaction, by the version of its request.</summary>
internal enum VerificationMode
{
    /// <summary>INVALID_TXN_STATE; whatever passes by itself becomes NOT_ENOUGH_REPLICAS, which old clients retry.</summary>
    Default,

    /// <summary>TRANSACTION_ABORTABLE.</summary>
    Abortable,

    /// <summary>Transactions V2: the partition becomes part of the transaction.</summary>
    Add,
}

/// <summary>A partition whose transaction is to be verified before something is appended to it.</summary>
internal readonly record struct PartitionToVerify(TopicPartition Partition, PartitionLog Log, int BaseSequence);

/// <summary>The right to append.</summary>
/// <param name="Guard">Goes with the batch; null when the transaction is under way there.</param>
internal readonly record struct VerifiedPartition(ErrorCode Error, VerificationGuard? Guard = null);

/// <summary>
/// Keeps batches out of partitions that are not part of their producer's transaction: nobody would ever write a marker there, and
/// read_committed consumers would wait for ever. The first batch of a transaction in a partition has its coordinator asked; later ones do not.
/// </summary>
/// <remarks>KIP-890</remarks>
internal sealed class TransactionVerification(TransactionCoordinator coordinator)
{
    /// <summary>One answer for each partition, in order.</summary>
    public async ValueTask<VerifiedPartition[]> VerifyAsync(
        string transactionalId, ProducerIdAndEpoch who, IReadOnlyList<PartitionToVerify> partitions, VerificationMode mode, CancellationToken aborted)
    {
        var results = new VerifiedPartition[partitions.Count];
        var asked = new List<int>();
        for (var at = 0; at < partitions.Count; at++)
        {
            if (partitions[at].Log.StartVerification(who.ProducerId, who.Epoch, partitions[at].BaseSequence, mode is VerificationMode.Add) is { } guard)
            {
                results[at] = new(ErrorCode.None, guard);
                asked.Add(at);
            }
        }

        if (asked.Count == 0)
            return results;
        List<TopicPartition> questions = [.. asked.Select(at => partitions[at].Partition)];
        var errors = mode is VerificationMode.Add
            ? Enumerable.Repeat(await coordinator.AddPartitionsAsync(transactionalId, who, questions, ClientTransactionVersion.V2, aborted), questions.Count)
            : await coordinator.VerifyPartitionsAsync(transactionalId, who, questions, aborted);
        foreach (var (at, error) in asked.Zip(errors))
        {
            if (error is not ErrorCode.None)
                results[at] = new(ForProducer(error, mode));
        }

        return results;
    }

    private static ErrorCode ForProducer(ErrorCode error, VerificationMode mode) => error switch
    {
        ErrorCode.ProducerFenced => ErrorCode.InvalidProducerEpoch,
        ErrorCode.TransactionAbortable when mode is VerificationMode.Default => ErrorCode.InvalidTxnState,
        ErrorCode.ConcurrentTransactions when mode is not VerificationMode.Add => ErrorCode.NotEnoughReplicas,
        ErrorCode.CoordinatorNotAvailable => ErrorCode.NotEnoughReplicas,
        _ => error,
    };
}
