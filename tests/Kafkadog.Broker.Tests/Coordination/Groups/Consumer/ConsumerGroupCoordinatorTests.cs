using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Coordination.Groups.Consumer;
using Kafkadog.Broker.Protocol;
using static Kafkadog.Broker.Tests.Coordination.Groups.CoordinatorFixture;

namespace Kafkadog.Broker.Tests.Coordination.Groups.Consumer;

/// <summary>Consumer groups beside classic ones, and what both have in common.</summary>
public sealed class ConsumerGroupCoordinatorTests : IAsyncDisposable
{
    private readonly CoordinatorFixture _c = new();

    public ConsumerGroupCoordinatorTests() => _c.Topics.Create("t", 2);

    public ValueTask DisposeAsync() => _c.DisposeAsync();

    [Fact]
    public async Task Group_is_made_by_its_first_member_and_listed_with_its_kind_and_state()
    {
        Assert.Equal((ErrorCode.GroupIdNotFound, "Consumer group g not found."), Error(await _c.BeatAsync("g", "a", 1)));
        Assert.Equal((ErrorCode.GroupIdNotFound, "Group g not found."), Error(await _c.BeatAsync("g", "a", -1)));
        Assert.Equal(2, (await _c.BeatAsync("g", "a", 0, ["t"])).MemberEpoch);
        await _c.StableAsync("h");
        var listed = await _c.Groups.ListAsync(Cancelled);
        Assert.Equal([new GroupListing("g", "consumer", "Stable", "consumer"), new GroupListing("h", "consumer", "Stable", "classic")], listed.OrderBy(g => g.GroupId));
    }

    [Fact]
    public async Task Refused_member_leaves_no_group_behind()
    {
        Assert.Equal(ErrorCode.InvalidRegularExpression, (await _c.BeatAsync("g", "a", 0, regex: "(")).Error);
        Assert.Empty(await _c.Groups.ListAsync(Cancelled));
    }

    [Fact]
    public async Task Each_kind_is_described_by_its_own_question()
    {
        await _c.BeatAsync("g", "a", 0, ["t"]);
        await _c.StableAsync("h");
        Assert.Equal((ErrorCode.GroupIdNotFound, "Group h is not a consumer group."), Error(await _c.DescribeConsumersAsync("h")));
        Assert.Equal((ErrorCode.GroupIdNotFound, "Group none not found."), Error(await _c.DescribeConsumersAsync("none")));
        var classic = await _c.DescribeAsync("g");
        Assert.Equal((ErrorCode.GroupIdNotFound, "Group g is not a classic group.", "Dead"), (classic.Error, classic.Message, classic.State));
        var described = await _c.DescribeConsumersAsync("g");
        Assert.Equal(("Stable", 2, 2, "uniform"), (described.State, described.GroupEpoch, described.AssignmentEpoch, described.AssignorName));
        Assert.Equal(2, Assert.Single(described.Members).Target.Count);
    }

    [Fact]
    public async Task Empty_group_of_one_kind_becomes_one_of_the_other_with_its_offsets()
    {
        var joined = await _c.StableAsync("g");
        await _c.CommitAsync("g", 5, joined.MemberId, joined.Generation);
        await _c.Groups.LeaveAsync("g", [new MemberIdentity(joined.MemberId)], Cancelled);
        Assert.Equal(2, (await _c.BeatAsync("g", "a", 0, ["t"])).MemberEpoch);
        Assert.Equal("consumer", Assert.Single(await _c.Groups.ListAsync(Cancelled)).Type);

        await _c.BeatAsync("g", "a", -1);
        await using var restarted = await _c.RestartAsync();
        Assert.Equal("consumer", Assert.Single(await restarted.Groups.ListAsync(Cancelled)).Type);
        Assert.Equal(ErrorCode.UnknownMemberId, (await restarted.Groups.JoinAsync("g", JoinRequest("stranger"), Cancelled)).Error);
        Assert.Equal("consumer", Assert.Single(await restarted.Groups.ListAsync(Cancelled)).Type);
        await restarted.StableAsync("g");
        await using var again = await restarted.RestartAsync();
        Assert.Equal("classic", Assert.Single(await again.Groups.ListAsync(Cancelled)).Type);
        Assert.Equal(5, (await again.FetchAsync("g")).Offset);
    }

    [Fact]
    public async Task Group_with_members_is_not_deleted_and_an_empty_one_is_with_all_its_records()
    {
        await _c.BeatAsync("g", "a", 0, ["t"], "x.*");
        Assert.Equal([ErrorCode.NonEmptyGroup], await _c.Groups.DeleteAsync(["g"], Cancelled));
        await _c.BeatAsync("g", "a", -1);
        Assert.Equal([ErrorCode.None], await _c.Groups.DeleteAsync(["g"], Cancelled));
        await using var restarted = await _c.RestartAsync();
        Assert.Empty(await restarted.Groups.ListAsync(Cancelled));
        var log = (MemoryOffsetsLog)restarted.Log;
        Assert.All(log.Batches.SelectMany(b => b.Batch.Records).GroupBy(r => Convert.ToHexString(r.Key.Span)), key => Assert.Null(key.Last().Value));
    }

    [Fact]
    public async Task Offsets_of_a_topic_that_is_read_are_not_deleted()
    {
        await _c.BeatAsync("g", "a", 0, ["t"]);
        await _c.CommitAsync("g", 5, "a", 2);
        await _c.CommitAsync("g", 6, "a", 2, topic: "u");
        var result = await _c.Groups.DeleteOffsetsAsync("g", [new("t", 0), new("u", 0)], Cancelled);
        Assert.Equal([ErrorCode.GroupSubscribedToTopic, ErrorCode.None], result.Errors);
        Assert.Equal((5L, -1L), ((await _c.FetchAsync("g")).Offset, (await _c.FetchAsync("g", "u")).Offset));
    }

    [Fact]
    public async Task Member_that_fell_behind_neither_commits_nor_reads_offsets()
    {
        await _c.BeatAsync("g", "a", 0, ["t"]);
        Assert.Equal(ErrorCode.StaleMemberEpoch, (await _c.CommitAsync("g", 5, "a", 3)).Error);
        Assert.Equal(ErrorCode.UnknownMemberId, (await _c.CommitAsync("g", 5, "b", 2)).Error);
        Assert.Equal(ErrorCode.None, Assert.Single((await _c.CommitAsync("g", 5, "a", 2)).Errors));
        // A partition that is not its own, with an epoch that has passed.
        await _c.PassAsync(TimeSpan.FromSeconds(1));
        await _c.BeatAsync("g", "a", 2, ["t", "u"], owned: []);
        Assert.Equal([ErrorCode.StaleMemberEpoch], (await _c.CommitAsync("g", 5, "a", 2, partition: 9)).Errors);
        Assert.Equal(ErrorCode.None, await Fetch("a", 3));
        Assert.Equal(ErrorCode.StaleMemberEpoch, await Fetch("a", 2));
        Assert.Equal(ErrorCode.UnknownMemberId, await Fetch("b", 3));
        Assert.Equal(ErrorCode.None, await Fetch(null, -1));

        async Task<ErrorCode> Fetch(string? member, int epoch) => (await _c.Groups.FetchAsync("g", null, false, new OffsetReader(member, epoch), Cancelled)).Error;
    }

    [Fact]
    public async Task Offsets_of_topics_no_longer_read_expire_and_an_empty_group_with_them()
    {
        await _c.BeatAsync("g", "a", 0, ["t"]);
        await _c.CommitAsync("g", 5, "a", 2);
        await _c.CommitAsync("g", 6, "a", 2, topic: "u");
        for (var day = 0; day < 8; day++)
        {
            await _c.PassAsync(TimeSpan.FromDays(1));
            if (day == 0) await _c.BeatAsync("g", "b", 0, ["t"]);
        }

        // Everybody's session ended long ago, so nothing is read any more.
        Assert.Empty(await _c.Groups.ListAsync(Cancelled));
    }

    [Fact]
    public async Task Groups_own_settings_are_told_to_its_members_and_hold_for_their_sessions()
    {
        _c.GroupConfigs["g"] = new() { ["consumer.heartbeat.interval.ms"] = "7000", ["consumer.session.timeout.ms"] = "50000" };
        Assert.Equal(7000, (await _c.BeatAsync("g", "a", 0, ["t"])).HeartbeatIntervalMs);
        Assert.Equal(5000, (await _c.BeatAsync("h", "a", 0, ["t"])).HeartbeatIntervalMs);
        await _c.PassAsync(TimeSpan.FromSeconds(49));
        Assert.Equal(("Stable", "Empty"), ((await _c.DescribeConsumersAsync("g")).State, (await _c.DescribeConsumersAsync("h")).State));
        await _c.PassAsync(TimeSpan.FromSeconds(2));
        Assert.Equal("Empty", (await _c.DescribeConsumersAsync("g")).State);
    }

    [Fact]
    public async Task Everything_is_as_it_was_after_a_restart_in_any_state()
    {
        for (var seed = 0; seed < 25; seed++)
        {
            var topics = new MemoryTopics();
            topics.Create("t", 4);
            var random = new Random(seed);
            var c = new CoordinatorFixture(new MemoryOffsetsLog(), topics: topics);
            List<(string Id, int Epoch, IEnumerable<TopicIdPartition> Owned, string? Instance)> members = [];
            for (var step = 0; step < 30; step++)
            {
                if (members.Count < 2 || random.Next(4) == 0) members.Add(($"m{seed}-{step}", 0, [], random.Next(2) == 0 ? $"i{step}" : null));
                var at = random.Next(members.Count);
                var (id, epoch, owned, instance) = members[at];
                var result = random.Next(6) == 0 && epoch > 0
                    ? await c.BeatAsync("g", id, instance is null ? -1 : -2, instance: instance)
                    : await c.BeatAsync("g", id, epoch, epoch == 0 ? ["t"] : null, random.Next(3) == 0 && epoch == 0 ? "t.*" : null, instance, owned);
                if (result.MemberEpoch < 0) members.RemoveAt(at);
                else if (result.Error == ErrorCode.None) members[at] = (id, result.MemberEpoch, result.Assignment ?? owned, instance);
                if (random.Next(5) == 0) topics.Grow("t", 4 + step);
                await c.PassAsync(TimeSpan.FromMilliseconds(random.Next(900)));
                if (random.Next(3) > 0) continue;

                var before = Text(await c.DescribeConsumersAsync("g"));
                c = await c.RestartAsync();
                Assert.Equal(before, Text(await c.DescribeConsumersAsync("g")));
            }

            await c.DisposeAsync();
        }

        static string Text(ConsumerGroupDescription group) => string.Join('\n',
        [
            $"{group.State} {group.GroupEpoch} {group.AssignmentEpoch} {group.AssignorName}",
            .. group.Members.OrderBy(m => m.Member.MemberId, StringComparer.Ordinal).Select(m =>
                $"{m.Member.MemberId} {m.Member.Metadata.InstanceId} {m.Member.Epoch} {m.Member.Current.PreviousEpoch} {m.Member.Current.State} {string.Join(',', m.Member.Metadata.Topics)} {m.Member.Metadata.TopicRegex} "
                + $"{string.Join(',', m.Member.Current.Assigned.OrderBy(p => p.Key))} {string.Join(',', m.Member.Current.PendingRevocation.OrderBy(p => p.Key))} {string.Join(',', m.Target.Order())}"),
        ]);
    }

    [Fact]
    public async Task Restarted_coordinator_gives_members_a_full_session_and_notices_what_became_of_topics_meanwhile()
    {
        await _c.BeatAsync("g", "a", 0, ["t"]);
        await _c.PassAsync(TimeSpan.FromSeconds(44));
        await using var restarted = await _c.RestartAsync();
        await restarted.PassAsync(TimeSpan.FromSeconds(44));
        _c.Topics.Grow("t", 3);
        Assert.Equal(3, (await restarted.BeatAsync("g", "a", 2)).Assignment!.Count);
        await restarted.PassAsync(TimeSpan.FromSeconds(46));
        Assert.Equal("Empty", (await restarted.DescribeConsumersAsync("g")).State);
    }

    private static (ErrorCode, string?) Error(ConsumerHeartbeatResult result) => (result.Error, result.Message);

    private static (ErrorCode, string?) Error(ConsumerGroupDescription result) => (result.Error, result.Message);
}
