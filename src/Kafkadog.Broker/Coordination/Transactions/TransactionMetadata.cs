using System.Collections.Immutable;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Coordination.Transactions;

/// <summary>What the coordinator knows of one transactional id; immutable, a transition makes a new one.</summary>
internal sealed record TransactionMetadata
{
    /// <summary>The last epoch a producer is given: the one after it fences.</summary>
    public const short LastEpoch = short.MaxValue - 1;

    public required string TransactionalId { get; init; }
    public required long ProducerId { get; init; }

    /// <summary>The producer id before the last transition: the same, unless it was used up.</summary>
    public long PreviousProducerId { get; init; } = -1;

    /// <summary>The producer id after the transaction that is ending, when the epochs of the present one are used up; -1 for none.</summary>
    public long NextProducerId { get; init; } = -1;

    public short ProducerEpoch { get; init; } = -1;

    /// <summary>The epoch a producer may still come with because the answer with the new one was lost; -1 for none. Not in the log.</summary>
    public short LastProducerEpoch { get; init; } = -1;

    public required int TimeoutMs { get; init; }
    public TransactionStatus Status { get; init; }
    public ImmutableHashSet<TopicPartition> Partitions { get; init; } = [];

    /// <summary>Unix milliseconds; -1 while no transaction has begun.</summary>
    public long StartMs { get; init; } = -1;

    public long LastUpdateMs { get; init; } = -1;
    public ClientTransactionVersion ClientVersion { get; init; }

    public bool IsEpochExhausted => ProducerEpoch >= LastEpoch;

    /// <summary>Decided, with markers still to be written.</summary>
    public bool IsEnding => Status is TransactionStatus.PrepareCommit or TransactionStatus.PrepareAbort;

    /// <summary>Nothing is under way.</summary>
    public bool IsAtRest => Status is TransactionStatus.Empty or TransactionStatus.CompleteCommit or TransactionStatus.CompleteAbort;

    /// <summary>The next state of this id. Every transition remembers the producer id it came from.</summary>
    public TransactionMetadata To(TransactionStatus status, long nowMs) => this with { Status = status, PreviousProducerId = ProducerId, LastUpdateMs = nowMs };
}
