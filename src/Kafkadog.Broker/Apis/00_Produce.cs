using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// Produce (key 0), versions 3 to 11: appends one record batch to each partition named.
/// <para>Advertised from 0 (see <see cref="ApiTable"/>), refused below 3. acks=0 has no answer; an error then closes the connection.
/// acks=1 and acks=all mean the same with one replica, except in durable flush mode, where acks=all waits for the disk.</para>
/// <para>Not supported: transactional batches. From v12 on a client may add partitions to a transaction implicitly (KIP-890), v13 is by
/// topic id: not served.</para>
/// <para>v3 record batches (KIP-98); v5 log start offset; v7 zstd (KIP-110); v8 errors of single records (KIP-467); v9 flexible;
/// v10 the current leader on errors (KIP-951).</para>
/// </summary>
internal static class Produce
{
    private const short FirstVersionWithZstd = 7;

    /// <summary>The client id with which tools may write to internal topics.</summary>
    private const string AdminClientId = "__admin_client";

    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, ProduceRequest request)
    {
        var response = new ProduceResponse { Responses = new(request.TopicData.Count) };
        var failed = false;
        foreach (var topic in request.TopicData)
        {
            var answers = new ProduceResponseTopic { Name = topic.Name, PartitionResponses = new(topic.PartitionData.Count) };
            response.Responses.Add(answers);
            var allowed = context.AllowsTopic(AclOperation.Write, topic.Name);
            foreach (var partition in topic.PartitionData)
            {
                var result = allowed ? await AppendAsync(context, request, topic.Name, partition) : AppendResult.Failed(ErrorCode.TopicAuthorizationFailed, null);
                context.Broker.Metrics.Produced(topic.Name, partition.Records, result.Error);
                failed |= result.Error != ErrorCode.None;
                answers.PartitionResponses.Add(new ProduceResponsePartition
                {
                    Index = partition.Index,
                    ErrorCode = result.Error,
                    BaseOffset = result.BaseOffset,
                    LogAppendTimeMs = result.LogAppendTimeMs,
                    LogStartOffset = result.LogStartOffset,
                    ErrorMessage = result.ErrorMessage,
                    RecordErrors = [.. (result.RecordErrors ?? []).Select(e => new ProduceResponseRecordError { BatchIndex = e.BatchIndex, BatchIndexErrorMessage = e.Message })],
                });
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

    private static ValueTask<AppendResult> AppendAsync(RequestContext context, ProduceRequest request, string topic, ProduceRequestPartition partition)
    {
        if (request.Acks is < (short)RequiredAcks.All or > (short)RequiredAcks.Leader)
        {
            return Failed(ErrorCode.InvalidRequiredAcks, "acks is -1, 0 or 1.");
        }

        if (context.Broker.Topics.Partition(topic, partition.Index) is not { } log)
        {
            return Failed(ErrorCode.UnknownTopicOrPartition, null);
        }

        if (TopicNames.IsInternal(topic) && context.ClientId != AdminClientId)
        {
            return Failed(ErrorCode.InvalidTopicException, $"Cannot append to internal topic {topic}");
        }

        if (partition.Records is not { Length: >= RecordBatch.HeaderSize } records)
        {
            return Failed(ErrorCode.InvalidRecord, "A partition comes with exactly one record batch.");
        }

        var batch = new RecordBatch(records.Memory.Span);
        if (batch.IsTransactional)
        {
            return Failed(ErrorCode.InvalidTxnState, "Transactions are not supported.");
        }

        return batch.Codec == (int)CompressionCodec.Zstd && context.Version < FirstVersionWithZstd
            ? Failed(ErrorCode.UnsupportedCompressionType, "zstd needs Produce version 7.")
            : log.AppendAsync(records.Memory, (RequiredAcks)request.Acks);
    }

    private static ValueTask<AppendResult> Failed(ErrorCode error, string? message) => new(AppendResult.Failed(error, message));
}
