using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Clients;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>The topics in which the coordinators keep what they know.</summary>
public sealed class InternalTopicDifferences(DifferentialTarget kafkadog, ApacheKafka apacheKafka) : DifferentialTest(kafkadog, apacheKafka)
{
    [Theory]
    [InlineData("__consumer_offsets", 0)]
    [InlineData("__transaction_state", 1)]
    public Task First_question_for_a_coordinator_makes_its_topic(string topic, sbyte keyType) => CompareAsync(async kafka =>
    {
        await kafka.TellUntilAsync<FindCoordinatorResponse>(3, new FindCoordinatorRequest { Key = kafka.Name("key"), KeyType = keyType }, answer => answer.ErrorCode is ErrorCode.None);
        await kafka.AskAsync<MetadataResponse>(12, new MetadataRequest { Topics = [new MetadataRequestTopic { Name = topic }], AllowAutoTopicCreation = false }, anyOrder: true);
        await kafka.AskAsync<DescribeConfigsResponse>(4, new DescribeConfigsRequest
        {
            IncludeSynonyms = true,
            Resources =
            [
                new DescribeConfigsRequestResource
                {
                    ResourceType = 2,
                    ResourceName = topic,
                    ConfigurationKeys = ["cleanup.policy", "compression.type", "segment.bytes", "unclean.leader.election.enable", "retention.ms"],
                },
            ],
        }, anyOrder: true);
    }, Known.SegmentBytes);
}
