using Kafkadog.Contracts;
using Kafkadog.Dashboard.CreateOrder;
using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Orders;

namespace Kafkadog.Dashboard.Story;

/// <summary>One order's whole story at one moment.</summary>
/// <param name="Story">Null when no record of it is remembered.</param>
/// <param name="NotificationUrl">Where the e-mails are asked for; null while that service is not ready, as are the others.</param>
public sealed record StoryView(
    Guid OrderId, OrderTale? Story, Guid? Previous, Guid? Next, KafkaStatus Kafka, string? GatewayUrl, string? NotificationUrl, string? SagaUrl)
{
    public static StoryView Of(Observed observed, Moment moment, Guid orderId)
    {
        OrderTale? tale = null;
        Guid? previous = null, next = null;
        if (observed.Orders.TryGet(orderId, out var story) && (moment.IsNow || story.FirstAt <= moment.Time))
        {
            tale = OrderTale.Of(observed, story, moment);
            (previous, next) = Neighbours(observed, orderId);
        }

        return new(
            orderId, tale, previous, next, observed.Kafka,
            UrlOf(observed, CreateOrderView.Role), UrlOf(observed, "notification-service"), UrlOf(observed, "order-saga"));
    }

    private static string? UrlOf(Observed observed, string role) =>
        observed.Instances.FirstOrDefault(i => i.Role == role && i.State == ShopInstanceState.Ready)?.Url;

    private static (Guid? Previous, Guid? Next) Neighbours(Observed observed, Guid orderId)
    {
        Guid? before = null;
        using var orders = observed.Orders.OldestFirst.GetEnumerator();
        while (orders.MoveNext())
        {
            if (orders.Current.OrderId == orderId)
            {
                return (before, orders.MoveNext() ? orders.Current.OrderId : null);
            }

            before = orders.Current.OrderId;
        }

        return (null, null);
    }
}

/// <param name="Took">From the first record to the outcome; null while there is none.</param>
/// <param name="SpentIn">Until the outcome, or until now.</param>
/// <param name="OutcomeCount">More than one breaks the first promise of the saga.</param>
public sealed record OrderTale(
    string? UserId,
    Equatable<TaleLine> Lines,
    Money? Total,
    OrderFold Fold,
    DateTimeOffset Start,
    TimeSpan? Took,
    string? Reason,
    string? Code,
    int OutcomeCount,
    int Topics,
    SwimLanes Lanes,
    TimeSpent SpentIn,
    Equatable<StoryRecord> Records,
    Equatable<StuckReason> Stuck)
{
    public static OrderTale Of(Observed observed, OrderStory story, Moment moment)
    {
        var facts = StoryFacts.Of(story.Records, observed.Deliveries.OfKey(story.OrderId.ToString()), Pending(observed, story, moment), moment);
        var fold = OrderFold.Of(facts.Records);
        var bars = StoryBars.Of(facts, moment);
        var end = fold.OutcomeAt ?? moment.Time;
        return new(
            story.Placed?.UserId,
            (story.Placed?.Items ?? []).Select(l => new TaleLine(l.ProductId, OrderRow.NameOf(l), l.Quantity, l.Price, l.Price * l.Quantity)).ToEquatable(),
            story.Placed?.Total,
            fold,
            facts.Start,
            fold.OutcomeAt is { } at ? at > facts.Start ? at - facts.Start : TimeSpan.Zero : null,
            fold.OutcomeAt is null ? null : story.Reason,
            fold.OutcomeAt is null ? null : story.Code,
            story.OutcomeIds.Count,
            facts.Records.Select(r => r.Topic).Distinct(StringComparer.Ordinal).Count(),
            SwimLanes.Of(bars),
            TimeSpent.Of(bars, facts.Start, end),
            StoryRecords.Of(facts, d => GenerationOf(observed, d)).ToEquatable(),
            WhyStuck.Of(observed, facts, fold, moment).ToEquatable());
    }

    /// <summary>The journal counts assignments of its own process. What the group went through, the broker's topic of offsets tells.</summary>
    private static int? GenerationOf(Observed observed, JournalEntry delivery) => delivery is { Attempt: 0, Group: { } group }
        ? observed.Groups.GenerationOf(group, delivery.MemberId, delivery.InstanceId, delivery.StartedAt ?? delivery.At)
        : null;

    /// <summary>What has been written and a group that must act on it has not committed past.</summary>
    private static List<PendingDelivery> Pending(Observed observed, OrderStory story, Moment moment) =>
    [
        .. from record in story.Records
           where moment.IsNow || record.At <= moment.Time
           from @group in StoryFacts.ReadersOf(record.Type)
           where observed.Commits.Committed(@group, record.Place, moment.At) is not { } committed || committed <= record.Offset
           select new PendingDelivery(record, @group, observed.Groups.Current(@group, moment.At)?.OwnerOf(record.Place)?.ClientId),
    ];
}

public sealed record TaleLine(string ProductId, string Name, int Quantity, Money Price, Money Amount);
