using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>Committed offsets: commit, fetch, delete, expire.</summary>
internal sealed partial class GroupCoordinator
{
    /// <summary>Not a partition of the log: answers that depend on no record, and must not fail with any.</summary>
    private const int AnyPartition = -1;

    public Task<OffsetCommitResult> CommitAsync(GroupCommit request, CancellationToken aborted) => AskAsync<OffsetCommitResult>(
        error => new OffsetCommitResult(error, []),
        (turn, reply) =>
        {
            var part = turn[PartitionOf(request.GroupId)];
            var error = ValidateCommit(request, turn.Now);
            if (error == ErrorCode.None && request.Transaction is { } producer) error = CheckTransaction(part, PartitionOf(request.GroupId), producer, request.Guard);
            if (error != ErrorCode.None)
            {
                part.Answer(reply, reply.FromError(error));
                return;
            }

            var entry = GetOrCreate(request.GroupId);
            var errors = new ErrorCode[request.Offsets.Count];
            for (var i = 0; i < errors.Length; i++) errors[i] = Commit(entry, request, request.Offsets[i], part, turn.Now);
            part.Answer(reply, new OffsetCommitResult(ErrorCode.None, errors));
            if (entry.IsDisposable) _groups.Remove(request.GroupId);
        },
        aborted);

    /// <inheritdoc cref="FetchAsync(string, IReadOnlyList{TopicPartition}?, bool, OffsetReader, CancellationToken)"/>
    public Task<OffsetFetchResult> FetchAsync(string groupId, IReadOnlyList<TopicPartition>? partitions, bool requireStable, CancellationToken aborted) =>
        FetchAsync(groupId, partitions, requireStable, OffsetReader.Anybody, aborted);

    /// <param name="groupId">A group that need not exist: then nothing is committed.</param>
    /// <param name="partitions">Null for all that have an offset.</param>
    /// <param name="requireStable">Refuse partitions whose offset a running transaction may still change (KIP-447).</param>
    /// <param name="reader">Who asks; a member of a consumer group is refused when it has fallen behind.</param>
    /// <param name="aborted">The client went away.</param>
    public Task<OffsetFetchResult> FetchAsync(
        string groupId, IReadOnlyList<TopicPartition>? partitions, bool requireStable, OffsetReader reader, CancellationToken aborted) =>
        AskAsync<OffsetFetchResult>(
            error => new OffsetFetchResult(error, []),
            (turn, reply) =>
            {
                _groups.TryGetValue(groupId, out var entry);
                if (entry?.Group.ValidateFetch(reader) is { } error and not ErrorCode.None)
                {
                    turn[PartitionOf(groupId)].Answer(reply, reply.FromError(error));
                    return;
                }

                var wanted = partitions ?? entry?.Offsets.Committed.Keys.ToList() ?? [];
                var offsets = wanted.Select(partition => Fetch(entry, partition, requireStable)).ToList();
                turn[PartitionOf(groupId)].Answer(reply, new OffsetFetchResult(ErrorCode.None, offsets));
            },
            aborted);

    /// <summary>Deletes single offsets (KIP-496); a topic that a member reads is refused.</summary>
    public Task<OffsetDeleteResult> DeleteOffsetsAsync(string groupId, IReadOnlyList<TopicPartition> partitions, CancellationToken aborted) =>
        AskAsync<OffsetDeleteResult>(
            error => new OffsetDeleteResult(error, []),
            (turn, reply) =>
            {
                var part = turn[PartitionOf(groupId)];
                var entry = _groups.GetValueOrDefault(groupId);
                var error = groupId.Length == 0 ? ErrorCode.InvalidGroupId : entry?.Group.ValidateOffsetDelete() ?? ErrorCode.GroupIdNotFound;
                if (error != ErrorCode.None)
                {
                    part.Answer(reply, reply.FromError(error));
                    return;
                }

                var errors = partitions.Select(p => entry!.Group.IsSubscribedTo(p.Topic) ? ErrorCode.GroupSubscribedToTopic : ErrorCode.None).ToList();
                for (var i = 0; i < errors.Count; i++)
                {
                    if (errors[i] == ErrorCode.None) Forget(entry!, partitions[i], part);
                }

                part.Answer(reply, new OffsetDeleteResult(ErrorCode.None, errors));
            },
            aborted);

    /// <summary>Topics are gone: so are the offsets in them, in every group. The predicate is called on the coordinator's loop.</summary>
    public Task<ErrorCode> ForgetTopicsAsync(Func<string, bool> gone, CancellationToken aborted) => AskAsync<ErrorCode>(
        error => error,
        (turn, reply) =>
        {
            foreach (var entry in _groups.Values)
            {
                var part = turn[entry.Partition];
                foreach (var partition in entry.Offsets.All.Where(p => gone(p.Topic))) Forget(entry, partition, part);
            }

            turn[AnyPartition].Answer(reply, ErrorCode.None);
        },
        aborted);

    /// <summary>
    /// Writes the marker of a transaction to partition <paramref name="partition"/> of the offsets topic: its offsets count from now on, or never.
    /// Errors: INVALID_PRODUCER_EPOCH and TRANSACTION_COORDINATOR_FENCED.
    /// </summary>
    public Task<ErrorCode> EndTransactionAsync(int partition, TransactionEnd end, CancellationToken aborted) => AskAsync<ErrorCode>(
        error => error,
        (turn, reply) =>
        {
            var part = turn[partition];
            var error = part.WritesAs(end.ProducerId) is { } epoch && epoch > end.ProducerEpoch ? ErrorCode.InvalidProducerEpoch : _log.CheckMarker(partition, end);
            if (error == ErrorCode.None)
            {
                part.Write(end);
                CompleteTransaction(partition, end.ProducerId, end.Marker is TransactionMarker.Commit);
            }

            part.Answer(reply, error);
        },
        aborted);

    /// <summary>The partition of the offsets topic must be part of the transaction. This loop alone writes there, so what is so now is so when it writes.</summary>
    private ErrorCode CheckTransaction(PartitionTurn part, int partition, TransactionalProducer producer, VerificationGuard? guard) =>
        // What the turn is going to write is not in the log yet. Only a producer that is fenced, or that did not wait for its end, comes so soon.
        part.Ends(producer.ProducerId) || (part.WritesAs(producer.ProducerId) is { } epoch && epoch != producer.Epoch) ? ErrorCode.ConcurrentTransactions : _log.CheckVerified(partition, producer, guard);

    private void CompleteTransaction(int partition, long producerId, bool committed)
    {
        foreach (var entry in _groups.Values)
        {
            if (entry.Partition == partition) entry.Offsets.CompleteTransaction(producerId, committed);
        }
    }

    private ErrorCode ValidateCommit(GroupCommit request, GroupTime now)
    {
        if (_groups.TryGetValue(request.GroupId, out var entry))
        {
            var error = entry.Group.ValidateCommit(request, now);
            Schedule(entry);
            return error;
        }

        if (request.GroupId.Length > MaxNameLength) return ErrorCode.InvalidGroupId;
        // A consumer that assigns its partitions itself makes its group by committing.
        if (request.Generation < 0) return ErrorCode.None;
        return request.TellsMissingGroup ? ErrorCode.GroupIdNotFound : ErrorCode.IllegalGeneration;
    }

    private ErrorCode Commit(GroupEntry entry, GroupCommit request, OffsetToCommit commit, PartitionTurn part, GroupTime now)
    {
        if (entry.Group.ValidateCommit(request, commit.Partition) is not ErrorCode.None and var fenced) return fenced;
        var metadata = commit.Metadata ?? "";
        if (metadata.Length > _options.MaxOffsetMetadataBytes) return ErrorCode.OffsetMetadataTooLarge;
        var offset = new CommittedOffset(
            commit.Offset, commit.LeaderEpoch, metadata, now.Unix, request.RetentionMs >= 0 ? now.Unix + request.RetentionMs : -1, ++_order);
        part.Write(GroupRecords.Offset(request.GroupId, commit.Partition, offset), request.Transaction);
        if (request.Transaction is { } producer) entry.Offsets.CommitPending(producer.ProducerId, commit.Partition, offset);
        else entry.Offsets.Commit(commit.Partition, offset);
        return ErrorCode.None;
    }

    private static FetchedOffset Fetch(GroupEntry? entry, TopicPartition partition, bool requireStable)
    {
        if (entry is null) return None(partition, ErrorCode.None);
        if (requireStable && entry.Offsets.HasPending(partition)) return None(partition, ErrorCode.UnstableOffsetCommit);
        return entry.Offsets.TryGet(partition, out var offset)
            ? new FetchedOffset(partition, ErrorCode.None, offset.Offset, offset.LeaderEpoch, offset.Metadata)
            : None(partition, ErrorCode.None);

        static FetchedOffset None(TopicPartition partition, ErrorCode error) => new(partition, error, -1, -1, "");
    }

    private static void Forget(GroupEntry entry, TopicPartition partition, PartitionTurn part)
    {
        if (entry.Offsets.Remove(partition)) part.Write(GroupRecords.OffsetTombstone(entry.Group.GroupId, partition));
    }

    private void ExpireOffsetsIfDue()
    {
        if (_turn.Now.Monotonic < _nextRetentionCheck) return;
        _nextRetentionCheck = _turn.Now.Monotonic + (long)_options.OffsetsRetentionCheckInterval.TotalMilliseconds;
        var retentionMs = (long)_options.OffsetsRetention.TotalMilliseconds;
        foreach (var entry in _groups.Values.ToList())
        {
            var part = _turn[entry.Partition];
            foreach (var partition in entry.Offsets.Expired(entry.Group, retentionMs, _turn.Now.Unix)) Forget(entry, partition, part);
            // With its last offset goes the group.
            if (entry.Group.IsVacant && entry.Offsets.IsEmpty) Bury(entry, part);
        }
    }
}
