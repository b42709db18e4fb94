using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Clients;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>Fetch sessions: what is answered in full, what as changes only, and what is refused.</summary>
public sealed class FetchSessionDifferences(DifferentialTarget kafkadog, ApacheKafka apacheKafka) : DifferentialTest(kafkadog, apacheKafka)
{
    [Theory, Versions("Fetch", From = 7)]
    public Task Session_tells_changes_only(short version) => CompareAsync(async kafka =>
    {
        var topic = await FilledAsync(kafka, 2);
        var first = await kafka.AskAsync<FetchResponse>(version, await RequestAsync(kafka, version, topic, 0, 0, (0, 2), (1, 0)));
        await kafka.AskAsync<FetchResponse>(version, await RequestAsync(kafka, version, topic, first.SessionId, 1));
        await LogDifferences.ProduceAsync(kafka, topic, 1, 0);
        await kafka.AskAsync<FetchResponse>(version, await RequestAsync(kafka, version, topic, first.SessionId, 2, (1, 2)));
        await kafka.AskAsync<FetchResponse>(version, await RequestAsync(kafka, version, topic, first.SessionId, 3, (1, 3)));
    });

    [Theory]
    [InlineData(7)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(18)]
    public Task Partition_joins_and_leaves_a_session(short version) => CompareAsync(async kafka =>
    {
        var topic = await FilledAsync(kafka, 3);
        var first = await kafka.AskAsync<FetchResponse>(version, await RequestAsync(kafka, version, topic, 0, 0, (0, 2)));
        await kafka.AskAsync<FetchResponse>(version, await RequestAsync(kafka, version, topic, first.SessionId, 1, (2, 0)));
        var forget = await RequestAsync(kafka, version, topic, first.SessionId, 2);
        forget.ForgottenTopicsData = [new FetchRequestForgottenTopic { Topic = version < 13 ? topic : "", TopicId = version < 13 ? Guid.Empty : await kafka.TopicIdAsync(topic), Partitions = [2] }];
        await kafka.AskAsync<FetchResponse>(version, forget);
        await LogDifferences.ProduceAsync(kafka, topic, 2, 0);
        await kafka.AskAsync<FetchResponse>(version, await RequestAsync(kafka, version, topic, first.SessionId, 3));
    });

    [Fact]
    public Task Session_that_forgets_everything_is_gone() => CompareAsync(async kafka =>
    {
        var topic = await FilledAsync(kafka, 1);
        var first = await kafka.AskAsync<FetchResponse>(11, await RequestAsync(kafka, 11, topic, 0, 0, (0, 2)));
        var forget = await RequestAsync(kafka, 11, topic, first.SessionId, 1);
        forget.ForgottenTopicsData = [new FetchRequestForgottenTopic { Topic = topic, Partitions = [0] }];
        await kafka.AskAsync<FetchResponse>(11, forget);
        await kafka.AskAsync<FetchResponse>(11, await RequestAsync(kafka, 11, topic, first.SessionId, 2));
    });

    [Theory, Versions("Fetch", From = 7)]
    public Task Session_that_is_not_there(short version) => CompareAsync(async kafka =>
        await kafka.AskAsync<FetchResponse>(version, await RequestAsync(kafka, version, await kafka.CreateTopicAsync(), 123456, 1)));

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(-2)]
    [InlineData(int.MaxValue)]
    public Task Epoch_that_is_not_the_next(int epoch) => CompareAsync(async kafka =>
    {
        var topic = await FilledAsync(kafka, 1);
        var first = await kafka.AskAsync<FetchResponse>(12, await RequestAsync(kafka, 12, topic, 0, 0, (0, 2)));
        await kafka.AskAsync<FetchResponse>(12, await RequestAsync(kafka, 12, topic, first.SessionId, epoch));
        await kafka.AskAsync<FetchResponse>(12, await RequestAsync(kafka, 12, topic, first.SessionId, 1));
    });

    [Theory]
    [InlineData(12, 13)]
    [InlineData(13, 12)]
    public Task Session_goes_on_with_names_or_ids_as_it_began(short first, short then) => CompareAsync(async kafka =>
    {
        var topic = await FilledAsync(kafka, 1);
        var began = await kafka.AskAsync<FetchResponse>(first, await RequestAsync(kafka, first, topic, 0, 0, (0, 2)));
        await kafka.AskAsync<FetchResponse>(then, await RequestAsync(kafka, then, topic, began.SessionId, 1));
        await kafka.AskAsync<FetchResponse>(first, await RequestAsync(kafka, first, topic, began.SessionId, 1));
    });

    [Fact]
    public Task Session_is_closed() => CompareAsync(async kafka =>
    {
        var topic = await FilledAsync(kafka, 1);
        var first = await kafka.AskAsync<FetchResponse>(11, await RequestAsync(kafka, 11, topic, 0, 0, (0, 2)));
        await kafka.AskAsync<FetchResponse>(11, await RequestAsync(kafka, 11, topic, first.SessionId, -1));
        await kafka.AskAsync<FetchResponse>(11, await RequestAsync(kafka, 11, topic, first.SessionId, 1));
    });

    [Fact]
    public Task Session_begins_anew() => CompareAsync(async kafka =>
    {
        var topic = await FilledAsync(kafka, 1);
        var first = await kafka.AskAsync<FetchResponse>(11, await RequestAsync(kafka, 11, topic, 0, 0, (0, 2)));
        await kafka.AskAsync<FetchResponse>(11, await RequestAsync(kafka, 11, topic, first.SessionId, 0, (0, 0)));
        await kafka.AskAsync<FetchResponse>(11, await RequestAsync(kafka, 11, topic, first.SessionId, 1));
    });

    [Fact]
    public Task Full_request_without_a_partition() => CompareAsync(async kafka =>
        await kafka.AskAsync<FetchResponse>(11, await RequestAsync(kafka, 11, await kafka.CreateTopicAsync(), 0, 0)));

    [Fact]
    public Task Error_in_a_session_is_told_every_time() => CompareAsync(async kafka =>
    {
        var topic = await FilledAsync(kafka, 1);
        var first = await kafka.AskAsync<FetchResponse>(11, await RequestAsync(kafka, 11, topic, 0, 0, (0, 99)));
        await kafka.AskAsync<FetchResponse>(11, await RequestAsync(kafka, 11, topic, first.SessionId, 1));
        await kafka.AskAsync<FetchResponse>(11, await RequestAsync(kafka, 11, topic, first.SessionId, 2, (0, 2)));
        await kafka.AskAsync<FetchResponse>(11, await RequestAsync(kafka, 11, topic, first.SessionId, 3));
    });

    [Fact]
    public Task Log_start_that_moves_is_told() => CompareAsync(async kafka =>
    {
        var topic = await FilledAsync(kafka, 1);
        var first = await kafka.AskAsync<FetchResponse>(11, await RequestAsync(kafka, 11, topic, 0, 0, (0, 2)));
        await kafka.AskAsync<DeleteRecordsResponse>(2, LogDifferences.Delete(topic, 0, 1));
        await kafka.AskAsync<FetchResponse>(11, await RequestAsync(kafka, 11, topic, first.SessionId, 1));
        await kafka.AskAsync<FetchResponse>(11, await RequestAsync(kafka, 11, topic, first.SessionId, 2));
    });

    private static async Task<string> FilledAsync(Conversation kafka, int partitions)
    {
        var topic = await kafka.CreateTopicAsync(partitions);
        for (var partition = 0; partition < partitions; partition++)
        {
            await LogDifferences.ProduceAsync(kafka, topic, partition, 0, 1);
        }

        return topic;
    }

    private static async Task<FetchRequest> RequestAsync(Conversation kafka, short version, string topic, int session, int epoch, params (int Partition, long Offset)[] partitions)
    {
        var id = version < 13 ? Guid.Empty : await kafka.TopicIdAsync(topic);
        return new FetchRequest
        {
            MaxWaitMs = 0,
            MinBytes = 0,
            SessionId = session,
            SessionEpoch = epoch,
            Topics = partitions.Length == 0 ? [] :
            [
                new FetchRequestTopic
                {
                    Topic = version < 13 ? topic : "",
                    TopicId = id,
                    Partitions = [.. partitions.Select(one => new FetchRequestPartition { Partition = one.Partition, FetchOffset = one.Offset, PartitionMaxBytes = 1 << 20 })],
                },
            ],
        };
    }
}
