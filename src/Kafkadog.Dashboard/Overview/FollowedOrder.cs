using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Overview;

/// <summary>
/// The order that a page follows: the newest, but never another one before this one could be looked at. Under load nobody could
/// read what changes with each order, and sending it is most of what a tab would cost.
/// </summary>
internal sealed class FollowedOrder
{
    public static readonly TimeSpan AtLeast = TimeSpan.FromSeconds(2);

    private Guid? followed;
    private DateTimeOffset since;

    public Guid? Choose(Observed observed, Moment moment)
    {
        if (moment.IsNow && followed is not null && moment.Time - since < AtLeast)
        {
            return followed;
        }

        var newest = observed.Orders.NewestFirst.FirstOrDefault(o => o.Placed is not null && o.FirstAt <= moment.Time)?.OrderId;
        if (newest != followed)
        {
            (followed, since) = (newest, moment.Time);
        }

        return newest;
    }
}
