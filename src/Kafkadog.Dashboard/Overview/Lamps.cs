using Kafkadog.Contracts;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Overview;

/// <summary>
/// What must always be true of the shop, checked from the log: green, or red with the orders that break it. Orders that are
/// still under way are counted as such and break nothing.
/// </summary>
public sealed record LampsView(Lamp Money, Lamp Stock, Lamp Outcomes)
{
    /// <summary>After an outcome, compensation and e-mail take a moment; only then their absence is a breach.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    public static LampsView Of(Observed observed, Moment moment)
    {
        var orders = observed.Orders.OldestFirst.Where(o => o.Placed is not null && o.FirstAt <= moment.Time).ToList();
        return new(MoneyLamp(orders, moment), StockLamp(orders, moment), OutcomeLamp(orders));
    }

    private static Lamp MoneyLamp(List<OrderStory> orders, Moment moment)
    {
        var authorized = orders.Sum(o => o.Authorized.Cents);
        var given = orders.Sum(o => o.GivenBack.Cents);
        var completed = orders.Where(o => o.Status == OrderStatus.Completed).Sum(o => o.Placed!.Total.Cents);
        var open = orders.Where(o => o.Status is OrderStatus.Open or OrderStatus.Failed || IsSettling(o, moment))
            .Where(o => o.Status != OrderStatus.Completed).Sum(o => o.Authorized.Cents - o.GivenBack.Cents);
        var broken = orders.Where(o => !IsSettling(o, moment) && o.Status switch
        {
            OrderStatus.Completed => !o.Authorized.IsAbout(o.Placed!.Total) || o.GivenBack != Contracts.Money.Zero,
            OrderStatus.Cancelled => o.Authorized != o.GivenBack,
            _ => false,
        }).ToList();
        return new(
            broken.Count == 0,
            $"{Amount(authorized)} authorized = {Amount(completed)} completed + {Amount(given)} given back + {Amount(open)} under way",
            Ids(broken));
    }

    private static Lamp StockLamp(List<OrderStory> orders, Moment moment)
    {
        var broken = orders.Where(o => !IsSettling(o, moment) && o.Status switch
        {
            OrderStatus.Completed => o.Inventory != "RESERVED",
            OrderStatus.Cancelled => o.Inventory == "RESERVED",
            _ => false,
        }).ToList();
        var sold = orders.Where(o => o.Status == OrderStatus.Completed).Sum(Pieces);
        var reserved = orders.Where(o => o.Status is not OrderStatus.Completed && o.Inventory == "RESERVED").Sum(Pieces);
        var released = orders.Where(o => o.Inventory == "RELEASED").Sum(Pieces);
        return new(broken.Count == 0, $"{sold} pieces sold, {reserved} reserved for orders under way, {released} released", Ids(broken));
    }

    private static Lamp OutcomeLamp(List<OrderStory> orders)
    {
        var decided = orders.Count(o => o.OutcomeIds.Count > 0);
        var broken = orders.Where(o => o.OutcomeIds.Count > 1).ToList();
        var open = orders.Count - decided;
        return new(broken.Count == 0, $"{Counted(decided)} one outcome{(decided == 1 ? "" : " each")}, {open} {(open == 1 ? "has" : "have")} none yet", Ids(broken));
    }

    private static bool IsSettling(OrderStory order, Moment moment) => order.OutcomeAt is { } at && moment.Since(at) < Grace;

    private static string Counted(int orders) => orders == 1 ? "1 order has" : $"{orders} orders have";

    private static int Pieces(OrderStory order) => order.Placed!.Items.Sum(i => i.Quantity);

    private static string Amount(long cents) => Components.Figures.Amount(new Money(cents));

    private static Equatable<Guid> Ids(List<OrderStory> orders) => orders.Take(5).Select(o => o.OrderId).ToEquatable();
}

/// <param name="Broken">The first orders that break it.</param>
public sealed record Lamp(bool IsTrue, string Figures, Equatable<Guid> Broken);
