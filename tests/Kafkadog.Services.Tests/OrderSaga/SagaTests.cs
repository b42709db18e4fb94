using Kafkadog.Contracts;
using Kafkadog.Services.OrderSaga;

namespace Kafkadog.Services.Tests.OrderSaga;

/// <summary>The transition table, S01 to S30, row by row.</summary>
public sealed class SagaTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Order = new("3f2504e0-4f89-41d3-9a0c-0305e82c3301");
    private static readonly Guid Payment = Guid.Parse("00000000-0000-4000-8000-0000000000aa");

    // Events in words: a row of the table reads as it does in the design.
    private static readonly Dictionary<string, Func<IOrderEvent?>> Events = new(StringComparer.Ordinal)
    {
        ["Placed"] = () => Placed(),
        ["OtherPlaced"] = () => Placed(quantity: 2),
        ["A"] = () => new PaymentAuthorized(Order, Payment, new(1000), Now),
        ["A2"] = () => new PaymentAuthorized(Order, Guid.Parse("00000000-0000-4000-8000-0000000000bb"), new(1000), Now),
        ["A-wrong-amount"] = () => new PaymentAuthorized(Order, Payment, new(900), Now),
        ["D"] = () => new PaymentDeclined(Order, "no", Now, PaymentDeclineCodes.CardDeclined),
        ["V"] = () => new PaymentVoided(Order, "x", Payment, new(1000), Now),
        ["R"] = () => new InventoryReserved(Order, [new("product-1", 1, Now)], Now),
        ["J"] = () => new InventoryRejected(Order, "none left", [new("product-1", 1, 0)], Now),
        ["L"] = () => new InventoryReleased(Order, [new("product-1", 1, Now)], Now),
        ["deadline"] = () => null,
    };

    [Theory]
    [InlineData("S01", "", "Placed", "1,-,-,-", "")]
    [InlineData("S02", "Placed", "A", "1,A,-,-", "")]
    [InlineData("S03", "Placed", "R", "1,-,R,-", "")]
    [InlineData("S04", "Placed A", "R", "1,A,R,C", "OrderCompleted")]
    [InlineData("S05", "Placed R", "A", "1,A,R,C", "OrderCompleted")]
    [InlineData("S06", "Placed", "D", "1,D,-,X", "OrderCancelled PAYMENT_DECLINED")]
    [InlineData("S07", "Placed R", "D", "1,D,R,X comp=Pending", "OrderCancelled PAYMENT_DECLINED")]
    [InlineData("S08", "Placed", "J", "1,-,J,X", "OrderCancelled INVENTORY_REJECTED")]
    [InlineData("S09", "Placed A", "J", "1,A,J,X comp=Pending", "OrderCancelled INVENTORY_REJECTED")]
    [InlineData("S10", "", "A", "0,A,-,-", "")]
    [InlineData("S11", "", "R", "0,-,R,-", "")]
    [InlineData("S12", "A R", "Placed", "1,A,R,C", "OrderCompleted")]
    [InlineData("S13", "D", "Placed", "1,D,-,X", "OrderCancelled PAYMENT_DECLINED")]
    [InlineData("S14", "J", "Placed", "1,-,J,X", "OrderCancelled INVENTORY_REJECTED")]
    [InlineData("S15", "A", "deadline", "0,A,-,-", "")]
    [InlineData("S16 none", "Placed", "deadline", "1,-,-,X", "OrderCancelled TIMEOUT")]
    [InlineData("S16 paid", "Placed A", "deadline", "1,A,-,X comp=Pending", "OrderCancelled TIMEOUT")]
    [InlineData("S16 reserved", "Placed R", "deadline", "1,-,R,X comp=Pending", "OrderCancelled TIMEOUT")]
    [InlineData("S17", "Placed A R", "deadline", "1,A,R,C", "")]
    [InlineData("S18", "Placed D", "R", "1,D,R,X comp=Pending", "")]
    [InlineData("S19", "Placed J", "A", "1,A,J,X comp=Pending", "")]
    [InlineData("S20", "Placed deadline A", "R", "1,A,R,X comp=Pending", "")]
    [InlineData("S21", "Placed R D", "L", "1,D,L,X comp=Done", "")]
    [InlineData("S22", "Placed A J", "V", "1,V,J,X comp=Done", "")]
    [InlineData("S23 voided first", "Placed deadline A R V", "L", "1,V,L,X comp=Done", "")]
    [InlineData("S23 released first", "Placed deadline A R L", "V", "1,V,L,X comp=Done", "")]
    [InlineData("S23 half", "Placed deadline A R", "V", "1,V,R,X comp=Pending", "")]
    [InlineData("S24 payment", "Placed J V", "A", "1,V,J,X comp=Done", "")]
    [InlineData("S24 stock", "Placed D L", "R", "1,D,L,X comp=Done", "")]
    [InlineData("S25 A", "Placed A R", "A", "1,A,R,C", "")]
    [InlineData("S25 R", "Placed A R", "R", "1,A,R,C", "")]
    [InlineData("S26 D", "Placed A R", "D", "1,A,R,C", "!CONTRADICTION")]
    [InlineData("S26 J", "Placed A R", "J", "1,A,R,C", "!CONTRADICTION")]
    [InlineData("S27", "Placed A", "Placed", "1,A,-,-", "")]
    [InlineData("S28", "Placed A", "OtherPlaced", "1,A,-,-", "!ORDER_ID_REUSED")]
    [InlineData("S29", "Placed A", "A2", "1,A,-,-", "!DOUBLE_PAYMENT")]
    [InlineData("S30", "Placed", "A-wrong-amount", "1,A,-,X comp=Pending", "OrderCancelled AMOUNT_MISMATCH")]
    [InlineData("declined after authorized", "Placed A", "D", "1,A,-,-", "!CONTRADICTION")]
    [InlineData("authorized after declined", "D", "A", "0,D,-,-", "!CONTRADICTION")]
    [InlineData("reserved after rejected", "J", "R", "0,-,J,-", "!CONTRADICTION")]
    [InlineData("voided after completed", "Placed A R", "V", "1,A,R,C", "!CONTRADICTION")]
    public void A_row_of_the_table_holds(string row, string before, string received, string after, string published)
    {
        Assert.NotEmpty(row);
        var (state, _) = Play(before.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        var (end, effect) = On(state, Events[received]());

        Assert.Equal(after, Describe(end));
        Assert.Equal(published, effect);
    }

    [Theory]
    [InlineData(-1, CancelCodes.InventoryRejected)]
    [InlineData(0, CancelCodes.InventoryRejected)]
    [InlineData(1, CancelCodes.PaymentDeclined)]
    public void Of_two_buffered_refusals_the_earlier_one_gives_the_reason(int rejectedSecondsLater, string code)
    {
        var (state, _) = On(New(), new PaymentDeclined(Order, "no", Now));
        (state, _) = On(state, new InventoryRejected(Order, "none", [], Now.AddSeconds(rejectedSecondsLater)));

        var (end, effect) = On(state, Placed());

        Assert.Equal("OrderCancelled " + code, effect);
        Assert.Equal(code, end.Code);
    }

    [Fact]
    public void An_event_alone_never_times_an_order_out()
    {
        var (state, _) = Play("Placed");
        state = state with { DeadlineAt = Now };

        Assert.Null(Saga.Decide(state, deadlinePassed: false, Now.AddHours(1)));
    }

    [Theory]
    [InlineData("Placed", "PENDING")]
    [InlineData("Placed A", "PAYMENT_AUTHORIZED")]
    [InlineData("Placed R", "INVENTORY_RESERVED")]
    [InlineData("D", "PAYMENT_DECLINED")]
    [InlineData("Placed A R", "COMPLETED")]
    [InlineData("Placed D", "CANCELLED")]
    public void The_public_status_follows_from_the_state(string events, string status) =>
        Assert.Equal(status, Play(events.Split(' ')).State.Status);

    internal static SagaState New() => new(Order, Now);

    internal static OrderPlaced Placed(int quantity = 1) =>
        new(Order, "user-001", [new("product-1", quantity, new(1000))], new(1000 * quantity), Now);

    internal static (SagaState State, List<string> Effects) Play(params string[] names)
    {
        var state = New();
        List<string> effects = [];
        foreach (var name in names)
        {
            (state, var effect) = On(state, Events[name]());
            if (effect.Length > 0)
            {
                effects.Add(effect);
            }
        }

        return (state, effects);
    }

    private static (SagaState State, string Effect) On(SagaState state, IOrderEvent? received)
    {
        var effect = "";
        if (received is not null)
        {
            (state, var contradiction) = Saga.Apply(state, received);
            effect = contradiction is null ? "" : "!" + contradiction.Code;
        }

        var outcome = Saga.Decide(state, deadlinePassed: received is null, Now);
        if (outcome is not null)
        {
            state = Saga.WithOutcome(state, outcome);
            effect += outcome is OrderCancelled cancelled ? "OrderCancelled " + cancelled.Code : "OrderCompleted";
        }

        return (state, effect);
    }

    private static string Describe(SagaState s) =>
        $"{(s.Placed is null ? 0 : 1)},{"-ADV"[(int)s.Payment]},{"-RJL"[(int)s.Inventory]},{"-CX"[(int)s.Outcome]}"
        + (s.Compensation == Compensation.None ? "" : $" comp={s.Compensation}");
}
