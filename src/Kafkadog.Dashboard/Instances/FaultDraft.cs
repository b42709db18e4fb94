using Kafkadog.Contracts;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Instances;

/// <summary>What can be made to go wrong.</summary>
public enum FaultKind
{
    FailOnce,
    FailForGood,
    Slow,
    Decline,
    Reject,
}

/// <summary>A fault as the form has it, before it is asked for.</summary>
internal sealed class FaultDraft
{
    public const int MostCount = 10_000;
    public const int MostDelayMs = 60_000;
    public const int MostSeconds = 3_600;

    private string role = "payment-service";

    public string Role
    {
        get => role;
        set
        {
            role = value;
            Kind = Offered(value).Contains(Kind) ? Kind : FaultKind.FailOnce;
        }
    }

    public FaultKind Kind { get; set; }

    /// <summary>Null for every record until it expires.</summary>
    public int? Count { get; set; } = 2;

    public int? DelayMs { get; set; } = 2_000;

    public int? Seconds { get; set; } = 60;

    /// <summary>Only records of this order, when given.</summary>
    public string? OrderId { get; set; }

    /// <summary>Only records of this topic, when given.</summary>
    public string? Topic { get; set; }

    /// <summary>Only events of this type, when given.</summary>
    public string? EventType { get; set; }

    public static IReadOnlyList<string> EventTypes { get; } =
    [
        nameof(OrderPlaced), nameof(PaymentAuthorized), nameof(PaymentDeclined), nameof(PaymentVoided), nameof(PaymentRefunded),
        nameof(InventoryReserved), nameof(InventoryRejected), nameof(InventoryReleased), nameof(OrderCompleted), nameof(OrderCancelled),
    ];

    private FaultMatch? Match
    {
        get
        {
            FaultMatch match = new(Given(OrderId), Given(Topic), Given(EventType));
            return match == new FaultMatch() ? null : match;
        }
    }

    /// <summary>What the services of a role can do; each says the same under <c>GET /chaos</c>.</summary>
    public static IReadOnlyList<FaultKind> Offered(string role) => role switch
    {
        "payment-service" => [FaultKind.FailOnce, FaultKind.FailForGood, FaultKind.Slow, FaultKind.Decline],
        "inventory-service" => [FaultKind.FailOnce, FaultKind.FailForGood, FaultKind.Slow, FaultKind.Reject],
        _ => [FaultKind.FailOnce, FaultKind.FailForGood, FaultKind.Slow],
    };

    public static string Label(FaultKind kind) => kind switch
    {
        FaultKind.FailOnce => "fail the next records, and try again",
        FaultKind.FailForGood => "fail the next records for good",
        FaultKind.Slow => "slow down the next records",
        FaultKind.Decline => "decline the next payments",
        _ => "reject the next reservations",
    };

    public static string Consequence(FaultKind kind) => kind switch
    {
        FaultKind.FailOnce => "A transient failure: a few tries in place, then delayed attempts through orders.retry.v1, with growing pauses. Records behind it go on.",
        FaultKind.FailForGood => "A permanent failure: no retry helps, so the record goes to orders.dlq.v1 at once, and its order waits for somebody to look.",
        FaultKind.Slow => "Each of them takes longer, and the ones behind it in the partition wait: lag grows.",
        FaultKind.Decline => "A correct answer of the business and no failure: the saga cancels the order and releases its stock.",
        _ => "A correct answer of the business and no failure: the saga cancels the order and gives the money back.",
    };

    /// <summary>What is wrong, by field; empty when it can be asked for.</summary>
    public IReadOnlyDictionary<string, string> Problems()
    {
        Dictionary<string, string> problems = new(StringComparer.Ordinal);
        if (Count is < 1 or > MostCount)
        {
            problems[nameof(Count)] = FormattableString.Invariant($"A number from 1 to {MostCount}, or nothing for all of them.");
        }

        if (Kind == FaultKind.Slow && DelayMs is null or < 1 or > MostDelayMs)
        {
            problems[nameof(DelayMs)] = FormattableString.Invariant($"Milliseconds, from 1 to {MostDelayMs}.");
        }

        if (Seconds is null or < 1 or > MostSeconds)
        {
            problems[nameof(Seconds)] = FormattableString.Invariant($"Seconds, from 1 to {MostSeconds}: a forgotten fault must end by itself.");
        }

        if (Given(OrderId) is { } order && !Guid.TryParseExact(order, "D", out _))
        {
            problems[nameof(OrderId)] = "An order id, such as 3f2504e0-4f89-41d3-9a0c-0305e82c3301, or nothing for every order.";
        }

        return problems;
    }

    public FaultRequest ToRequest() => (Kind switch
    {
        FaultKind.FailOnce => new FaultRequest("throw", "transient"),
        FaultKind.FailForGood => new("throw", "permanent"),
        FaultKind.Slow => new("delay", DelayMs: DelayMs),
        FaultKind.Decline => new("decline"),
        _ => new("reject"),
    }) with { Count = Count, ExpiresInSeconds = Seconds, Match = Match };

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
