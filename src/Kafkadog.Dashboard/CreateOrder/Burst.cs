using Kafkadog.Contracts;

namespace Kafkadog.Dashboard.CreateOrder;

/// <summary>What is asked of a burst, as typed.</summary>
public sealed record BurstRequest(int Orders = 20, int PerSecond = 5, int Seed = 1)
{
    public const int MostOrders = 500;
    public const int MostPerSecond = 100;

    public string? OrdersProblem => Orders is >= 1 and <= MostOrders ? null : $"must be a whole number from 1 to {MostOrders}";

    public string? PerSecondProblem => PerSecond is >= 1 and <= MostPerSecond ? null : $"must be a whole number from 1 to {MostPerSecond}";

    public bool IsValid => OrdersProblem is null && PerSecondProblem is null;

    /// <summary>From the first order to the last.</summary>
    public TimeSpan Length => IsValid ? TimeSpan.FromSeconds((Orders - 1) / (double)PerSecond) : TimeSpan.Zero;
}

/// <summary>What became of the orders of a burst so far.</summary>
/// <param name="LastProblem">The last reason for a refused or unanswered one.</param>
public sealed record BurstProgress(int Planned, int Started = 0, int Accepted = 0, int Refused = 0, int Unanswered = 0, string? LastProblem = null)
{
    public int Answered => Accepted + Refused + Unanswered;

    public double Percent => Planned == 0 ? 0 : 100.0 * Answered / Planned;
}

/// <summary>Places sample orders at an even pace. Slow answers do not slow it down: customers do not wait for each other.</summary>
public sealed class Burst(BurstRequest request, TimeProvider time)
{
    private const int MostAtOnce = 64;

    private readonly Lock gate = new();

    public BurstProgress Progress { get; private set; } = new(request.Orders);

    /// <param name="place">Places one order; its exceptions of HTTP count as unanswered.</param>
    /// <exception cref="OperationCanceledException">It was cancelled; <see cref="Progress"/> tells how far it came.</exception>
    public async Task RunAsync(Func<OrderRequest, CancellationToken, Task<GatewayAnswer>> place, CancellationToken cancellationToken) =>
        await Parallel.ForEachAsync(
            PaceAsync(cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancellationToken },
            async (order, token) =>
            {
                try
                {
                    var answer = await place(order, token);
                    Count(p => answer.IsAccepted
                        ? p with { Accepted = p.Accepted + 1 }
                        : p with { Refused = p.Refused + 1, LastProblem = $"{answer.Status}: {answer.Problem?.Title}" });
                }
                catch (HttpRequestException e)
                {
                    Count(p => p with { Unanswered = p.Unanswered + 1, LastProblem = e.Message });
                }
            });

    private async IAsyncEnumerable<OrderRequest> PaceAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var orders = new SampleOrders(request.Seed);
        var began = time.GetTimestamp();
        for (var i = 0; i < request.Orders; i++)
        {
            var wait = TimeSpan.FromSeconds(i / (double)request.PerSecond) - time.GetElapsedTime(began);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time, cancellationToken);
            }

            cancellationToken.ThrowIfCancellationRequested();
            Count(p => p with { Started = p.Started + 1 });
            yield return OrderRequest.Of(orders.Next());
        }
    }

    private void Count(Func<BurstProgress, BurstProgress> change)
    {
        lock (gate)
        {
            Progress = change(Progress);
        }
    }
}
