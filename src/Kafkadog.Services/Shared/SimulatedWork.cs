using System.ComponentModel.DataAnnotations;

namespace Kafkadog.Services.Shared;

/// <summary>Work that takes time and sometimes fails, as a real provider's would; all of it switchable while running.</summary>
internal record SimulatedWork
{
    /// <summary>Repeats a run: the same seed gives the same delays and failures for the same orders.</summary>
    public long Seed { get; init; } = 1;

    [Range(0, 600_000)]
    public int MinDelayMs { get; init; }

    [Range(0, 600_000)]
    public int MaxDelayMs { get; init; }

    /// <summary>Share of attempts that fail transiently and are retried, 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double FailureRate { get; init; }

    /// <summary>Waits as long as this attempt takes, then fails it if its draw says so.</summary>
    /// <exception cref="SimulatedFailureException">A transient failure.</exception>
    public async ValueTask RunAsync(Guid orderId, int attempt, TimeProvider time, CancellationToken cancellationToken)
    {
        var delay = MinDelayMs + ((Math.Max(MinDelayMs, MaxDelayMs) - MinDelayMs) * SeededDraw.Next(Seed, orderId, attempt, purpose: 1));
        if (delay > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(delay), time, cancellationToken);
        }

        if (SeededDraw.Next(Seed, orderId, attempt, purpose: 2) < FailureRate)
        {
            throw new SimulatedFailureException($"Simulated failure of attempt {attempt}.");
        }
    }
}

/// <summary>A failure on purpose; the next attempt draws anew.</summary>
internal sealed class SimulatedFailureException(string message) : Exception(message);
