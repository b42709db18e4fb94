using System.ComponentModel.DataAnnotations;

namespace Kafkadog.Services.OrderSaga;

/// <summary>The section <c>OrderSaga</c>.</summary>
internal sealed class SagaOptions
{
    public const string Section = "OrderSaga";

    /// <summary>
    /// How long an order may wait for its answers, in seconds. It must exceed all retries of a participant together
    /// (about 17 s with their defaults), or an order is cancelled while its answer is still on the way.
    /// </summary>
    [Range(1, 86_400)]
    public int DeadlineSeconds { get; set; } = 60;

    /// <summary>Pause between two looks for overdue orders, in milliseconds.</summary>
    [Range(10, 60_000)]
    public int DeadlineCheckMs { get; set; } = 1000;
}
