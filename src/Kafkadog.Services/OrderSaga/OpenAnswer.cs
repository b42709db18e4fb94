using Kafkadog.Contracts;

namespace Kafkadog.Services.OrderSaga;

/// <summary>Why an order has no outcome yet.</summary>
/// <param name="Missing">Who has not answered: <c>payment</c>, <c>inventory</c>.</param>
/// <param name="SecondsLeft">Until the deadline; 0 when it is over.</param>
internal sealed record OpenAnswer(IReadOnlyList<string> Missing, DateTimeOffset? DeadlineAt, double? SecondsLeft, bool Overdue, string Because)
{
    /// <returns>null once there is an outcome.</returns>
    public static OpenAnswer? Of(SagaState state, DateTimeOffset now)
    {
        if (state.Outcome != SagaOutcome.None)
        {
            return null;
        }

        List<string> missing = [];
        if (state.Payment == PaymentState.None)
        {
            missing.Add("payment");
        }

        if (state.Inventory == InventoryState.None)
        {
            missing.Add("inventory");
        }

        var left = state.DeadlineAt - now;
        var overdue = left <= TimeSpan.Zero;
        return new(
            missing, state.DeadlineAt, left is { } time ? Math.Max(0, Math.Round(time.TotalSeconds, 1)) : null, overdue, Explain(missing, state.DeadlineAt, overdue));
    }

    private static string Explain(List<string> missing, DateTimeOffset? deadline, bool overdue) => (missing, deadline, overdue) switch
    {
        ([], _, _) => "Every answer is here and nothing was decided: POST /order-saga/fix-stuck-orders decides again.",
        (_, null, _) => $"No answer from {string.Join(" and ", missing)} yet, and no deadline.",
        (_, _, true) => $"No answer from {string.Join(" and ", missing)}, and the deadline is over: it is cancelled as soon as the saga has read everything that was in the log by then.",
        (_, { } at, _) => $"No answer from {string.Join(" and ", missing)} yet; without it the order is cancelled at {Utc.Text(at)}.",
    };
}
