using System.Collections.Concurrent;
using Kafkadog.Contracts;

namespace Kafkadog.EndToEnd.Tests.Shop;

/// <summary>A thousand orders, some declined, some failing at first, while every service is killed once.</summary>
public sealed class ChaosTests
{
    private const int Orders = 1000;
    private const int OrdersBetweenKills = 120;
    private const int InitialStock = 100_000;

    // A claim is one record in work, so one kill leaves at most as many e-mails unknown as there are lanes.
    private const int Lanes = 32;

    private static readonly string[] Killed =
        ["api-gateway", "order-saga", "payment-service", "inventory-service", "notification-service", "analytics-service", "dlq-worker"];

    [Fact]
    public async Task The_books_agree_after_every_service_was_killed_under_load()
    {
        await using var shop = await RunningShop.StartAsync(
            null,
            InitialStock,
            "Payment:MinDelayMs=0", "Payment:MaxDelayMs=0", "Payment:FailureRate=0", "Payment:DeclineRate=0.1",
            "Inventory:MinDelayMs=0", "Inventory:MaxDelayMs=0", "Inventory:FailureRate=0.1");

        var accepted = await PlaceWhileKillingAsync(shop);
        Assert.Equal(Orders, accepted.Distinct().Count());
        foreach (var id in accepted)
        {
            var outcome = await shop.OutcomeAsync(id);
            Assert.True(
                outcome is "COMPLETED" or CancelCodes.PaymentDeclined or CancelCodes.Timeout,
                $"{outcome}: {await shop.GetAsync("api-gateway", $"/orders/{id}")}\n{await shop.GetAsync("order-saga", $"/order-saga/orders/{id}")}\n{shop.Up.Said}");
        }

        var ledger = await shop.SettledAsync(accepted);

        Assert.Empty(ledger.Violations());
        Assert.Equal(accepted.Order(), ledger.Orders.Order());
        Assert.InRange(ledger.Count<PaymentDeclined>(), 50, 200);
        Assert.InRange(ledger.UnknownEmails, 0, Lanes);
        foreach (var status in await shop.Up.StatusAsync())
        {
            Assert.Equal(Killed.Contains(status!["role"]!.GetValue<string>(), StringComparer.Ordinal) ? 1 : 0, status["restarts"]!.GetValue<int>());
        }
    }

    /// <summary>About fifty orders a second; the next service dies whenever so many more orders were accepted.</summary>
    private static async Task<IReadOnlyCollection<Guid>> PlaceWhileKillingAsync(RunningShop shop)
    {
        ConcurrentBag<Guid> accepted = [];
        var kills = Killed.Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToList();
        var count = 0;
        var killing = KillAsync(shop, kills);
        await Parallel.ForEachAsync(PaceAsync(), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (order, _) =>
        {
            accepted.Add(await shop.PlaceAsync(Contracts.Shop.Products[order % Contracts.Shop.Products.Count], 1 + (order % 3)));
            var number = Interlocked.Increment(ref count);
            if (number % OrdersBetweenKills == 0 && number / OrdersBetweenKills <= kills.Count)
            {
                kills[(number / OrdersBetweenKills) - 1].SetResult();
            }
        });
        await killing;
        return accepted;
    }

    private static async Task KillAsync(RunningShop shop, List<TaskCompletionSource> due)
    {
        foreach (var (index, role) in Killed.Index())
        {
            await due[index].Task;
            var status = await shop.Up.StatusAsync(role + "-1");
            Executable.Signal(status["processId"]!.GetValue<int>(), 9);
        }
    }

    private static async IAsyncEnumerable<int> PaceAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var order = 0; order < Orders; order++)
        {
            await timer.WaitForNextTickAsync();
            yield return order;
        }
    }
}
