using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;
using static Kafkadog.Broker.Tests.Coordination.Groups.CoordinatorFixture;

namespace Kafkadog.Broker.Tests.Coordination.Groups.Consumer;

/// <summary>A group goes over to the other protocol while it has members: they speak one or the other, and share the partitions all the time.</summary>
public sealed class GroupMigrationTests : IAsyncDisposable
{
    private static readonly GroupOptions s_options = new() { InitialRebalanceDelay = TimeSpan.Zero, ConsumerAssignmentInterval = TimeSpan.Zero };

    private CoordinatorFixture _c = new(options: s_options);

    public GroupMigrationTests() => _c.Topics.Create("t", 4);

    public ValueTask DisposeAsync() => _c.DisposeAsync();

    [Fact]
    public async Task Member_of_the_consumer_protocol_turns_a_classic_group_into_a_consumer_group_and_shares_with_its_members()
    {
        var a = await StableClassicAsync();
        var joined = await _c.BeatAsync("g", "c", 0, ["t"]);
        Assert.Equal((ErrorCode.None, a.Generation + 1, 0), (joined.Error, joined.MemberEpoch, joined.Assignment!.Count));
        Assert.Equal("consumer", Assert.Single(await _c.Groups.ListAsync(Cancelled)).Type);

        // The classic member is sent to join, gives two up, joins again without them, and the other gets them.
        Assert.Equal(ErrorCode.RebalanceInProgress, await HeartbeatAsync(a));
        var revoking = await JoinAsync(a.MemberId, owned: 4);
        Assert.Equal((ErrorCode.None, a.Generation, "range"), (revoking.Error, revoking.Generation, revoking.ProtocolName));
        var kept = await SyncAsync(revoking);
        Assert.Equal(2, kept.Length);
        Assert.Equal(ErrorCode.RebalanceInProgress, await HeartbeatAsync(revoking));
        var advanced = await JoinAsync(a.MemberId, owned: 0);
        Assert.Equal(joined.MemberEpoch, advanced.Generation);
        Assert.Equal(kept, await SyncAsync(advanced));
        Assert.Equal(ErrorCode.None, await HeartbeatAsync(advanced));
        var received = await _c.BeatAsync("g", "c", joined.MemberEpoch, owned: []);
        Assert.Equal([0, 1, 2, 3], received.Assignment!.Select(p => p.Partition).Concat(kept).Order());

        var described = await _c.DescribeConsumersAsync("g");
        Assert.Equal(("Stable", 1), (described.State, described.Members.Count(m => m.Member.UsesClassicProtocol)));
        Assert.Equal(ErrorCode.None, Assert.Single((await _c.CommitAsync("g", 5, a.MemberId, advanced.Generation, partition: kept[0])).Errors));
        Assert.Equal(ErrorCode.IllegalGeneration, (await _c.CommitAsync("g", 5, a.MemberId, advanced.Generation + 1)).Error);
    }

    [Fact]
    public async Task Members_that_wait_in_the_classic_group_are_sent_to_join_again()
    {
        var a = await StableClassicAsync();
        var waiting = _c.Groups.JoinAsync("g", JoinRequest(metadata: Subscription("t")), Cancelled);
        await _c.Groups.ListAsync(Cancelled);
        Assert.False(waiting.IsCompleted);
        await _c.BeatAsync("g", "c", 0, ["t"]);
        Assert.Equal(ErrorCode.RebalanceInProgress, (await waiting).Error);
        Assert.Equal(ErrorCode.None, (await JoinAsync(a.MemberId, owned: 4)).Error);
        Assert.Equal(ErrorCode.None, (await JoinAsync("", owned: 0)).Error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Classic_members_that_are_left_alone_go_on_in_a_classic_group(bool diesSilently)
    {
        await MixedAsync();
        if (diesSilently)
        {
            for (var i = 0; i < 10; i++)
            {
                await _c.PassAsync(TimeSpan.FromSeconds(5));
                await _c.Groups.HeartbeatAsync("g", new MemberIdentity(ClassicMember), ClassicGeneration, Cancelled);
            }
        }
        else
        {
            await _c.BeatAsync("g", "c", -1);
        }

        Assert.Equal("classic", Assert.Single(await _c.Groups.ListAsync(Cancelled)).Type);
        var joined = await _c.JoinAsync("g", JoinRequest(ClassicMember, metadata: Subscription("t")));
        Assert.Equal((ErrorCode.None, joined.MemberId), (joined.Error, joined.Leader));
        Assert.Equal(ErrorCode.None, (await _c.Groups.SyncAsync("g", CoordinatorFixture.Sync(joined, null, "x"), Cancelled)).Error);
        await using var restarted = await _c.RestartAsync();
        Assert.Equal(("classic", "Stable"), (Assert.Single(await restarted.Groups.ListAsync(Cancelled)).Type, (await restarted.DescribeAsync("g")).State));
    }

    [Fact]
    public async Task Mixed_group_is_what_it_was_after_a_restart_and_so_is_the_classic_one_it_became()
    {
        await MixedAsync();
        _c = await _c.RestartAsync();
        Assert.Equal(("Stable", 2), ((await _c.DescribeConsumersAsync("g")).State, (await _c.DescribeConsumersAsync("g")).Members.Count));
        Assert.Equal(ErrorCode.None, await _c.Groups.HeartbeatAsync("g", new MemberIdentity(ClassicMember), ClassicGeneration, Cancelled));
        Assert.Equal(ErrorCode.None, (await _c.BeatAsync("g", "c", ClassicGeneration)).Error);
        await _c.BeatAsync("g", "c", -1);
        _c = await _c.RestartAsync();
        Assert.Equal("classic", Assert.Single(await _c.Groups.ListAsync(Cancelled)).Type);
        Assert.Equal(ErrorCode.None, (await _c.JoinAsync("g", JoinRequest(ClassicMember, metadata: Subscription("t")))).Error);
    }

    [Fact]
    public async Task Classic_member_that_does_not_join_again_in_time_is_expelled()
    {
        var a = await StableClassicAsync();
        await _c.BeatAsync("g", "c", 0, ["t"]);
        for (var i = 0; i < 15; i++)
        {
            await HeartbeatAsync(a);
            await _c.BeatAsync("g", "c", (await _c.DescribeConsumersAsync("g")).Members.Single(m => m.Member.MemberId == "c").Member.Epoch, owned: []);
            await _c.PassAsync(TimeSpan.FromSeconds(5));
        }

        Assert.Equal("c", Assert.Single((await _c.DescribeConsumersAsync("g")).Members).Member.MemberId);
        Assert.Equal(ErrorCode.UnknownMemberId, await HeartbeatAsync(a));
    }

    [Fact]
    public async Task Administrator_removes_members_of_both_protocols()
    {
        await MixedAsync();
        var removed = await _c.Groups.LeaveAsync("g", [new MemberIdentity("c"), new MemberIdentity(ClassicMember)], Cancelled);
        Assert.All(removed.Members, result => Assert.Equal(ErrorCode.None, result.Error));
        Assert.Equal(["Empty"], (await _c.Groups.ListAsync(Cancelled)).Select(group => group.State));
    }

    [Fact]
    public async Task Classic_member_of_a_consumer_group_leaves_and_is_refused_what_is_not_its_own()
    {
        await MixedAsync();
        var strangers = await _c.Groups.LeaveAsync("g", [new MemberIdentity("nobody"), new MemberIdentity("c", "instance")], Cancelled);
        Assert.All(strangers.Members, result => Assert.Equal(ErrorCode.UnknownMemberId, result.Error));
        Assert.Equal(ErrorCode.UnknownMemberId, await _c.Groups.HeartbeatAsync("g", new MemberIdentity("c"), ClassicGeneration, Cancelled));
        Assert.Equal(ErrorCode.IllegalGeneration, await _c.Groups.HeartbeatAsync("g", new MemberIdentity(ClassicMember), 99, Cancelled));
        var other = JoinRequest(metadata: Subscription("t")) with { Protocols = [new MemberProtocol("other", Subscription("t"))] };
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, (await _c.Groups.JoinAsync("g", other, Cancelled)).Error);
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, (await _c.Groups.JoinAsync("g", JoinRequest(metadata: [9]), Cancelled)).Error);
        Assert.Equal(ErrorCode.MemberIdRequired, (await _c.Groups.JoinAsync("g", JoinRequest(requireId: true), Cancelled)).Error);
        Assert.Equal(ErrorCode.None, Assert.Single((await _c.Groups.LeaveAsync("g", [new MemberIdentity(ClassicMember)], Cancelled)).Members).Error);
        Assert.Equal(4, (await _c.BeatAsync("g", "c", ClassicGeneration, owned: [])).Assignment!.Count);
    }

    [Fact]
    public async Task Static_member_changes_its_protocol_and_keeps_its_place()
    {
        var joined = await _c.JoinAsync("g", JoinRequest(instance: "i", metadata: Subscription("t")));
        await _c.Groups.SyncAsync("g", Assigned(joined, "i"), Cancelled);
        var upgraded = await _c.BeatAsync("g", "new", 0, ["t"], instance: "i");
        Assert.Equal((ErrorCode.None, 4), (upgraded.Error, upgraded.Assignment!.Count));
        Assert.Equal("new", Assert.Single((await _c.DescribeConsumersAsync("g")).Members).Member.MemberId);

        var back = await _c.JoinAsync("g", JoinRequest(instance: "i", metadata: Subscription("t")));
        Assert.Equal(ErrorCode.None, back.Error);
        Assert.Equal("classic", Assert.Single(await _c.Groups.ListAsync(Cancelled)).Type);
        Assert.Equal(ErrorCode.RebalanceInProgress, (await _c.Groups.SyncAsync("g", Assigned(back, "i"), Cancelled)).Error);
        Assert.Equal(ErrorCode.None, (await _c.JoinAsync("g", JoinRequest(back.MemberId, "i", Subscription("t")))).Error);
    }

    [Theory]
    [InlineData("disabled")]
    [InlineData("custom assignor")]
    [InlineData("malformed")]
    [InlineData("other protocol type")]
    public async Task Group_that_cannot_change_stays_as_it_is(string why)
    {
        if (why == "disabled") _c = new CoordinatorFixture(options: s_options with { MigrationPolicy = ConsumerGroupMigrationPolicy.Disabled }, topics: _c.Topics);
        var request = JoinRequest(metadata: Subscription("t"));
        var joined = await _c.JoinAsync("g", why == "other protocol type" ? request with { ProtocolType = "connect" } : request);
        var assignment = why switch
        {
            "custom assignor" => [.. ConsumerProtocol.WriteAssignment(1, [new TopicPartition("t", 0)])[..^4], 0, 0, 0, 1, 7],
            "malformed" => [7],
            _ => ConsumerProtocol.WriteAssignment(1, [new TopicPartition("t", 0)]),
        };
        await _c.Groups.SyncAsync("g", Assigned(joined, null, assignment), Cancelled);
        var refused = await _c.BeatAsync("g", "c", 0, ["t"]);
        Assert.Equal(ErrorCode.GroupIdNotFound, refused.Error);
        Assert.StartsWith("Cannot upgrade classic group g to consumer group because", refused.Message, StringComparison.Ordinal);
        Assert.Equal("Stable", (await _c.DescribeAsync("g")).State);
        Assert.Equal(ErrorCode.None, await HeartbeatAsync(joined));

        if (why != "disabled") return;
        await _c.BeatAsync("h", "c", 0, ["t"]);
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, (await _c.Groups.JoinAsync("h", request, Cancelled)).Error);
    }

    private string ClassicMember { get; set; } = "";

    private int ClassicGeneration { get; set; }

    /// <summary>A stable consumer group of a classic member and "c", two partitions each.</summary>
    private async Task MixedAsync()
    {
        var a = await StableClassicAsync();
        var joined = await _c.BeatAsync("g", "c", 0, ["t"]);
        await JoinAsync(a.MemberId, owned: 4);
        var advanced = await JoinAsync(a.MemberId, owned: 0);
        await SyncAsync(advanced);
        await _c.BeatAsync("g", "c", joined.MemberEpoch, owned: []);
        (ClassicMember, ClassicGeneration) = (a.MemberId, advanced.Generation);
        Assert.Equal("Stable", (await _c.DescribeConsumersAsync("g")).State);
    }

    /// <summary>A stable classic group of one member that has all four partitions.</summary>
    private async Task<JoinGroupResult> StableClassicAsync()
    {
        var joined = await _c.JoinAsync("g", JoinRequest(metadata: Subscription("t")));
        Assert.Equal(ErrorCode.None, (await _c.Groups.SyncAsync("g", Assigned(joined, null), Cancelled)).Error);
        return joined;
    }

    private static GroupSync Assigned(JoinGroupResult joined, string? instance, byte[]? assignment = null) => new(
        new MemberIdentity(joined.MemberId, instance), joined.Generation, null, null,
        [new(joined.MemberId, assignment ?? ConsumerProtocol.WriteAssignment(1, Enumerable.Range(0, 4).Select(p => new TopicPartition("t", p))))]);

    private Task<JoinGroupResult> JoinAsync(string memberId, int owned)
    {
        byte[] subscription = [.. Subscription("t")[..^4], .. ConsumerProtocol.WriteAssignment(1, Enumerable.Range(0, owned).Select(p => new TopicPartition("t", p)))[2..^4]];
        return _c.Groups.JoinAsync("g", JoinRequest(memberId, metadata: subscription), Cancelled);
    }

    private async Task<int[]> SyncAsync(JoinGroupResult joined)
    {
        var synced = await _c.Groups.SyncAsync("g", new GroupSync(new MemberIdentity(joined.MemberId), joined.Generation, "consumer", "range", []), Cancelled);
        Assert.Equal(ErrorCode.None, synced.Error);
        Assert.True(ConsumerProtocol.TryReadAssignment(synced.Assignment, out var assignment));
        return [.. assignment.Partitions.Select(p => p.Partition)];
    }

    private Task<ErrorCode> HeartbeatAsync(JoinGroupResult joined) => _c.Groups.HeartbeatAsync("g", new MemberIdentity(joined.MemberId), joined.Generation, Cancelled);
}
