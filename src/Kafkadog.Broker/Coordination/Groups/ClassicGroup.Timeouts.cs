namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>
/// What happens when nothing happens. One deadline for the whole group: a heartbeat only moves its member's own mark, and the next
/// wake-up finds out who was really silent. So a thousand heartbeats cost no timer at all.
/// </summary>
internal sealed partial class ClassicGroup
{
    public const long Never = long.MaxValue;

    private long _joinDeadline = Never;
    private long _syncDeadline = Never;

    /// <summary>No session ends before this moment; it may be early, never late.</summary>
    private long _nextSessionCheck = Never;

    /// <summary>When <see cref="Expire"/> must be called next, on the monotonic clock in milliseconds; <see cref="Never"/> when nothing is due.</summary>
    public long NextDeadline => Math.Min(Math.Min(_joinDeadline, _syncDeadline), _nextSessionCheck);

    /// <summary>Does whatever is due: ends a phase of the rebalance, ends sessions, forgets promised ids. Early calls do nothing.</summary>
    public void Expire(GroupTime now, GroupEffects effects)
    {
        if (now.Monotonic >= _joinDeadline)
        {
            if (_initialRebalance) CompleteInitialRebalanceOrWait(now, effects);
            else CompleteJoin(now, effects);
        }

        if (now.Monotonic >= _syncDeadline) ExpireSync(now, effects);
        if (now.Monotonic >= _nextSessionCheck) ExpireSessions(now, effects);
    }

    /// <summary>Members that joined but never fetched their assignment hold partitions that nobody reads: out with them.</summary>
    private void ExpireSync(GroupTime now, GroupEffects effects)
    {
        _syncDeadline = Never;
        if (_owedSyncs == 0) return;
        foreach (var member in _members.Values.Where(m => m.OwesSync).ToList()) Expel(member, effects);
        PrepareRebalance(now, effects);
    }

    private void ExpireSessions(GroupTime now, GroupEffects effects)
    {
        var gone = _members.Values.Where(m => m.SessionCanExpire && now.Monotonic >= m.SessionDeadline).ToList();
        var forgotten = _pendingMembers.Where(p => now.Monotonic >= p.Value).Select(p => p.Key).ToList();
        foreach (var member in gone) Expel(member, effects);
        foreach (var memberId in forgotten) _pendingMembers.Remove(memberId);

        _nextSessionCheck = Never;
        foreach (var member in _members.Values)
        {
            if (member.SessionCanExpire) _nextSessionCheck = Math.Min(_nextSessionCheck, member.SessionDeadline);
        }

        foreach (var deadline in _pendingMembers.Values) _nextSessionCheck = Math.Min(_nextSessionCheck, deadline);

        if (gone.Count > 0) MembershipShrank(now, effects);
        else if (forgotten.Count > 0) PendingMembersShrank(now, effects);
    }

    private void AddPending(string memberId, int sessionTimeoutMs, GroupTime now)
    {
        var deadline = now.Monotonic + sessionTimeoutMs;
        _pendingMembers.Add(memberId, deadline);
        _nextSessionCheck = Math.Min(_nextSessionCheck, deadline);
    }

    private void ExtendSession(GroupMember member, GroupTime now) => SetSessionDeadline(member, now.Monotonic + member.SessionTimeoutMs);

    private void SetSessionDeadline(GroupMember member, long deadline)
    {
        member.SessionDeadline = deadline;
        _nextSessionCheck = Math.Min(_nextSessionCheck, deadline);
    }
}
