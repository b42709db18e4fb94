using System.ComponentModel.DataAnnotations;
using Kafkadog.Services.Shared;

namespace Kafkadog.Services.Payment;

/// <summary>The simulated payment provider; the section <c>Payment</c>.</summary>
internal sealed record PaymentOptions : SimulatedWork
{
    public const string Section = "Payment";

    public PaymentOptions()
    {
        MinDelayMs = 200;
        MaxDelayMs = 500;
        FailureRate = 0.05;
    }

    /// <summary>Share of orders whose card is declined, 0 to 1. A decline is an answer, so no retry changes it.</summary>
    [Range(0.0, 1.0)]
    public double DeclineRate { get; init; } = 0.1;
}
