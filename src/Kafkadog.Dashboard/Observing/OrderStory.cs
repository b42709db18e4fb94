using Kafkadog.Contracts;

namespace Kafkadog.Dashboard.Observing;

/// <summary>One order as its records tell it: the fold of what was seen, in whatever order the topics were read.</summary>
public sealed class OrderStory(Guid orderId)
{
    private readonly List<ObservedRecord> records = [];

    public Guid OrderId => orderId;

    /// <summary>By time.</summary>
    public IReadOnlyList<ObservedRecord> Records => records;

    /// <summary>Null while only answers to the order were seen.</summary>
    public OrderPlaced? Placed { get; private set; }

    public Money Authorized { get; private set; }

    public Money GivenBack { get; private set; }

    public string? Payment { get; private set; }

    public string? Inventory { get; private set; }

    public string? Outcome { get; private set; }

    public string? Code { get; private set; }

    public string? Reason { get; private set; }

    public bool IsDeadLettered { get; private set; }

    /// <summary>Distinct outcome event ids; more than one breaks the first promise of the saga.</summary>
    public HashSet<Guid> OutcomeIds { get; } = [];

    public DateTimeOffset FirstAt => records[0].At;

    public DateTimeOffset LastAt => records[^1].At;

    public DateTimeOffset? OutcomeAt { get; private set; }

    public int Retries => records.Count(r => r.Type == nameof(OrderRetry));

    public OrderStatus Status => this switch
    {
        { Outcome: nameof(OrderCompleted) } => OrderStatus.Completed,
        { Outcome: nameof(OrderCancelled) } => OrderStatus.Cancelled,
        { IsDeadLettered: true } => OrderStatus.Failed,
        _ => OrderStatus.Open,
    };

    public void Add(ObservedRecord record, IShopEvent? body)
    {
        var at = records.FindLastIndex(r => r.At <= record.At) + 1;
        records.Insert(at, record);
        switch (body)
        {
            case OrderPlaced e:
                Placed ??= e;
                break;
            case PaymentAuthorized e:
                Authorized = e.Amount;
                Payment = Payment is "VOIDED" or "REFUNDED" ? Payment : "AUTHORIZED";
                break;
            case PaymentDeclined e:
                Payment ??= "DECLINED";
                Reason ??= e.Reason;
                break;
            case PaymentVoided e:
                (Payment, GivenBack) = ("VOIDED", e.Amount);
                break;
            case PaymentRefunded e:
                (Payment, GivenBack) = ("REFUNDED", e.Amount);
                break;
            case InventoryReserved:
                Inventory = Inventory is "RELEASED" ? Inventory : "RESERVED";
                break;
            case InventoryRejected e:
                Inventory ??= "REJECTED";
                Reason ??= e.Reason;
                break;
            case InventoryReleased:
                Inventory = "RELEASED";
                break;
            case OrderCompleted or OrderCancelled:
                Outcome ??= body.GetType().Name;
                OutcomeAt ??= record.At;
                if (body is OrderCancelled cancelled)
                {
                    (Code, Reason) = (cancelled.Code, cancelled.Reason);
                }

                if (record.EventId is { } id)
                {
                    OutcomeIds.Add(id);
                }

                break;
            case OrderDLQ:
                IsDeadLettered = true;
                break;
        }
    }

    /// <summary>The status as it was at an earlier time.</summary>
    public OrderStatus StatusAt(DateTimeOffset at) =>
        OutcomeAt <= at ? Status
        : records.Exists(r => r.At <= at && r.Type == nameof(OrderDLQ)) ? OrderStatus.Failed
        : OrderStatus.Open;
}

public enum OrderStatus
{
    Open,
    Completed,

    /// <summary>A correct result of the business, not a failure.</summary>
    Cancelled,

    /// <summary>A service gave up on one of its events and there is no outcome.</summary>
    Failed,
}
