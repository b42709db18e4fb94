using System.Globalization;
using System.Text;
using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Tests.Coordination.Groups;

/// <summary>Drives a group by hand: time moves only when the test says so, and every answer that was delivered can be looked at.</summary>
internal sealed class GroupFixture
{
    private readonly GroupEffects _effects = new();
    private long _now = 1_000_000;
    private int _uuids;

    public GroupFixture(GroupOptions? options = null) =>
        Group = new ClassicGroup("g", options ?? new GroupOptions { InitialRebalanceDelay = TimeSpan.Zero }, () => (++_uuids).ToString(CultureInfo.InvariantCulture));

    public ClassicGroup Group { get; }

    /// <summary>How often the group asked to be written.</summary>
    public int Persisted { get; private set; }

    public GroupTime Now => new(_now, _now + 1_000_000_000);

    public Task<JoinGroupResult> Join(
        string memberId = "", string? instance = null, string[]? protocols = null, string metadata = "t", int sessionMs = 10_000, int rebalanceMs = 60_000,
        string type = "consumer", bool requireId = false, bool skipping = true)
    {
        var reply = new Reply<JoinGroupResult>(error => new JoinGroupResult(error, memberId));
        var request = new GroupJoin
        {
            MemberId = memberId,
            InstanceId = instance,
            ClientId = "client",
            ClientHost = "/127.0.0.1",
            SessionTimeoutMs = sessionMs,
            RebalanceTimeoutMs = rebalanceMs,
            ProtocolType = type,
            Protocols = [.. (protocols ?? ["range"]).Select(name => new MemberProtocol(name, Encoding.UTF8.GetBytes(metadata)))],
            RequiresKnownMemberId = requireId,
            SupportsSkippingAssignment = skipping,
        };
        Group.Join(request, reply, Now, _effects);
        Finish();
        return reply.Answer;
    }

    public Task<SyncGroupResult> Sync(string memberId, int generation, params (string Member, string Assignment)[] assignments) =>
        Sync(memberId, generation, null, null, null, assignments);

    public Task<SyncGroupResult> Sync(string memberId, int generation, string? instance, string? type, string? protocol, params (string Member, string Assignment)[] assignments)
    {
        var reply = new Reply<SyncGroupResult>(error => new SyncGroupResult(error));
        var request = new GroupSync(
            new MemberIdentity(memberId, instance), generation, type, protocol,
            [.. assignments.Select(a => new KeyValuePair<string, ReadOnlyMemory<byte>>(a.Member, Encoding.UTF8.GetBytes(a.Assignment)))]);
        Group.Sync(request, reply, Now, _effects);
        Finish();
        return reply.Answer;
    }

    public ErrorCode Heartbeat(string memberId, int generation, string? instance = null) =>
        Group.Heartbeat(new MemberIdentity(memberId, instance), generation, Now);

    public IReadOnlyList<LeaveResult> Leave(params MemberIdentity[] leavers)
    {
        var results = Group.Leave(leavers, Now, _effects);
        Finish();
        return results;
    }

    public ErrorCode Commit(string memberId, int generation, string? instance = null, bool transactional = false) =>
        Group.ValidateCommit(new MemberIdentity(memberId, instance), generation, transactional, Now);

    /// <summary>Lets time pass and wakes the group whenever it asked for it.</summary>
    public void Pass(int milliseconds)
    {
        var end = _now + milliseconds;
        while (Group.NextDeadline <= end)
        {
            _now = Math.Max(_now, Group.NextDeadline);
            Group.Expire(Now, _effects);
            Finish();
        }

        _now = end;
    }

    /// <summary>A stable group of dynamic members, the first of them the leader; returns their ids.</summary>
    public string[] Stable(int members, int sessionMs = 10_000)
    {
        var ids = new List<string>();
        for (var i = 0; i < members; i++)
        {
            var joined = Join(sessionMs: sessionMs);
            Pass(0);
            var others = ids.Select(id => Join(id, sessionMs: sessionMs)).ToList();
            foreach (var other in others) Assert.Equal(ErrorCode.None, Done(other).Error);
            ids.Add(Done(joined).MemberId);
            Settle(ids);
        }

        Assert.Equal(ClassicGroupState.Stable, Group.State);
        return [.. ids];
    }

    /// <summary>Brings everybody's SyncGroup, the leader's with an assignment for each.</summary>
    public void Settle(IReadOnlyList<string> ids)
    {
        var assignments = ids.Select(id => (id, $"for {id}")).ToArray();
        foreach (var id in ids.Where(id => id != Group.LeaderId)) _ = Sync(id, Group.Generation);
        Assert.Equal(ErrorCode.None, Done(Sync(Group.LeaderId!, Group.Generation, assignments)).Error);
    }

    /// <summary>The answer, which must be there.</summary>
    public static T Done<T>(Task<T> answer)
    {
        Assert.True(answer.IsCompleted, "The request is still parked.");
        return answer.GetAwaiter().GetResult();
    }

    public static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private void Finish()
    {
        foreach (var reply in _effects.Replies) reply.Deliver();
        if (_effects.PersistGroup) Persisted++;
        _effects.Clear();
    }
}
