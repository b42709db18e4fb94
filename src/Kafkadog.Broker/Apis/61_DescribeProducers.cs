using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>DescribeProducers (key 61), version 0: the idempotent and transactional producers a partition remembers, and where their open transactions begin (KIP-664).</summary>
internal static class DescribeProducers
{
    public static ValueTask<IMessage?> HandleAsync(RequestContext context, DescribeProducersRequest request) => new(new DescribeProducersResponse
    {
        Topics = request.Topics.ConvertAll(topic => new DescribeProducersResponseTopic
        {
            Name = topic.Name,
            Partitions = topic.PartitionIndexes.ConvertAll(partition => Describe(context, topic.Name, partition)),
        }),
    });

    private static DescribeProducersResponsePartition Describe(RequestContext context, string topic, int partition)
    {
        var answer = new DescribeProducersResponsePartition { PartitionIndex = partition };
        if (Storage.TopicNames.Problem(topic) is { } problem)
        {
            (answer.ErrorCode, answer.ErrorMessage) = (ErrorCode.InvalidTopicException, problem);
        }
        else if (!context.AllowsTopic(AclOperation.Read, topic))
        {
            (answer.ErrorCode, answer.ErrorMessage) = (ErrorCode.TopicAuthorizationFailed, "Topic authorization failed.");
        }
        else if (context.Broker.Topics.Partition(topic, partition) is { } log)
        {
            answer.ActiveProducers = [.. log.ActiveProducers().Select(producer => new DescribeProducersResponseActiveProducer
            {
                ProducerId = producer.ProducerId,
                ProducerEpoch = producer.Epoch,
                LastSequence = producer.LastSequence,
                LastTimestamp = producer.LastTimestampMs,
                CoordinatorEpoch = producer.CoordinatorEpoch,
                CurrentTxnStartOffset = producer.CurrentTxnFirstOffset,
            })];
        }
        else
        {
            answer.ErrorCode = ErrorCode.UnknownTopicOrPartition;
            answer.ErrorMessage = context.Broker.Topics.TryGet(topic, out _) ? null : "This server does not host this topic-partition.";
        }

        return answer;
    }
}
