using Kafkadog.Broker.Coordination.Transactions;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>What is found out before the transactional batches of one Produce are appended: for each partition an error, or the right to append.</summary>
internal sealed class TransactionalProduce
{
    private const short FirstVersionWithAbortable = 11, FirstVersionOfV2 = 12;

    private readonly Dictionary<PartitionLog, VerifiedPartition> _verified = [];
    private ErrorCode _problem;

    /// <summary>Null when the request has no transactional batch.</summary>
    public static async ValueTask<TransactionalProduce?> VerifyAsync(
        RequestContext context, ProduceRequest request, Func<RequestContext, ProduceRequestTopic, ProduceRequestPartition, PartitionLog?> find)
    {
        List<PartitionToVerify>? partitions = null;
        var producer = ProducerIdAndEpoch.None;
        var isMixed = false;
        foreach (var topic in request.TopicData)
        {
            foreach (var partition in topic.PartitionData)
            {
                if (partition.Records is not { Length: >= RecordBatch.HeaderSize } records || new RecordBatch(records.Memory.Span) is not { IsTransactional: true } batch)
                {
                    continue;
                }

                partitions ??= [];
                isMixed |= producer.ProducerId >= 0 && producer.ProducerId != batch.ProducerId;
                producer = new(batch.ProducerId, batch.ProducerEpoch);
                if (find(context, topic, partition) is { } log)
                {
                    partitions.Add(new(log.TopicPartition, log, batch.BaseSequence));
                }
            }
        }

        return partitions is null ? null : await VerifyAsync(context, request.TransactionalId, producer, isMixed, partitions);
    }

    /// <summary>Whether a batch may be appended there; a partition without a transactional batch always.</summary>
    public VerifiedPartition Of(PartitionLog log) => _problem is ErrorCode.None ? _verified.GetValueOrDefault(log) : new(_problem);

    private static async ValueTask<TransactionalProduce> VerifyAsync(
        RequestContext context, string? transactionalId, ProducerIdAndEpoch producer, bool isMixed, List<PartitionToVerify> partitions)
    {
        var result = new TransactionalProduce();
        if (transactionalId is null || !context.AllowsTransactionalId(AclOperation.Write, transactionalId))
        {
            result._problem = ErrorCode.TransactionalIdAuthorizationFailed;
        }
        else if (isMixed)
        {
            result._problem = ErrorCode.InvalidProducerIdMapping;
        }
        else
        {
            var mode = context.Version >= FirstVersionOfV2 ? VerificationMode.Add : context.Version >= FirstVersionWithAbortable ? VerificationMode.Abortable : VerificationMode.Default;
            var verified = await context.Broker.Verification.VerifyAsync(transactionalId, producer, partitions, mode, context.Released);
            for (var at = 0; at < verified.Length; at++)
            {
                result._verified[partitions[at].Log] = verified[at];
            }
        }

        return result;
    }
}
