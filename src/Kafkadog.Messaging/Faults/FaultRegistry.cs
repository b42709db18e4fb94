namespace Kafkadog.Messaging.Faults;

/// <summary>
/// The faults of this process, in memory alone: a restart clears them. Each ends by its count or its expiry, so that
/// nobody looks for a switch that was forgotten. Nothing is drawn: the next ones that match are hit. Shared under its lock.
/// </summary>
public sealed class FaultRegistry(TimeProvider time) : IFaultPoints
{
    public const int MaxActive = 100;
    public const int MaxEnded = 20;

    private readonly Lock gate = new();
    private readonly List<Fault> faults = [];
    private int lastId;

    /// <summary>False while nothing can be hit: then a fault point costs this one look.</summary>
    private volatile bool armed;

    /// <summary>Every fault, the newest first; the last ended ones are kept to be looked at.</summary>
    public IReadOnlyList<FaultStatus> Faults
    {
        get
        {
            lock (gate)
            {
                Tidy();
                return [.. faults.Select(fault => fault.Status(time.GetUtcNow())).Reverse()];
            }
        }
    }

    /// <summary>Null when <see cref="MaxActive"/> are active already.</summary>
    public FaultStatus? Add(FaultSpec spec)
    {
        lock (gate)
        {
            Tidy();
            var now = time.GetUtcNow();
            if (faults.Count(fault => fault.StateAt(now) == FaultState.Active) >= MaxActive)
                return null;

            var added = new Fault(++lastId, spec, now);
            faults.Add(added);
            armed = true;
            return added.Status(now);
        }
    }

    public bool Remove(int id)
    {
        lock (gate)
        {
            var removed = faults.RemoveAll(fault => fault.Id == id) > 0;
            Tidy();
            return removed;
        }
    }

    /// <summary>How many were removed, ended ones included.</summary>
    public int Clear()
    {
        lock (gate)
        {
            var removed = faults.Count;
            faults.Clear();
            armed = false;
            return removed;
        }
    }

    public void Hit(FaultPoint point, string? key)
    {
        if (!armed)
            return;

        Fault? hit;
        lock (gate)
        {
            var now = time.GetUtcNow();
            hit = faults.Find(fault => fault.Spec.Point == point && fault.TryHit(new(now, Key: key)));
            Tidy();
        }

        if (hit?.Spec.Mode == FaultSpec.Throw)
            throw new InjectedFaultException(hit.Id, hit.Spec);
        if (hit is not null)
            Block(hit.Spec.DelayBy);
    }

    public InjectedFault? Take(string group, InboundEvent received)
    {
        if (!armed)
            return null;

        lock (gate)
        {
            var hit = faults.Find(fault =>
                fault.Spec is { Point: FaultPoint.BeforeHandler, IsSwitch: false } && fault.Matches(received) && fault.TryHit(Describe(group, received)));
            Tidy();
            return hit is null ? null : new InjectedFault(hit.Id, hit.Spec, time);
        }
    }

    /// <summary>
    /// True when a handler is to answer this event differently. Asked again for the same event, the answer is the same
    /// and is not counted again.
    /// </summary>
    /// <returns>The text that says why, or null.</returns>
    public string? TakeSwitch(string mode, InboundEvent received)
    {
        if (!armed)
            return null;

        lock (gate)
        {
            var hit = faults.Find(fault => fault.Spec.Mode == mode && fault.Has(received.EventId))
                ?? faults.Find(fault => fault.Spec.Mode == mode && fault.Matches(received) && fault.TryHit(Describe(null, received)));
            Tidy();
            return hit is null ? null : $"injected fault {hit.Id}: {mode}";
        }
    }

    private FaultHit Describe(string? group, InboundEvent received) => new(
        time.GetUtcNow(), group, received.Record.Topic, received.Record.Partition, received.Record.Offset, received.Key, received.Type, received.EventId);

    private void Tidy()
    {
        var now = time.GetUtcNow();
        var ended = faults.Count(fault => fault.StateAt(now) != FaultState.Active);
        for (var i = 0; ended > MaxEnded; i++)
        {
            if (faults[i].StateAt(now) == FaultState.Active)
                continue;

            faults.RemoveAt(i--);
            ended--;
        }

        // A switch that is used up still answers for the events it has hit.
        armed = faults.Exists(fault => fault.Spec.IsSwitch || fault.StateAt(now) == FaultState.Active);
    }

    /// <summary>Holds up the thread that came by: the writer then is as slow as a slow database makes it.</summary>
    private void Block(TimeSpan delay)
    {
        using var elapsed = new ManualResetEventSlim();
        using var timer = time.CreateTimer(static waiting => ((ManualResetEventSlim)waiting!).Set(), elapsed, delay, Timeout.InfiniteTimeSpan);
        elapsed.Wait();
    }

    private sealed class Fault(int id, FaultSpec spec, DateTimeOffset createdAt)
    {
        private const int LastHits = 10;
        private const int MostRemembered = 10_000;

        private readonly Queue<FaultHit> last = new();
        private readonly HashSet<Guid> events = [];
        private int hits;

        public int Id { get; } = id;

        public FaultSpec Spec { get; } = spec;

        private DateTimeOffset ExpiresAt => createdAt + Spec.ExpiresIn;

        public FaultState StateAt(DateTimeOffset now) =>
            hits >= Spec.Count ? FaultState.UsedUp : now >= ExpiresAt ? FaultState.Expired : FaultState.Active;

        public bool Matches(InboundEvent received) => Spec.Match?.Matches(received) != false;

        public bool Has(Guid eventId) => events.Contains(eventId);

        public bool TryHit(FaultHit hit)
        {
            if (StateAt(hit.At) != FaultState.Active)
                return false;

            hits++;
            last.Enqueue(hit);
            if (last.Count > LastHits)
                last.Dequeue();
            if (Spec.IsSwitch && hit.EventId is { } eventId && events.Count < MostRemembered)
                events.Add(eventId);

            return true;
        }

        public FaultStatus Status(DateTimeOffset now) => new(
            Id, Spec, StateAt(now), hits, Spec.Count is { } count ? Math.Max(0, count - hits) : null, createdAt, ExpiresAt, [.. last.Reverse()]);
    }
}
