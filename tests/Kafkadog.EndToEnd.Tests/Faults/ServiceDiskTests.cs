using System.Net;
using Kafkadog.Contracts;
using Kafkadog.EndToEnd.Tests.Shop;

namespace Kafkadog.EndToEnd.Tests.Faults;

/// <summary>A service whose own database cannot be written: it says why, loses nothing, and goes on when it can.</summary>
public sealed class ServiceDiskTests
{
    private const int Orders = 5, InitialStock = 100;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_disk_is_told_and_waited_out_and_nothing_is_lost()
    {
        using var directory = new TemporaryDirectory();
        await using var payment = await SmallDisk.MountOrSkipAsync(Path.Combine(directory.Data, "payment-service"), megabytes: 6);
        await using var gateway = await SmallDisk.MountOrSkipAsync(Path.Combine(directory.Data, "api-gateway"), megabytes: 6);
        await using var notification = await SmallDisk.MountOrSkipAsync(Path.Combine(directory.Data, "notification-service"), megabytes: 6);
        await using (var shop = await RunningShop.StartInAsync(directory.Data, null, InitialStock, "--fast"))
        {
            List<Guid> accepted = [await PlaceAsync(shop)];
            Assert.Equal("COMPLETED", await shop.OutcomeAsync(accepted[0]));
            await shop.SettledAsync(accepted);
            var before = await shop.CommittedAsync(Groups.Payment, Topics.Orders);

            payment.Fill();
            notification.Fill();
            for (var i = 0; i < Orders; i++)
            {
                accepted.Add(await PlaceAsync(shop));
            }

            await NotReadyAsync(shop, "payment-service");
            await shop.Up.UntilAsync(async () => await shop.CommittedAsync(Groups.Inventory, Topics.Orders) == before + Orders, "the stock of the orders");
            Assert.Equal(before, await shop.CommittedAsync(Groups.Payment, Topics.Orders));
            Assert.Equal(HttpStatusCode.OK, (await shop.AskAsync("payment-service", "/health/live")).Status);

            payment.Free();
            foreach (var id in accepted)
            {
                Assert.Equal("COMPLETED", await shop.OutcomeAsync(id));
            }

            await ReadyAsync(shop, "payment-service");
            await NotReadyAsync(shop, "notification-service");
            notification.Free();

            gateway.Fill();
            var refused = await shop.TryPlaceAsync();
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
            Assert.Contains("Nothing was stored", refused.Text, StringComparison.Ordinal);
            await NotReadyAsync(shop, "api-gateway");
            gateway.Free();
            accepted.Add(await PlaceAsync(shop));
            await ReadyAsync(shop, "api-gateway");

            var ledger = await shop.SettledAsync(accepted);
            Assert.Empty(ledger.Violations());
            Assert.Equal(accepted.Order(), ledger.Orders.Order());
            Assert.Equal(0, ledger.UnknownEmails);
            Assert.Empty(ShopRecords.Read(shop.Bootstrap, Topics.DeadLetters));
        }

        foreach (var role in (string[])["payment-service", "api-gateway", "notification-service"])
        {
            var log = await LogAsync(directory.Data, role);
            Assert.Contains("the disk that holds", log, StringComparison.Ordinal);
            Assert.Contains("free some space there", log, StringComparison.Ordinal);
            Assert.Contains("The database can be written again", log, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", log, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_read_only_directory_ends_the_start_with_its_name_and_the_next_step()
    {
        using var directory = new TemporaryDirectory();
        await using var disk = await SmallDisk.MountOrSkipAsync(directory.Data, megabytes: 1);
        await disk.MakeReadOnlyAsync();

        await Parallel.ForEachAsync(Roles.All.Where(r => r.IsService), Token, async (role, _) =>
        {
            var answer = await Executable.RunAsync(directory.Data, "run", role.Name, "--port", "0");
            answer.Failed(ExitCodes.DataDirectory, Path.Combine(directory.Data, role.Name));
        });
    }

    private static Task<Guid> PlaceAsync(RunningShop shop) => shop.PlaceAsync(Contracts.Shop.Products[0], 1);

    private static Task NotReadyAsync(RunningShop shop, string role) => shop.Up.UntilAsync(
        async () => await shop.AskAsync(role, "/health/ready") is { Status: HttpStatusCode.ServiceUnavailable, Text: var causes }
            && causes.Contains("database: the disk that holds", StringComparison.Ordinal)
            && causes.Contains("free some space", StringComparison.Ordinal),
        $"{role} to say that its disk is full");

    private static Task ReadyAsync(RunningShop shop, string role) => shop.Up.UntilAsync(
        async () => (await shop.AskAsync(role, "/health/ready")).Status == HttpStatusCode.OK, $"{role} to be well again");

    private static async Task<string> LogAsync(string data, string role) => string.Concat(await Task.WhenAll(
        Directory.EnumerateFiles(Path.Combine(data, "logs"), role + "*").Select(f => File.ReadAllTextAsync(f, Token))));
}
