using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Coordination.Transactions;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// TxnOffsetCommit (key 28), versions 0 to 5: remembers how far a group has come, from the moment on at which the transaction commits.
/// The partition of the offsets topic must be part of the transaction (AddOffsetsToTxn); from v5 on it becomes so here.
/// <para>v2 leader epoch; v3 flexible, and the group's generation fences a member that lost its partitions (KIP-447); v4
/// TRANSACTION_ABORTABLE; v5 transactions V2 (KIP-890).</para>
/// </summary>
internal static class TxnOffsetCommit
{
    private const short FirstVersionWithAbortable = 4, FirstVersionOfV2 = 5;

    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, TxnOffsetCommitRequest request)
    {
        var topics = request.Topics.ConvertAll(topic => context.Broker.Topics.TryGet(topic.Name, out var found) ? found : null);
        var result = Problem(context, request) is not ErrorCode.None and var problem
            ? new OffsetCommitResult(problem, [])
            : await CommitAsync(context, request, [.. topics.Zip(request.Topics).SelectMany(t => t.Second.Partitions
                .Where(p => Problem(context, t.Second.Name, t.First, p) is ErrorCode.None)
                .Select(p => new OffsetToCommit(new TopicPartition(t.Second.Name, p.PartitionIndex), p.CommittedOffset, p.CommittedLeaderEpoch, p.CommittedMetadata)))]);
        var next = 0;
        return new TxnOffsetCommitResponse
        {
            Topics = [.. topics.Zip(request.Topics).Select(t => new TxnOffsetCommitResponseTopic
            {
                Name = t.Second.Name,
                Partitions = t.Second.Partitions.ConvertAll(p => new TxnOffsetCommitResponsePartition
                {
                    PartitionIndex = p.PartitionIndex,
                    ErrorCode = Problem(context, request) is not ErrorCode.None and var all ? all
                        : Problem(context, t.Second.Name, t.First, p) is not ErrorCode.None and var own ? own
                        : result.Error is not ErrorCode.None ? result.Error
                        : result.Errors[next++],
                }),
            })],
        };
    }

    private static ErrorCode Problem(RequestContext context, TxnOffsetCommitRequest request)
    {
        if (!context.AllowsTransactionalId(AclOperation.Write, request.TransactionalId))
        {
            return ErrorCode.TransactionalIdAuthorizationFailed;
        }

        return context.AllowsGroup(AclOperation.Read, request.GroupId) ? ErrorCode.None : ErrorCode.GroupAuthorizationFailed;
    }

    private static ErrorCode Problem(RequestContext context, string name, Topic? topic, TxnOffsetCommitRequestPartition partition)
    {
        if (!context.AllowsTopic(AclOperation.Read, name))
        {
            return ErrorCode.TopicAuthorizationFailed;
        }

        return (uint)partition.PartitionIndex < (uint)(topic?.Partitions.Count ?? 0) ? ErrorCode.None : ErrorCode.UnknownTopicOrPartition;
    }

    private static async Task<OffsetCommitResult> CommitAsync(RequestContext context, TxnOffsetCommitRequest request, List<OffsetToCommit> offsets)
    {
        var groups = context.Broker.Groups;
        if (request.GroupId.Length == 0)
        {
            return new(ErrorCode.InvalidGroupId, []);
        }

        if (offsets.Count == 0)
        {
            return new(ErrorCode.None, []);
        }

        if (groups.EnsureLogCreated() is not ErrorCode.None and var missing)
        {
            return new(missing, []);
        }

        var place = new TopicPartition(TopicNames.ConsumerOffsets, groups.PartitionOf(request.GroupId));
        if (context.Broker.Topics.Partition(place.Topic, place.Partition) is not { } log)
        {
            return new(ErrorCode.CoordinatorNotAvailable, []);
        }

        var mode = context.Version >= FirstVersionOfV2 ? VerificationMode.Add : context.Version >= FirstVersionWithAbortable ? VerificationMode.Abortable : VerificationMode.Default;
        var verified = await context.Broker.Verification.VerifyAsync(
            request.TransactionalId, new(request.ProducerId, request.ProducerEpoch), [new(place, log, BaseSequence: 0)], mode, context.Released);
        if (verified[0].Error is not ErrorCode.None and var error)
        {
            // What a producer would send again, a group's client asks its coordinator for again.
            return new(error is ErrorCode.NotEnoughReplicas ? ErrorCode.CoordinatorLoadInProgress : error, []);
        }

        return await groups.CommitAsync(
            new GroupCommit
            {
                GroupId = request.GroupId,
                Member = new MemberIdentity(request.MemberId, request.GroupInstanceId),
                Generation = request.GenerationId,
                Offsets = offsets,
                Transaction = new TransactionalProducer(request.ProducerId, request.ProducerEpoch),
                Guard = verified[0].Guard,
            },
            context.Released);
    }
}
