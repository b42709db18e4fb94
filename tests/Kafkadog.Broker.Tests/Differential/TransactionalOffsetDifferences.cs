using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Clients;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>Offsets that are committed within a transaction.</summary>
public sealed class TransactionalOffsetDifferences(DifferentialTarget kafkadog, ApacheKafka apacheKafka) : DifferentialTest(kafkadog, apacheKafka)
{
    [Theory, Versions("TxnOffsetCommit")]
    public Task Offset_counts_when_its_transaction_commits(short version) => CompareAsync(async kafka =>
    {
        var (group, topic) = (kafka.Name("group"), await kafka.CreateTopicAsync());
        var producer = await TransactionSteps.StartedAsync(kafka);
        await producer.AddOffsetsAsync(group);
        await producer.CommitOffsetAsync(group, topic, version);
        await AskAsync(kafka, group, stable: false);
        await AskAsync(kafka, group, stable: true);
        await producer.UntilAsync("Ongoing");
        await producer.EndAsync(commit: true);
        await producer.UntilAsync("CompleteCommit");
        await AskAsync(kafka, group, stable: true);
        await producer.AddOffsetsAsync(group);
        await producer.CommitOffsetAsync(group, topic, version, request => request.Topics[0].Partitions[0].CommittedOffset = 99);
        await producer.EndAsync(commit: false);
        await producer.UntilAsync("CompleteAbort");
        await AskAsync(kafka, group, stable: true);
    });

    [Theory, Versions("TxnOffsetCommit")]
    public Task Offset_of_a_transaction_that_has_no_offsets(short version) => CompareAsync(async kafka =>
    {
        var (group, topic) = (kafka.Name("group"), await kafka.CreateTopicAsync());
        var producer = await TransactionSteps.StartedAsync(kafka);
        await producer.CommitOffsetAsync(group, topic, version);
        await producer.UntilAsync(version < 5 ? "Empty" : "Ongoing");
    });

    [Theory, Versions("TxnOffsetCommit")]
    public Task Offset_that_cannot_be(short version) => CompareAsync(async kafka =>
    {
        var (group, topic) = (kafka.Name("group"), await kafka.CreateTopicAsync());
        var producer = await TransactionSteps.StartedAsync(kafka);
        await producer.AddOffsetsAsync(group);
        await producer.CommitOffsetAsync(group, topic, version, request => request.Topics[0].Partitions.Add(new() { PartitionIndex = 7 }));
        await producer.CommitOffsetAsync(group, kafka.Name("missing"), version);
        await producer.CommitOffsetAsync(group, "not/legal", version);
        await producer.CommitOffsetAsync(group, topic, version, request => request.Topics[0].Partitions[0].CommittedMetadata = new string('m', 4097));
        await producer.CommitOffsetAsync(group, topic, version, request => request.Topics[0].Partitions[0].CommittedMetadata = null);
        await producer.CommitOffsetAsync(group, topic, version, request => request.Topics[0].Partitions[0].CommittedOffset = -5);
        await producer.CommitOffsetAsync(group, topic, version, request => request.Topics = []);
        await producer.EndAsync(commit: true);
        await producer.UntilAsync("CompleteCommit");
        await AskAsync(kafka, group, stable: true);
    });

    [Theory, Versions("TxnOffsetCommit")]
    public Task Offset_of_somebody_else(short version) => CompareAsync(async kafka =>
    {
        var (group, topic) = (kafka.Name("group"), await kafka.CreateTopicAsync());
        var producer = await TransactionSteps.StartedAsync(kafka);
        await producer.AddOffsetsAsync(group);
        await producer.As(producer.ProducerId, 5).CommitOffsetAsync(group, topic, version);
        await producer.As(producer.ProducerId + 1_000_000, 0).CommitOffsetAsync(group, topic, version);
        await new TransactionSteps(kafka, kafka.Name("unknown")) { ProducerId = producer.ProducerId, Epoch = 0 }.CommitOffsetAsync(group, topic, version);
        await producer.CommitOffsetAsync("", topic, version);
        await producer.CommitOffsetAsync(kafka.Name("other-group"), topic, version);
    });

    [Theory, Versions("TxnOffsetCommit", From = 3)]
    public Task Offset_of_a_member_that_is_not_there(short version) => CompareAsync(async kafka =>
    {
        var (group, topic) = (kafka.Name("group"), await kafka.CreateTopicAsync());
        var producer = await TransactionSteps.StartedAsync(kafka);
        await producer.AddOffsetsAsync(group);
        await producer.CommitOffsetAsync(group, topic, version, request => (request.MemberId, request.GenerationId) = ("m", 3));
        await producer.CommitOffsetAsync(group, topic, version, request => (request.MemberId, request.GenerationId) = ("m", -1));
        await producer.CommitOffsetAsync(group, topic, version, request => request.GroupInstanceId = "i");
        await producer.CommitOffsetAsync(group, topic, version);
        await producer.CommitOffsetAsync(group, topic, version, request => (request.MemberId, request.GenerationId) = ("m", 3));
        await producer.CommitOffsetAsync(group, topic, version, request => request.GenerationId = 0);
    });

    [Theory]
    [InlineData("delete the offset")]
    [InlineData("delete the group")]
    public Task Group_with_offsets_of_an_open_transaction(string what) => CompareAsync(async kafka =>
    {
        var (group, topic) = (kafka.Name("group"), await kafka.CreateTopicAsync());
        var producer = await TransactionSteps.StartedAsync(kafka);
        await producer.AddOffsetsAsync(group);
        await producer.CommitOffsetAsync(group, topic);
        await kafka.AskAsync<DescribeGroupsResponse>(5, new DescribeGroupsRequest { Groups = [group] });
        var listed = await kafka.TellAsync<ListGroupsResponse>(5, new ListGroupsRequest());
        kafka.Note("listed", listed.Groups.Find(one => one.GroupId == group));
        if (what == "delete the offset")
        {
            await kafka.AskAsync<OffsetDeleteResponse>(0, new OffsetDeleteRequest { GroupId = group, Topics = [new() { Name = topic, Partitions = [new()] }] });
        }
        else
        {
            await kafka.AskAsync<DeleteGroupsResponse>(2, new DeleteGroupsRequest { GroupsNames = [group] });
        }

        await AskAsync(kafka, group, stable: true);
        await producer.EndAsync(commit: true);
        await producer.UntilAsync("CompleteCommit");
        await AskAsync(kafka, group, stable: true);
    });

    [Fact]
    public Task Offset_committed_outside_while_a_transaction_is_open() => CompareAsync(async kafka =>
    {
        var (group, topic) = (kafka.Name("group"), await kafka.CreateTopicAsync());
        var producer = await TransactionSteps.StartedAsync(kafka);
        await producer.AddOffsetsAsync(group);
        await producer.CommitOffsetAsync(group, topic);
        await kafka.AskAsync<OffsetCommitResponse>(8, new OffsetCommitRequest
        {
            GroupId = group, GenerationIdOrMemberEpoch = -1, Topics = [new() { Name = topic, Partitions = [new() { CommittedOffset = 100 }] }],
        });
        await AskAsync(kafka, group, stable: false);
        await producer.EndAsync(commit: true);
        await producer.UntilAsync("CompleteCommit");
        await AskAsync(kafka, group, stable: true);
    });

    private static Task AskAsync(Conversation kafka, string group, bool stable) => kafka.AskAsync<OffsetFetchResponse>(
        7, new OffsetFetchRequest { GroupId = group, RequireStable = stable, Topics = [new OffsetFetchRequestTopic { Name = kafka.Name(), PartitionIndexes = [0] }] });
}
