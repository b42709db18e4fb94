using System.Globalization;
using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Rebalances;

namespace Kafkadog.Dashboard.Tests.Rebalances;

/// <summary>
/// The payment group over some seconds. A member is written <c>"2: 0 1"</c>: instance 2 owns partitions 0 and 1 of orders.v1;
/// <c>"2b: 0 1"</c> is a second process of it, and so another member.
/// </summary>
internal sealed class GroupScene
{
    public const string Group = "payment-service-group";

    private readonly Dictionary<string, ShopInstance> instances = new(StringComparer.Ordinal);
    private long sequence;

    public static DateTimeOffset Start { get; } = new(2026, 3, 1, 14, 0, 0, TimeSpan.Zero);

    public Observed Observed { get; } = new(new DashboardOptions(), Start);

    public static DateTimeOffset At(double second) => Start.AddMilliseconds(Math.Round(second * 1000));

    public static Membership Membership(DateTimeOffset at, int? generation, params string[] members) => new(at, generation, "cooperative-sticky", [.. members.Select(Member)]);

    public static Guid Order(int number) => new(number, 0, 0, new byte[8]);

    public GroupScene Settles(double at, int generation, params string[] members)
    {
        Observed.Groups.Add(Group, Membership(At(at), generation, members));
        return this;
    }

    public GroupScene Becomes(double at, int number, ShopInstanceState state, int? processId = null, LastExit? exit = null)
    {
        var name = $"payment-service-{number}";
        instances[name] = new(name, "payment-service", number, $"http://127.0.0.1:{26600 + number}", state, processId, LastExit: exit);
        Observed.SetInstances([.. instances.Values], At(at));
        return this;
    }

    public GroupScene Says(double at, int number, string kind, params int[] partitions) => SaysPaused(at, number, kind, null, partitions);

    public GroupScene SaysPaused(double at, int number, string kind, double? pausedMs, params int[] partitions)
    {
        Observed.Deliveries.Add(new(++sequence, kind, At(at), $"payment-service-{number}", Group, Partitions: [.. partitions.Select(p => new JournalPartition("orders.v1", p, pausedMs))]));
        return this;
    }

    public GroupScene Delivers(double at, int number, int partition, long offset, bool duplicate = false, string process = "a", int attempt = 0)
    {
        Observed.Deliveries.Add(new(
            ++sequence, "delivery", At(at), $"payment-service-{number}", Group, $"payment-service-{number}{process}", 1, "orders.v1", partition, offset,
            Order((int)offset).ToString(), Order((int)offset), "OrderPlaced", attempt, Duplicate: duplicate, Result: duplicate ? "duplicate" : "ok"));
        return this;
    }

    public RebalanceView View(double? at = null) => RebalanceView.Of(Observed, at is { } second ? new Moment(At(second), IsNow: false) : new Moment(At(600), IsNow: true));

    /// <summary>The newest rebalance.</summary>
    public Rebalance Last() => View().Rebalances[0];

    private static Member Member(string text)
    {
        var (who, what) = (text[..text.IndexOf(':')], text[(text.IndexOf(':') + 1)..]);
        var name = $"payment-service-{who.TrimEnd('b', 'c')}";
        return new(
            name + (char.IsAsciiDigit(who[^1]) ? "a" : who[^1]),
            name,
            "/127.0.0.1",
            [.. what.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => new Place("orders.v1", int.Parse(p, CultureInfo.InvariantCulture)))]);
    }
}
