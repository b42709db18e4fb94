using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;
using static Kafkadog.Broker.Tests.Coordination.Groups.CoordinatorFixture;

namespace Kafkadog.Broker.Tests.Coordination.Groups;

public sealed class GroupCoordinatorTests : IAsyncDisposable
{
    private readonly MemoryOffsetsLog _log = new();
    private readonly CoordinatorFixture _c;

    public GroupCoordinatorTests() => _c = new CoordinatorFixture(_log);

    public ValueTask DisposeAsync() => _c.DisposeAsync();

    /// <summary>The partitions in which Apache Kafka 4.3.1 was seen to keep these groups, and two by hand for hashes below zero.</summary>
    [Theory]
    [InlineData("simple", 26)]
    [InlineData("simple2", 16)]
    [InlineData("live", 42)]
    [InlineData("stat", 14)]
    [InlineData("", 0)]
    [InlineData("polygenelubricants", 0)]
    public void Group_lives_in_the_partition_of_its_hash(string group, int partition) => Assert.Equal(partition, _c.Groups.PartitionOf(group));

    [Fact]
    public async Task Assignment_is_in_the_log_before_anybody_gets_it()
    {
        var joined = await _c.JoinAsync("g", JoinRequest());
        _log.Close();
        var syncing = _c.Groups.SyncAsync("g", Sync(joined, null, "all"), Cancelled);
        await _log.Held.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
        Assert.False(syncing.IsCompleted);
        _log.Open();
        Assert.Equal(ErrorCode.None, (await syncing).Error);
    }

    [Fact]
    public async Task Commit_is_in_the_log_before_it_is_answered()
    {
        _log.Close();
        var committing = _c.CommitAsync("g", 5);
        await _log.Held.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
        Assert.False(committing.IsCompleted);
        _log.Open();
        Assert.Equal(ErrorCode.None, Assert.Single((await committing).Errors));
        Assert.Single(_log.Batches);
    }

    [Fact]
    public async Task Requests_that_gather_behind_a_write_share_the_next_one()
    {
        _log.Close();
        var first = _c.CommitAsync("g", 0);
        await _log.Held.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
        var more = Enumerable.Range(1, 100).Select(offset => _c.CommitAsync("g", offset)).ToList();
        _log.Open();
        await first;
        await Task.WhenAll(more);
        Assert.Equal(2, _log.Appends);
        Assert.Equal(100, (await _c.FetchAsync("g")).Offset);
    }

    [Fact]
    public async Task Failed_write_is_told_and_takes_the_groups_of_its_partition_out_of_service()
    {
        var joined = await _c.StableAsync("g");
        _log.Failure = ErrorCode.KafkaStorageError;
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, (await _c.CommitAsync("g", 5, joined.MemberId, joined.Generation)).Error);
        _log.Failure = ErrorCode.None;
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, await _c.Groups.HeartbeatAsync("g", new MemberIdentity(joined.MemberId), joined.Generation, Cancelled));
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, (await _c.Groups.FetchAsync("g", null, false, Cancelled)).Error);
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, (await _c.DescribeAsync("g")).Error);
        Assert.Equal(ErrorCode.None, Assert.Single((await _c.CommitAsync("other", 1)).Errors));
    }

    [Fact]
    public async Task Parked_join_is_given_up_when_its_client_goes_and_the_group_goes_on()
    {
        var joined = await _c.StableAsync("g");
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var parked = _c.Groups.JoinAsync("g", JoinRequest(), gone.Token);
        await _c.Groups.ListAsync(Cancelled);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => parked);
        Assert.Equal(2, (await _c.Groups.JoinAsync("g", JoinRequest(joined.MemberId), Cancelled)).Generation);
    }

    [Fact]
    public async Task Stopping_answers_whoever_is_parked()
    {
        await _c.StableAsync("g");
        var parked = _c.Groups.JoinAsync("g", JoinRequest(), Cancelled);
        await _c.Groups.ListAsync(Cancelled);
        await _c.Groups.DisposeAsync();
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, (await parked).Error);
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, await _c.Groups.HeartbeatAsync("g", new MemberIdentity("x"), 1, Cancelled));
    }

    [Fact]
    public async Task Silent_member_is_dropped_by_the_clock()
    {
        await _c.StableAsync("g");
        await _c.PassAsync(TimeSpan.FromSeconds(11));
        Assert.Equal("Empty", (await _c.DescribeAsync("g")).State);
    }

    [Theory]
    [InlineData("", "", 10_000, nameof(ErrorCode.InvalidGroupId))]
    [InlineData("g", "", 5_999, nameof(ErrorCode.InvalidSessionTimeout))]
    [InlineData("g", "", 1_800_001, nameof(ErrorCode.InvalidSessionTimeout))]
    [InlineData("g", "somebody", 10_000, nameof(ErrorCode.UnknownMemberId))]
    public async Task Impossible_join_is_refused_and_makes_no_group(string group, string member, int sessionMs, string expected)
    {
        var answer = await _c.Groups.JoinAsync(group, JoinRequest(member) with { SessionTimeoutMs = sessionMs }, Cancelled);
        Assert.Equal((expected, member), (answer.Error.ToString(), answer.MemberId));
        Assert.Empty(await _c.Groups.ListAsync(Cancelled));
    }

    [Fact]
    public async Task Promised_id_that_is_never_used_leaves_no_group_behind()
    {
        Assert.Equal(ErrorCode.MemberIdRequired, (await _c.Groups.JoinAsync("g", JoinRequest(requireId: true), Cancelled)).Error);
        Assert.Single(await _c.Groups.ListAsync(Cancelled));
        await _c.PassAsync(TimeSpan.FromSeconds(11));
        Assert.Empty(await _c.Groups.ListAsync(Cancelled));
    }

    [Fact]
    public async Task Requests_for_a_group_that_does_not_exist_say_so()
    {
        Assert.Equal(ErrorCode.UnknownMemberId, await _c.Groups.HeartbeatAsync("g", new MemberIdentity("m"), 1, Cancelled));
        Assert.Equal(ErrorCode.UnknownMemberId, (await _c.Groups.SyncAsync("g", new GroupSync(new MemberIdentity("m"), 1, null, null, []), Cancelled)).Error);
        var left = await _c.Groups.LeaveAsync("g", [new MemberIdentity("m")], Cancelled);
        Assert.Equal((ErrorCode.None, ErrorCode.UnknownMemberId), (left.Error, Assert.Single(left.Members).Error));
        Assert.Equal([ErrorCode.GroupIdNotFound], await _c.Groups.DeleteAsync(["g"], Cancelled));
        Assert.Equal(ErrorCode.GroupIdNotFound, (await _c.Groups.DeleteOffsetsAsync("g", [], Cancelled)).Error);
        Assert.Equal((ErrorCode.GroupIdNotFound, "Dead"), ((await _c.DescribeAsync("g")).Error, (await _c.DescribeAsync("g")).State));
        Assert.Equal(ErrorCode.GroupIdNotFound, (await _c.CommitAsync("g", 1, "m", 1)).Error);
        Assert.Empty(await _c.Groups.ListAsync(Cancelled));
    }

    [Fact]
    public async Task Simple_group_is_made_by_its_first_commit()
    {
        Assert.Equal(-1, (await _c.FetchAsync("g")).Offset);
        Assert.Equal(ErrorCode.None, Assert.Single((await _c.CommitAsync("g", 42, metadata: "note")).Errors));
        var fetched = await _c.FetchAsync("g");
        Assert.Equal((ErrorCode.None, 42L, 7, "note"), (fetched.Error, fetched.Offset, fetched.LeaderEpoch, fetched.Metadata));
        Assert.Equal(("", "Empty", "classic"), (await _c.Groups.ListAsync(Cancelled)).Select(g => (g.ProtocolType, g.State, g.Type)).Single());
        Assert.Equal([new TopicPartition("t", 0)], (await _c.Groups.FetchAsync("g", null, false, Cancelled)).Offsets.Select(o => o.Partition));
    }

    [Fact]
    public async Task Metadata_that_is_too_long_is_refused_and_not_kept()
    {
        Assert.Equal(ErrorCode.OffsetMetadataTooLarge, Assert.Single((await _c.CommitAsync("g", 1, metadata: new string('x', 4097))).Errors));
        Assert.Empty(_log.Batches);
        Assert.Empty(await _c.Groups.ListAsync(Cancelled));
    }

    [Fact]
    public async Task Group_with_members_cannot_be_deleted_nor_offsets_of_topics_it_reads()
    {
        var joined = await _c.StableAsync("g", topic: "t");
        await _c.CommitAsync("g", 1, joined.MemberId, joined.Generation);
        await _c.CommitAsync("g", 1, joined.MemberId, joined.Generation, topic: "u");
        Assert.Equal([ErrorCode.NonEmptyGroup], await _c.Groups.DeleteAsync(["g"], Cancelled));
        var deleted = await _c.Groups.DeleteOffsetsAsync("g", [new TopicPartition("t", 0), new TopicPartition("u", 0)], Cancelled);
        Assert.Equal([ErrorCode.GroupSubscribedToTopic, ErrorCode.None], deleted.Errors);
        Assert.Equal((1L, -1L), ((await _c.FetchAsync("g")).Offset, (await _c.FetchAsync("g", "u")).Offset));
    }

    [Fact]
    public async Task Offsets_of_an_empty_group_expire_after_it_became_empty_and_the_group_with_them()
    {
        // A session of weeks, so that the member lives on while the clock jumps.
        await using var c = new CoordinatorFixture(_log, _c.Clock, new GroupOptions { InitialRebalanceDelay = TimeSpan.Zero, MaxSessionTimeout = TimeSpan.FromDays(20) });
        var joined = await c.JoinAsync("g", JoinRequest() with { SessionTimeoutMs = (int)TimeSpan.FromDays(20).TotalMilliseconds });
        await c.Groups.SyncAsync("g", Sync(joined, null, "all"), Cancelled);
        await c.CommitAsync("g", 1, joined.MemberId, joined.Generation);
        await c.CommitAsync("g", 2, joined.MemberId, joined.Generation, topic: "no longer read");
        await c.PassAsync(TimeSpan.FromDays(8));
        Assert.Equal((1L, -1L), ((await c.FetchAsync("g")).Offset, (await c.FetchAsync("g", "no longer read")).Offset));

        await c.Groups.LeaveAsync("g", [new MemberIdentity(joined.MemberId)], Cancelled);
        await c.PassAsync(TimeSpan.FromDays(6.9));
        Assert.Equal(1, (await c.FetchAsync("g")).Offset);
        await c.PassAsync(TimeSpan.FromDays(0.2));
        Assert.Empty(await c.Groups.ListAsync(Cancelled));
        Assert.All(_log.Batches[^1].Batch.Records, record => Assert.Null(record.Value));
        await using var restarted = await c.RestartAsync();
        Assert.Empty(await restarted.Groups.ListAsync(Cancelled));
    }

    [Fact]
    public async Task Offsets_of_a_simple_group_expire_each_from_its_own_commit_or_when_the_client_asked()
    {
        await _c.CommitAsync("g", 1, partition: 0);
        await _c.PassAsync(TimeSpan.FromDays(5));
        await _c.CommitAsync("g", 2, partition: 1);
        await _c.CommitAsync("g", 3, partition: 2, retentionMs: 3_600_000);
        await _c.PassAsync(TimeSpan.FromDays(3));
        var left = await _c.Groups.FetchAsync("g", null, false, Cancelled);
        Assert.Equal((1, 2L), (Assert.Single(left.Offsets).Partition.Partition, left.Offsets[0].Offset));
    }

    [Fact]
    public async Task Deleted_topic_takes_its_offsets_along_in_every_group()
    {
        await _c.CommitAsync("g", 1, topic: "gone");
        await _c.CommitAsync("h", 2, topic: "gone");
        await _c.CommitAsync("h", 3, topic: "stays");
        await _c.Groups.ForgetTopicsAsync(topic => topic == "gone", Cancelled);
        await using var restarted = await _c.RestartAsync();
        Assert.Equal(-1, (await restarted.FetchAsync("g", "gone")).Offset);
        Assert.Equal(-1, (await restarted.FetchAsync("h", "gone")).Offset);
        Assert.Equal(3, (await restarted.FetchAsync("h", "stays")).Offset);
    }
}
