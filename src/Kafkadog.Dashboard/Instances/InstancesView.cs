using System.Globalization;
using Kafkadog.Dashboard.Flow;
using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Rebalances;

namespace Kafkadog.Dashboard.Instances;

/// <summary>Every process of the shop, by role.</summary>
/// <param name="Problem">Why the list is not renewed; null while it is.</param>
/// <param name="IsLive">False while the reader looks at the past, where nothing can be done.</param>
public sealed record InstancesView(Equatable<RoleInstances> Roles, string? Problem, bool IsLive)
{
    private const int RateSeconds = 10;

    public static InstancesView Of(Observed observed, Moment moment)
    {
        var instances = At(observed, moment);
        var numbers = Numbers(observed, moment);
        var roles = instances.GroupBy(i => i.Role, StringComparer.Ordinal)
            .Select(role => new RoleInstances(
                role.Key,
                MostPartitions(observed, moment, role.Key),
                role.OrderBy(i => i.Number).Select(i => Card(observed, moment, i, numbers.GetValueOrDefault(i.Name))).ToEquatable()));
        return new(roles.ToEquatable(), observed.InstancesProblem, moment.IsNow);
    }

    /// <summary>As they were: the last change of each before the moment, as far as it is remembered.</summary>
    private static IEnumerable<ShopInstance> At(Observed observed, Moment moment)
    {
        if (moment.IsNow)
        {
            return observed.Instances;
        }

        var names = observed.Instances.Concat(observed.InstanceChanges.Select(c => c.Instance)).DistinctBy(i => i.Name);
        return names.Select(i =>
        {
            var changes = observed.InstanceChanges.Where(c => c.Instance.Name == i.Name).ToList();
            var last = changes.FindLastIndex(c => c.At <= moment.Time);
            return changes is [] ? i : last >= 0 ? changes[last].Instance : changes[0].Instance is { State: ShopInstanceState.Starting } ? null : i;
        }).OfType<ShopInstance>();
    }

    private static InstanceCard Card(Observed observed, Moment moment, ShopInstance instance, Counts counts) => new(
        instance.Name,
        instance.Role,
        instance.Number,
        instance.State,
        instance.Since ?? SinceOf(observed, moment, instance),
        instance.ProcessId,
        int.TryParse(instance.Url.AsSpan(instance.Url.LastIndexOf(':') + 1).TrimEnd('/'), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null,
        instance.Restarts,
        instance.LastExit,
        Math.Round(instance.CpuPercent),
        instance.ResidentBytes >> 20,
        Owned(observed, moment, instance.Name).ToEquatable(),
        instance.IsService ? counts.Recent / (double)RateSeconds : null,
        instance.IsService ? counts.Duplicates : null);

    private static DateTimeOffset? SinceOf(Observed observed, Moment moment, ShopInstance instance)
    {
        var changes = observed.InstanceChanges.Where(c => c.Instance.Name == instance.Name && c.At <= moment.Time).ToList();
        return changes is [.., var last] && last.Instance.State == instance.State ? last.At : null;
    }

    private static IEnumerable<OwnedGroup> Owned(Observed observed, Moment moment, string instance)
    {
        foreach (var group in observed.Groups.Groups.Order(StringComparer.Ordinal))
        {
            if (observed.Groups.Current(group, moment.At) is not { } membership || membership.Members.Where(m => m.ClientId == instance).ToList() is not { Count: > 0 } own)
            {
                continue;
            }

            var places = own.SelectMany(m => m.Partitions).Order().ToList();
            var lags = places.Select(p => Lag(observed, moment, group, p)).ToList();
            yield return new(
                group,
                ShopMap.GroupOf(group).Title,
                places.ToEquatable(),
                lags.Exists(l => l is null) ? null : lags.Sum(),
                places.Count > 0 ? null : WhyIdle(observed, moment, group, membership));
        }
    }

    /// <summary>Where nothing was ever written nothing can be behind, though nobody has committed.</summary>
    private static long? Lag(Observed observed, Moment moment, string group, Place place) =>
        observed.Lag(group, place, moment.At) ?? (observed.Tapes.Any(t => t.Place == place && t.End == 0) ? 0 : null);

    private static string WhyIdle(Observed observed, Moment moment, string group, Membership membership)
    {
        var history = observed.Groups.History(group).TakeWhile(m => moment.IsNow || m.At <= moment.Time).ToList();
        if (RebalanceStory.Of(group, history) is [.., { IsSettled: false }])
        {
            return "It has just joined: the partitions it will get are still being given up by their owners.";
        }

        var owners = membership.Members.Where(m => m.Partitions.Count > 0).ToList();
        var partitions = owners.Sum(m => m.Partitions.Count);
        return partitions == 1
            ? $"The only partition belongs to {owners[0].ClientId}. A partition has one owner in a group, so the others wait to take over."
            : FormattableString.Invariant($"All {partitions} partitions have an owner already ({string.Join(", ", owners.Select(o => o.Letter))}). A partition has one owner in a group, so it waits to take over.");
    }

    /// <summary>Partitions of the largest topic that the role's own group reads: as many instances can have work.</summary>
    private static int? MostPartitions(Observed observed, Moment moment, string role) =>
        ShopMap.Groups.FirstOrDefault(g => g.Role == role) is { } group && observed.Groups.Current(group.Name, moment.At) is { IsEmpty: false } membership
            ? membership.Members.SelectMany(m => m.Partitions).GroupBy(p => p.Topic, StringComparer.Ordinal).Max(t => (int?)t.Count())
            : null;

    private static Dictionary<string, Counts> Numbers(Observed observed, Moment moment)
    {
        var counts = new Dictionary<string, Counts>(StringComparer.Ordinal);
        var recent = moment.Time - TimeSpan.FromSeconds(RateSeconds);
        foreach (var entry in observed.Deliveries.All.Where(e => e.IsDelivery && e.At <= moment.Time))
        {
            var (count, duplicates) = counts.GetValueOrDefault(entry.InstanceId);
            counts[entry.InstanceId] = new(count + (entry.At > recent ? 1 : 0), duplicates + (entry.Duplicate ? 1 : 0));
        }

        return counts;
    }

    private readonly record struct Counts(int Recent, int Duplicates);
}

/// <param name="MostPartitions">More instances than this would be idle; null when it is not known.</param>
public sealed record RoleInstances(string Role, int? MostPartitions, Equatable<InstanceCard> Instances);

/// <param name="Since">When it came into this state; null when that is older than what is remembered.</param>
/// <param name="PerSecond">Deliveries over the last ten seconds; null for what consumes nothing.</param>
/// <param name="Duplicates">Deliveries of events already done, as far back as is remembered.</param>
public sealed record InstanceCard(
    string Name,
    string Role,
    int Number,
    ShopInstanceState State,
    DateTimeOffset? Since,
    int? ProcessId,
    int? Port,
    int Restarts,
    LastExit? LastExit,
    double CpuPercent,
    long MemoryMebibytes,
    Equatable<OwnedGroup> Groups,
    double? PerSecond,
    int? Duplicates)
{
    public int Partitions => Groups.Sum(g => g.Places.Count);

    public bool IsRunning => State is ShopInstanceState.Ready or ShopInstanceState.Starting;

    /// <summary>It is up and in a group, and has nothing to do in any.</summary>
    public bool IsIdle => IsRunning && Groups.Count > 0 && Partitions == 0;

    /// <summary>It does nothing, and Kafka has not noticed yet.</summary>
    public bool IsMissed => !IsRunning && State != ShopInstanceState.Stopping && Groups.Count > 0;
}

/// <param name="Lag">Of the partitions it owns; null when the group never committed in one of them.</param>
/// <param name="IdleBecause">Why it owns nothing; null when it owns something.</param>
public sealed record OwnedGroup(string Name, string Title, Equatable<Place> Places, long? Lag, string? IdleBecause);
