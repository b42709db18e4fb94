using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// Produce (key 0), versions 3 to 13: appends one record batch to each partition named.
/// <para>Advertised from 0 (see <see cref="ApiTable"/>), refused below 3. acks=0 has no answer; an error then closes the connection.
/// acks=1 and acks=all mean the same with one replica, except in durable flush mode, where acks=all waits for the disk.</para>
/// <para>A transactional batch is appended only if its partition is part of the transaction, which <see cref="TransactionalProduce"/> sees to.</para>
/// <para>v3 record batches and transactions (KIP-98); v5 log start offset; v7 zstd (KIP-110); v8 errors of single records (KIP-467); v9
/// flexible; v10 the current leader on errors (KIP-951); v11 TRANSACTION_ABORTABLE, v12 partitions become part of the transaction by
/// producing to them (KIP-890); v13 topics by id (KIP-516).</para>
/// </summary>
internal static class Produce
{
    private const short FirstVersionWithZstd = 7, FirstVersionWithTopicIds = 13;

    /// <summary>The client id with which tools may write to internal topics.</summary>
    private const string AdminClientId = "__admin_client";

    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, ProduceRequest request)
    {
        var transaction = await TransactionalProduce.VerifyAsync(context, request, static (context, topic, partition) => MayWrite(context, topic) ? Find(context, topic, partition, out _) : null);
        var response = new ProduceResponse { Responses = new(request.TopicData.Count) };
        var failed = false;
        foreach (var topic in request.TopicData)
        {
            var answers = new ProduceResponseTopic { Name = topic.Name, TopicId = topic.TopicId, PartitionResponses = new(topic.PartitionData.Count) };
            response.Responses.Add(answers);
            var allowed = MayWrite(context, topic);
            foreach (var partition in topic.PartitionData)
            {
                var result = allowed ? await AppendAsync(context, request, topic, partition, transaction) : AppendResult.Failed(ErrorCode.TopicAuthorizationFailed, null);
                context.Broker.Metrics.Produced(NameOf(context, topic) ?? "", partition.Records, result.Error);
                failed |= result.Error != ErrorCode.None;
                var answer = new ProduceResponsePartition
                {
                    Index = partition.Index,
                    ErrorCode = result.Error,
                    BaseOffset = result.BaseOffset,
                    LogAppendTimeMs = result.LogAppendTimeMs,
                    LogStartOffset = result.LogStartOffset,
                    ErrorMessage = result.ErrorMessage,
                };
                foreach (var (index, message) in result.RecordErrors)
                {
                    answer.RecordErrors.Add(new ProduceResponseRecordError { BatchIndex = index, BatchIndexErrorMessage = message });
                }

                answers.PartitionResponses.Add(answer);
            }
        }

        if (request.Acks != (short)RequiredAcks.None)
        {
            return response;
        }

        // Without an answer the only way to tell a producer of a failure is to close: it then asks for metadata again.
        context.CloseConnection = failed;
        return null;
    }

    private static ValueTask<AppendResult> AppendAsync(
        RequestContext context, ProduceRequest request, ProduceRequestTopic topic, ProduceRequestPartition partition, TransactionalProduce? transaction)
    {
        if (request.Acks is < (short)RequiredAcks.All or > (short)RequiredAcks.Leader)
        {
            return Failed(ErrorCode.InvalidRequiredAcks, "acks is -1, 0 or 1.");
        }

        if (Find(context, topic, partition, out var missing) is not { } log)
        {
            return Failed(missing, null);
        }

        if (TopicNames.IsInternal(log.TopicPartition.Topic) && context.ClientId != AdminClientId)
        {
            return Failed(ErrorCode.InvalidTopicException, $"Cannot append to internal topic {log.TopicPartition.Topic}");
        }

        if (partition.Records is not { Length: >= RecordBatch.HeaderSize } records)
        {
            return Failed(ErrorCode.InvalidRecord, "A partition comes with exactly one record batch.");
        }

        var batch = new RecordBatch(records.Memory.Span);
        if (batch.Codec == (int)CompressionCodec.Zstd && context.Version < FirstVersionWithZstd)
        {
            return Failed(ErrorCode.UnsupportedCompressionType, "zstd needs Produce version 7.");
        }

        var (error, guard) = transaction?.Of(log) ?? default;
        return error is ErrorCode.None
            ? log.AppendAsync(records.Memory, (RequiredAcks)request.Acks, guard: guard)
            : Failed(error, error is ErrorCode.InvalidTxnState ? "Partition was not added to the transaction" : null);
    }

    /// <summary>An unknown topic id has no name that could be forbidden.</summary>
    private static bool MayWrite(RequestContext context, ProduceRequestTopic asked) => NameOf(context, asked) is not { } name || context.AllowsTopic(AclOperation.Write, name);

    private static string? NameOf(RequestContext context, ProduceRequestTopic asked) =>
        context.Version < FirstVersionWithTopicIds ? asked.Name : context.Broker.Topics.TryGet(asked.TopicId, out var topic) ? topic.Name : null;

    private static PartitionLog? Find(RequestContext context, ProduceRequestTopic asked, ProduceRequestPartition partition, out ErrorCode missing)
    {
        var byId = context.Version >= FirstVersionWithTopicIds;
        missing = ErrorCode.UnknownTopicOrPartition;
        if (byId ? context.Broker.Topics.TryGet(asked.TopicId, out var topic) : context.Broker.Topics.TryGet(asked.Name, out topic))
        {
            return (uint)partition.Index < (uint)topic.Partitions.Count ? topic.Partitions[partition.Index] : null;
        }

        missing = byId ? ErrorCode.UnknownTopicId : ErrorCode.UnknownTopicOrPartition;
        return null;
    }

    private static ValueTask<AppendResult> Failed(ErrorCode error, string? message) => new(AppendResult.Failed(error, message));
}
