using Kafkadog.Broker.Coordination.Fetching;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Microsoft.Extensions.Time.Testing;

namespace Kafkadog.Broker.Tests.Coordination.Fetching;

/// <summary>Slots and eviction; what sessions answer is held to Apache Kafka by the differential suite.</summary>
public sealed class FetchSessionsTests
{
    private const short ByName = 12;

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Without_a_free_slot_a_client_gets_no_session()
    {
        var sessions = new FetchSessions(2, _time);
        Assert.All([Start(sessions, 1), Start(sessions, 1)], id => Assert.NotEqual(0, id));
        Assert.Equal(0, Start(sessions, 100));
        Assert.Equal(2, sessions.Count);
    }

    [Fact]
    public void Without_slots_there_are_no_sessions() => Assert.Equal(0, Start(new FetchSessions(0, _time), 1));

    [Fact]
    public void Session_that_was_not_used_for_a_while_gives_its_slot_up()
    {
        var sessions = new FetchSessions(1, _time);
        var first = Start(sessions, 100);
        _time.Advance(FetchSessions.EvictionTime + TimeSpan.FromSeconds(1));
        Assert.NotEqual(0, Start(sessions, 1));
        Assert.Equal(ErrorCode.FetchSessionIdNotFound, sessions.Open(new FetchRequest { SessionId = first, SessionEpoch = 1 }, ByName).Error);
    }

    [Fact]
    public void Session_in_use_gives_its_slot_to_a_larger_one_only_when_it_is_not_young()
    {
        var sessions = new FetchSessions(1, _time);
        var first = Start(sessions, 10);
        Assert.Equal(0, Start(sessions, 100));
        for (var epoch = 1; epoch <= 3; epoch++)
        {
            _time.Advance(FetchSessions.EvictionTime / 2);
            Assert.Equal(ErrorCode.None, sessions.Open(new FetchRequest { SessionId = first, SessionEpoch = epoch }, ByName).Error);
        }

        Assert.Equal(0, Start(sessions, 10));
        Assert.NotEqual(0, Start(sessions, 11));
    }

    [Fact]
    public void All_sessions_together_watch_no_more_partitions_than_fit()
    {
        var sessions = new FetchSessions(1000, _time);
        Assert.NotEqual(0, Start(sessions, FetchSessions.MaxPartitions - 1));
        Assert.Equal(0, Start(sessions, 2));
        Assert.NotEqual(0, Start(sessions, 1));
    }

    [Fact]
    public void Partitions_with_records_come_last_the_next_time()
    {
        var sessions = new FetchSessions(1, _time);
        var id = Start(sessions, 3);
        var context = sessions.Open(new FetchRequest { SessionId = id, SessionEpoch = 1 }, ByName);
        context.Finish(Answer(context.Request, withRecords: 0));
        var next = sessions.Open(new FetchRequest { SessionId = id, SessionEpoch = 2 }, ByName).Request;
        Assert.Equal([1, 2, 0], next.Topics.SelectMany(topic => topic.Partitions).Select(partition => partition.Partition));
    }

    private static int Start(FetchSessions sessions, int partitions)
    {
        var request = new FetchRequest
        {
            SessionEpoch = 0,
            Topics = [new FetchRequestTopic { Topic = "t", Partitions = [.. Enumerable.Range(0, partitions).Select(partition => new FetchRequestPartition { Partition = partition })] }],
        };
        var context = sessions.Open(request, ByName);
        return context.Finish(Answer(context.Request, withRecords: -1)).SessionId;
    }

    private static FetchResponse Answer(FetchRequest request, int withRecords) => new()
    {
        Responses =
        [
            .. request.Topics.Select(topic => new FetchResponseTopic
            {
                Topic = topic.Topic,
                Partitions =
                [
                    .. topic.Partitions.Select(partition => new FetchResponsePartition
                    {
                        PartitionIndex = partition.Partition,
                        Records = new RecordData(partition.Partition == withRecords ? new byte[10] : ReadOnlyMemory<byte>.Empty),
                    }),
                ],
            }),
        ],
    };
}
