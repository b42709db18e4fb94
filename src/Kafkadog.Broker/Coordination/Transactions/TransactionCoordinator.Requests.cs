using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Coordination.Transactions;

/// <summary>What producers ask, and what administrators ask about transactions.</summary>
internal sealed partial class TransactionCoordinator
{
    /// <summary>Creates the transaction log if it is not there yet, as the question for a coordinator does.</summary>
    public ErrorCode EnsureLogCreated() => _log.EnsureCreated();

    /// <param name="transactionalId">Not empty.</param>
    /// <param name="timeoutMs">More than 0, at most <c>transaction.max.timeout.ms</c>, else INVALID_TRANSACTION_TIMEOUT.</param>
    /// <param name="claimed">The id and epoch of a producer that goes on (KIP-360); null for one that begins.</param>
    /// <param name="aborted">The client went away.</param>
    public Task<InitProducerIdResult> InitProducerIdAsync(string transactionalId, int timeoutMs, ProducerIdAndEpoch? claimed, CancellationToken aborted)
    {
        if (timeoutMs <= 0 || timeoutMs > _options.MaxTimeout.TotalMilliseconds)
            return Task.FromResult(InitProducerIdResult.Failed(ErrorCode.InvalidTransactionTimeout));
        return AskAsync(
            transactionalId,
            InitProducerIdResult.Failed,
            (turn, part, reply) =>
            {
                var now = _transactions.GetValueOrDefault(transactionalId)?.Metadata
                    ?? new TransactionMetadata { TransactionalId = transactionalId, ProducerId = _newProducerId(), TimeoutMs = timeoutMs };
                var decision = TransactionRules.InitProducer(now, claimed, timeoutMs, turn.NowMs, _newProducerId);
                if (decision.Next is { } next) Move(turn, next);
                part.Answer(reply, decision is { Error: ErrorCode.None, Next: { } ready }
                    ? new InitProducerIdResult(ErrorCode.None, new(ready.ProducerId, ready.ProducerEpoch))
                    : InitProducerIdResult.Failed(decision.Error));
            },
            aborted);
    }

    /// <summary>Errors: INVALID_PRODUCER_ID_MAPPING, PRODUCER_FENCED, CONCURRENT_TRANSACTIONS, COORDINATOR_NOT_AVAILABLE.</summary>
    public Task<ErrorCode> AddPartitionsAsync(
        string transactionalId, ProducerIdAndEpoch who, IReadOnlyCollection<TopicPartition> partitions, ClientTransactionVersion version, CancellationToken aborted) => AskAsync<ErrorCode>(
        transactionalId,
        error => error,
        (turn, part, reply) =>
        {
            var decision = _transactions.TryGetValue(transactionalId, out var entry)
                ? TransactionRules.AddPartitions(entry.Metadata, who, partitions, version, turn.NowMs)
                : ErrorCode.InvalidProducerIdMapping;
            if (decision.Next is { } next) Move(turn, next);
            part.Answer(reply, decision.Error);
        },
        aborted);

    /// <summary>One error for each partition, in order: TRANSACTION_ABORTABLE for one that is not part of the transaction, else as <see cref="AddPartitionsAsync"/>.</summary>
    public Task<ErrorCode[]> VerifyPartitionsAsync(
        string transactionalId, ProducerIdAndEpoch who, IReadOnlyList<TopicPartition> partitions, CancellationToken aborted) => AskAsync(
        transactionalId,
        error => ForAll(partitions, error),
        (_, part, reply) => part.Answer(reply, _transactions.TryGetValue(transactionalId, out var entry)
            ? [.. partitions.Select(partition => TransactionRules.Verify(entry.Metadata, who, partition))]
            : ForAll(partitions, ErrorCode.InvalidProducerIdMapping)),
        aborted);

    /// <summary>
    /// Commits or aborts. Answered when every partition has its marker, so that the producer's next request does not come too early; Apache
    /// Kafka answers as soon as the decision is in the log and lets the producer try again. The decision is in the log either way.
    /// </summary>
    public Task<EndTransactionResult> EndAsync(
        string transactionalId, ProducerIdAndEpoch who, bool commit, ClientTransactionVersion version, CancellationToken aborted) => AskAsync(
        transactionalId,
        EndTransactionResult.Failed,
        (turn, part, reply) =>
        {
            if (!_transactions.TryGetValue(transactionalId, out var entry))
            {
                part.Answer(reply, EndTransactionResult.Failed(ErrorCode.InvalidProducerIdMapping));
                return;
            }

            var decision = TransactionRules.End(entry.Metadata, who, commit, version, turn.NowMs, _newProducerId);
            if (decision.Next is { } next)
            {
                Move(turn, next);
                entry.AnswerAtEnd(reply, new EndTransactionResult(ErrorCode.None, next.NextProducerId >= 0 ? new(next.NextProducerId, 0) : new(next.ProducerId, next.ProducerEpoch)));
            }
            else
            {
                part.Answer(reply, decision.Error is ErrorCode.None
                    ? new EndTransactionResult(ErrorCode.None, new(entry.Metadata.ProducerId, entry.Metadata.ProducerEpoch))
                    : EndTransactionResult.Failed(decision.Error));
            }
        },
        aborted);

    /// <summary>Every id of which the state is known.</summary>
    public Task<IReadOnlyList<TransactionMetadata>> ListAsync(CancellationToken aborted) => AskAsync<IReadOnlyList<TransactionMetadata>>(
        _ => [],
        (turn, reply) => turn[AnyPartition].Answer(reply, [.. _transactions.Values.Where(e => !_failedPartitions.Contains(e.Partition)).Select(e => e.Metadata)]),
        aborted);

    /// <summary>Not a partition of the log: answers that depend on no record.</summary>
    private const int AnyPartition = -1;

    /// <summary>TRANSACTIONAL_ID_NOT_FOUND marks an id that does not exist.</summary>
    public Task<TransactionDescription> DescribeAsync(string transactionalId, CancellationToken aborted) => AskAsync(
        transactionalId,
        error => new TransactionDescription(transactionalId, error, null),
        (_, part, reply) => part.Answer(reply, _transactions.TryGetValue(transactionalId, out var entry)
            ? new TransactionDescription(transactionalId, ErrorCode.None, entry.Metadata)
            : new TransactionDescription(transactionalId, ErrorCode.TransactionalIdNotFound, null)),
        aborted);

    private static ErrorCode[] ForAll(IReadOnlyList<TopicPartition> partitions, ErrorCode error) => [.. partitions.Select(_ => error)];
}
