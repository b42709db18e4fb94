using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Rebalances;

/// <summary>What is known around a group's rebalances beside its memberships: the instances' states and the services' journals.</summary>
internal sealed class Evidence
{
    private readonly List<(DateTimeOffset At, ShopInstance Instance)> instances;
    private readonly List<JournalEntry> rebalances;
    private readonly ILookup<Place, JournalEntry> deliveries;
    private readonly ILookup<Guid?, (Place Place, long? Offset)> placesOfEvents;

    public Evidence(Observed observed, Moment moment, string group)
    {
        instances = [.. observed.InstanceChanges.Where(c => c.At <= moment.Time)];
        rebalances = [.. observed.Deliveries.Rebalances.Where(e => e.Group == group && e.At <= moment.Time).OrderBy(e => e.At)];

        // Delayed attempts carry the place of the first record, and are no second delivery of it.
        var own = observed.Deliveries.All.Where(e => e.IsDelivery && e.Attempt == 0 && e.Group == group && e.At <= moment.Time).OrderBy(e => e.At).ToList();
        deliveries = own.ToLookup(e => e.Place);
        placesOfEvents = own.Where(e => e.EventId is not null).ToLookup(e => e.EventId, e => (e.Place, e.Offset));
    }

    /// <summary>Fresh deliveries of a partition to this group, oldest first.</summary>
    public IEnumerable<JournalEntry> Deliveries(Place place) => deliveries[place];

    /// <summary>The changes of an instance's state, oldest first.</summary>
    public IEnumerable<(DateTimeOffset At, ShopInstance Instance)> ChangesOf(string instance, DateTimeOffset from, DateTimeOffset to) =>
        instances.Where(c => c.Instance.Name == instance && c.At >= from && c.At <= to);

    /// <summary>Assigned, revoked and lost, as this instance's own callbacks tell, oldest first.</summary>
    public IEnumerable<JournalEntry> CallbacksOf(string instance, DateTimeOffset from, DateTimeOffset to) =>
        rebalances.Where(e => e.InstanceId == instance && e.At >= from && e.At <= to);

    /// <summary>Whether the event is in the log at more than one offset: then the producer wrote it twice.</summary>
    public bool IsWrittenTwice(Guid? eventId) => eventId is not null && placesOfEvents[eventId].Distinct().Skip(1).Any();
}
