namespace Kafkadog.Broker.Coordination.Groups.Consumer;

/// <summary>
/// What happens when nothing happens: a member that no longer calls is fenced after its session, one that does not give partitions up
/// after its rebalance timeout. A heartbeat only moves its member's mark; the next wake-up finds out who was really silent.
/// </summary>
internal sealed partial class ConsumerGroup
{
    private readonly Dictionary<string, MemberDeadlines> _deadlines = new(StringComparer.Ordinal);

    /// <summary>Nothing is due before this moment; it may be early, never late.</summary>
    private long _nextCheck = ClassicGroup.Never;

    public long NextDeadline => _nextCheck;

    public void Expire(GroupTime now, GroupEffects effects)
    {
        if (now.Monotonic < _nextCheck) return;
        var late = _members.Values.Where(member => _deadlines.TryGetValue(member.MemberId, out var deadlines) && deadlines.Next <= now.Monotonic).ToList();
        Fence(late, effects);
        _nextCheck = ClassicGroup.Never;
        foreach (var deadlines in _deadlines.Values) _nextCheck = Math.Min(_nextCheck, deadlines.Next);
    }

    private void ExtendSession(string memberId, int timeoutMs, GroupTime now) => DeadlinesOf(memberId).Session = Soon(now.Monotonic + timeoutMs);

    /// <summary>While a member has partitions to give up it is watched; each step on the way gives it the whole time again.</summary>
    private void WatchRevocation(ConsumerMember member, GroupTime now) => DeadlinesOf(member.MemberId).Revocation =
        member.Current.State == MemberState.UnrevokedPartitions ? Soon(now.Monotonic + member.Metadata.RebalanceTimeoutMs) : ClassicGroup.Never;

    private MemberDeadlines DeadlinesOf(string memberId)
    {
        if (!_deadlines.TryGetValue(memberId, out var deadlines)) _deadlines.Add(memberId, deadlines = new MemberDeadlines());
        return deadlines;
    }

    private long Soon(long deadline)
    {
        _nextCheck = Math.Min(_nextCheck, deadline);
        return deadline;
    }

    /// <summary>On the monotonic clock in milliseconds.</summary>
    private sealed class MemberDeadlines
    {
        public long Session { get; set; } = ClassicGroup.Never;

        /// <summary>Partitions must be given up until then.</summary>
        public long Revocation { get; set; } = ClassicGroup.Never;

        /// <summary>A member of the classic protocol must have joined again.</summary>
        public long Join { get; set; } = ClassicGroup.Never;

        /// <summary>A member of the classic protocol must have fetched its assignment.</summary>
        public long Sync { get; set; } = ClassicGroup.Never;

        public long Next => Math.Min(Math.Min(Session, Revocation), Math.Min(Join, Sync));
    }
}
