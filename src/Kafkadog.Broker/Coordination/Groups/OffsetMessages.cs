using System.Runtime.InteropServices;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>The producer behind a transactional commit.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TransactionalProducer(long ProducerId, short Epoch);

/// <summary>One partition of an OffsetCommit.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct OffsetToCommit(TopicPartition Partition, long Offset, int LeaderEpoch, string? Metadata);

/// <summary>An OffsetCommit or TxnOffsetCommit; topics that do not exist have been taken out.</summary>
internal sealed record GroupCommit
{
    public required string GroupId { get; init; }
    public required MemberIdentity Member { get; init; }

    /// <summary>-1 for a consumer that is not a member.</summary>
    public required int Generation { get; init; }

    public required IReadOnlyList<OffsetToCommit> Offsets { get; init; }

    /// <summary>How long to keep them, from the commit on (v2 to v4); -1 for the broker's retention.</summary>
    public long RetentionMs { get; init; } = -1;

    /// <summary>From v9 a group that does not exist is named as such, and members of consumer groups may commit: the generation is then their epoch.</summary>
    public bool TellsMissingGroup { get; init; }

    /// <summary>Set for a TxnOffsetCommit: the offsets count when the transaction commits.</summary>
    public TransactionalProducer? Transaction { get; init; }

    /// <summary>The right of the transaction to write to the offsets topic, when it has not written there before.</summary>
    public VerificationGuard? Guard { get; init; }
}

/// <param name="Error">Stands for all partitions when it is not None.</param>
/// <param name="Errors">One for each partition, in the order of the request.</param>
internal sealed record OffsetCommitResult(ErrorCode Error, IReadOnlyList<ErrorCode> Errors);

[StructLayout(LayoutKind.Auto)]
internal readonly record struct FetchedOffset(TopicPartition Partition, ErrorCode Error, long Offset, int LeaderEpoch, string Metadata);

/// <summary>Who reads offsets; before OffsetFetch v9, and for administrators, nobody in particular.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct OffsetReader(string? MemberId, int MemberEpoch)
{
    public static OffsetReader Anybody { get; } = new(null, -1);
}

/// <param name="Error">Stands for the whole group when it is not None.</param>
internal sealed record OffsetFetchResult(ErrorCode Error, IReadOnlyList<FetchedOffset> Offsets);

internal sealed record OffsetDeleteResult(ErrorCode Error, IReadOnlyList<ErrorCode> Errors);
