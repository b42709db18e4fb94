using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Protocol;
using static Kafkadog.Broker.Tests.Coordination.Groups.CoordinatorFixture;

namespace Kafkadog.Broker.Tests.Coordination.Groups;

/// <summary>What is left after the coordinator is gone and another one has read the log.</summary>
public sealed class GroupCoordinatorRestartTests : IAsyncDisposable
{
    private readonly MemoryOffsetsLog _log = new();
    private readonly CoordinatorFixture _c;

    public GroupCoordinatorRestartTests() => _c = new CoordinatorFixture(_log);

    public ValueTask DisposeAsync() => _c.DisposeAsync();

    [Fact]
    public async Task Members_generation_and_assignment_survive_and_nobody_has_to_join_again()
    {
        var joined = await _c.StableAsync("g");
        await using var restarted = await _c.RestartAsync();
        var group = await restarted.DescribeAsync("g");
        Assert.Equal(("Stable", "range"), (group.State, group.ProtocolData));
        Assert.Equal(joined.MemberId, Assert.Single(group.Members).Member.MemberId);
        Assert.Equal(ErrorCode.None, await restarted.Groups.HeartbeatAsync("g", new MemberIdentity(joined.MemberId), joined.Generation, Cancelled));
        var synced = await restarted.Groups.SyncAsync("g", Sync(joined, null, "other"), Cancelled);
        Assert.Equal("all", GroupFixture.Text(synced.Assignment));
        Assert.Equal(ErrorCode.None, Assert.Single((await restarted.CommitAsync("g", 9, joined.MemberId, joined.Generation)).Errors));
        Assert.Equal(ErrorCode.IllegalGeneration, (await restarted.CommitAsync("g", 9, joined.MemberId, joined.Generation - 1)).Error);
    }

    [Fact]
    public async Task Member_that_died_with_the_broker_is_dropped_a_session_later()
    {
        await _c.StableAsync("g");
        await using var restarted = await _c.RestartAsync();
        await restarted.PassAsync(TimeSpan.FromSeconds(9));
        Assert.Equal("Stable", (await restarted.DescribeAsync("g")).State);
        await restarted.PassAsync(TimeSpan.FromSeconds(2));
        Assert.Equal("Empty", (await restarted.DescribeAsync("g")).State);
    }

    [Fact]
    public async Task Static_member_comes_back_after_the_restart_without_a_rebalance()
    {
        var joined = await _c.StableAsync("g", instance: "i");
        await using var restarted = await _c.RestartAsync();
        var back = await restarted.Groups.JoinAsync("g", JoinRequest(instance: "i", metadata: Subscription("t")), Cancelled);
        Assert.Equal((ErrorCode.None, joined.Generation, true), (back.Error, back.Generation, back.SkipAssignment));
        await using var again = await restarted.RestartAsync();
        Assert.Equal(back.MemberId, Assert.Single((await again.DescribeAsync("g")).Members).Member.MemberId);
    }

    [Fact]
    public async Task Generation_of_an_empty_group_goes_on_counting()
    {
        var joined = await _c.StableAsync("g");
        await _c.Groups.LeaveAsync("g", [new MemberIdentity(joined.MemberId)], Cancelled);
        await using var restarted = await _c.RestartAsync();
        Assert.Equal("Empty", (await restarted.DescribeAsync("g")).State);
        Assert.Equal(3, (await restarted.JoinAsync("g", JoinRequest())).Generation);
    }

    [Fact]
    public async Task Last_commit_of_each_partition_survives()
    {
        await _c.CommitAsync("g", 1, metadata: "é✓");
        await _c.CommitAsync("g", 2, metadata: "é✓");
        await _c.CommitAsync("g", 5, partition: 1);
        await using var restarted = await _c.RestartAsync();
        var offset = await restarted.FetchAsync("g");
        Assert.Equal((2L, 7, "é✓"), (offset.Offset, offset.LeaderEpoch, offset.Metadata));
        Assert.Equal(5, (await restarted.FetchAsync("g", partition: 1)).Offset);
    }

    [Fact]
    public async Task Deleted_group_stays_deleted()
    {
        await _c.CommitAsync("g", 1);
        Assert.Equal([ErrorCode.None], await _c.Groups.DeleteAsync(["g"], Cancelled));
        await using var restarted = await _c.RestartAsync();
        Assert.Empty(await restarted.Groups.ListAsync(Cancelled));
        Assert.Equal(-1, (await restarted.FetchAsync("g")).Offset);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Offsets_of_a_transaction_count_when_it_commits(bool committed, bool restartBefore)
    {
        var c = _c;
        await c.CommitAsync("g", 1);
        await c.CommitAsync("g", 9, transaction: new TransactionalProducer(77, 3));
        Assert.Equal(1, (await c.FetchAsync("g")).Offset);
        Assert.Equal(ErrorCode.UnstableOffsetCommit, (await c.FetchAsync("g", requireStable: true)).Error);
        if (restartBefore) c = await c.RestartAsync();

        Assert.Equal(ErrorCode.None, await c.EndTransactionAsync("g", 77, committed));
        Assert.Equal(committed ? 9 : 1, (await c.FetchAsync("g", requireStable: true)).Offset);
        await using var restarted = await c.RestartAsync();
        Assert.Equal(committed ? 9 : 1, (await restarted.FetchAsync("g", requireStable: true)).Offset);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deleted_group_does_not_come_back_with_the_transaction_it_had(bool restartBefore)
    {
        var c = _c;
        await c.CommitAsync("g", 9, transaction: new TransactionalProducer(77, 3));
        Assert.Equal([ErrorCode.None], await c.Groups.DeleteAsync(["g"], Cancelled));
        if (restartBefore) c = await c.RestartAsync();

        Assert.Equal(ErrorCode.None, await c.EndTransactionAsync("g", 77, committed: true));
        Assert.Equal(-1, (await c.FetchAsync("g", requireStable: true)).Offset);
        await using var restarted = await c.RestartAsync();
        Assert.Equal(-1, (await restarted.FetchAsync("g", requireStable: true)).Offset);
        Assert.Empty(await restarted.Groups.ListAsync(Cancelled));
    }

    [Fact]
    public async Task Transaction_does_not_bring_back_a_position_older_than_a_later_commit()
    {
        await _c.CommitAsync("g", 5, transaction: new TransactionalProducer(77, 3));
        await _c.CommitAsync("g", 8);
        await _c.EndTransactionAsync("g", 77, committed: true);
        Assert.Equal(8, (await _c.FetchAsync("g")).Offset);
    }
}
