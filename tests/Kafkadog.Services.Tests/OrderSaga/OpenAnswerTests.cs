using Kafkadog.Services.OrderSaga;

namespace Kafkadog.Services.Tests.OrderSaga;

public sealed class OpenAnswerTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly SagaState Fresh = new(Guid.NewGuid(), Now) { DeadlineAt = Now.AddSeconds(41.2) };

    [Fact]
    public void An_open_order_says_who_has_not_answered_and_until_when()
    {
        var open = OpenAnswer.Of(Fresh, Now)!;

        Assert.Equal(["payment", "inventory"], open.Missing);
        Assert.Equal((41.2, false), (open.SecondsLeft!.Value, open.Overdue));
        Assert.Equal("No answer from payment and inventory yet; without it the order is cancelled at 2026-01-31T12:00:41.200Z.", open.Because);
        Assert.Equal(["inventory"], OpenAnswer.Of(Fresh with { Payment = PaymentState.Authorized }, Now)!.Missing);
    }

    [Fact]
    public void An_overdue_order_says_what_it_still_waits_for()
    {
        var open = OpenAnswer.Of(Fresh, Now.AddMinutes(5))!;

        Assert.Equal((0d, true), (open.SecondsLeft!.Value, open.Overdue));
        Assert.Contains("the deadline is over", open.Because, StringComparison.Ordinal);
    }

    [Fact]
    public void A_settled_order_is_not_open() => Assert.Null(OpenAnswer.Of(Fresh with { Outcome = SagaOutcome.Cancelled }, Now));
}
