using Kafkadog.Contracts;

namespace Kafkadog.Dashboard.Observing;

/// <summary>
/// Everything the dashboard knows, of now and of the last minutes. Not thread safe: reached only through
/// <see cref="Observation"/>.
/// </summary>
public sealed class Observed(DashboardOptions options, DateTimeOffset started)
{
    private readonly SortedDictionary<Place, Tape> tapes = [];
    private readonly LinkedList<ObservedRecord> recent = [];
    private readonly List<(DateTimeOffset At, ShopInstance Instance)> instanceChanges = [];

    public DateTimeOffset Started => started;

    public KafkaStatus Kafka { get; set; } = new(KafkaState.Connecting, started);

    /// <summary>By topic and partition.</summary>
    public IReadOnlyCollection<Tape> Tapes => tapes.Values;

    /// <summary>The records of every topic in the order they were seen, oldest first, bounded.</summary>
    public IReadOnlyCollection<ObservedRecord> Recent => recent;

    public IEnumerable<ObservedRecord> NewestFirst
    {
        get
        {
            for (var node = recent.Last; node is not null; node = node.Previous)
            {
                yield return node.Value;
            }
        }
    }

    /// <summary>Records seen since the dashboard started, those that were dropped included.</summary>
    public long RecordsSeen { get; private set; }

    public OrderStories Orders { get; } = new(options.MaxOrders);

    public CommitHistory Commits { get; } = new();

    public GroupHistory Groups { get; } = new();

    public GroupPhases Phases { get; } = new();

    /// <summary>Out of which some of <see cref="Groups"/> are made.</summary>
    public ConsumerGroups ConsumerGroups { get; } = new();

    public Deliveries Deliveries { get; } = new(options.MaxRecords);

    public LagHistory Lags { get; } = new();

    public RateHistory Rates { get; } = new(options.History);

    public IReadOnlyList<ShopInstance> Instances { get; private set; } = [];

    /// <summary>Why the instances are not known; null while they are.</summary>
    public string? InstancesProblem { get; set; }

    public IReadOnlyList<InstanceFault> Faults { get; set; } = [];

    /// <summary>Every change of an instance's state, oldest first, bounded by time.</summary>
    public IReadOnlyList<(DateTimeOffset At, ShopInstance Instance)> InstanceChanges => instanceChanges;

    public Tape Tape(Place place)
    {
        if (!tapes.TryGetValue(place, out var tape))
        {
            tapes[place] = tape = new Tape(place);
        }

        return tape;
    }

    /// <summary>Null for a partition that is not watched.</summary>
    public Tape? FindTape(Place place) => tapes.GetValueOrDefault(place);

    public IEnumerable<Tape> TapesOf(string topic) => tapes.Values.Where(t => t.Place.Topic == topic);

    public void Add(ObservedRecord record, IShopEvent? body, DateTimeOffset now)
    {
        if (!Tape(record.Place).Add(record))
        {
            return;
        }

        RecordsSeen++;
        recent.AddLast(record);
        Orders.Add(record, body);
        Rates.Add(record, now);
        if (recent.Count > options.MaxRecords)
        {
            var oldest = recent.First!.Value;
            recent.RemoveFirst();
            Tape(oldest.Place).DropOldest(1);
        }
    }

    public void SetInstances(IReadOnlyList<ShopInstance> instances, DateTimeOffset now)
    {
        foreach (var instance in instances)
        {
            if (Instances.FirstOrDefault(i => i.Name == instance.Name) is not { } before
                || before.State != instance.State || before.ProcessId != instance.ProcessId)
            {
                instanceChanges.Add((now, instance));
            }
        }

        foreach (var gone in Instances.Where(i => instances.All(n => n.Name != i.Name)))
        {
            instanceChanges.Add((now, gone with { State = ShopInstanceState.Stopped }));
        }

        Instances = instances;
        InstancesProblem = null;
    }

    /// <summary>Records a group has yet to read in a partition, now or as it was; null when it never committed there.</summary>
    public long? Lag(string group, Place place, DateTimeOffset? at = null)
    {
        if (Commits.Committed(group, place, at) is not { } committed || !tapes.TryGetValue(place, out var tape))
        {
            return null;
        }

        return Math.Max(0, (at is { } moment ? tape.EndAt(moment) : tape.End) - committed);
    }

    /// <summary>Drops what is older than the remembered time.</summary>
    public void Forget(DateTimeOffset now)
    {
        var before = now - options.History;
        Commits.Forget(before);
        Groups.Forget(before - options.History);
        Phases.Forget(before);
        Rates.Forget(now);
        Lags.Forget(before);
        instanceChanges.RemoveAll(c => c.At < before);
    }

    /// <summary>Kafka is another one, or its topics were made again: nothing known of it is true any more.</summary>
    public void ForgetKafka()
    {
        tapes.Clear();
        recent.Clear();
        Orders.Clear();
        Commits.Clear();
        Groups.Clear();
        Phases.Clear();
        ConsumerGroups.Clear();
        Lags.Clear();
    }
}
