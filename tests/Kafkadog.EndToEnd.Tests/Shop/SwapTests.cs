using System.Text.Json.Nodes;
using Kafkadog.Broker.Tests.Clients;
using Kafkadog.Contracts;

namespace Kafkadog.EndToEnd.Tests.Shop;

/// <summary>The shop cannot tell the embedded broker from Apache Kafka: one test, two targets.</summary>
public sealed class SwapTests
{
    private const int InitialStock = 50;

    private static readonly Product Camera = Contracts.Shop.Products[6];

    [Fact]
    public Task On_the_embedded_broker_orders_complete_fail_and_are_replayed() => WalkAsync(null);

    [Fact]
    public async Task On_Apache_Kafka_orders_complete_fail_and_are_replayed() => await WalkAsync(await ApacheKafkaProcess.StartOrSkipAsync());

    private static async Task WalkAsync(ApacheKafkaProcess? kafka)
    {
        await using var shop = await RunningShop.StartAsync(kafka, InitialStock, "--fast");
        var good = await shop.PlaceAsync(Camera, 2);
        var tooMany = await shop.PlaceAsync(Camera, InitialStock + 1);
        Assert.Equal("COMPLETED", await shop.OutcomeAsync(good));
        Assert.Equal(CancelCodes.InventoryRejected, await shop.OutcomeAsync(tooMany));
        var before = await AuditAsync(shop, good, tooMany);
        Assert.Contains(before.Of(tooMany), e => e is InventoryRejected);
        Assert.Contains(before.Of(good), e => e is PaymentAuthorized { Amount: var paid } && paid == Camera.Price * 2);

        foreach (var group in (string[])[Groups.Payment, Groups.Notification])
        {
            var replay = JsonNode.Parse((await shop.Up.RunAsync("replay", "--group", group, "--execute", "--json")).Succeeded().Output)!;
            Assert.True(replay["executed"]!.GetValue<bool>(), replay.ToJsonString());
            Assert.True(replay["duplicatesIgnored"]!.GetValue<long>() >= 2, replay.ToJsonString());
        }

        var after = await AuditAsync(shop, good, tooMany);
        Assert.Equal(before.Of(good).Count, after.Of(good).Count);
        Assert.Equal(before.Of(tooMany).Count, after.Of(tooMany).Count);
    }

    private static async Task<Ledger> AuditAsync(RunningShop shop, params Guid[] accepted)
    {
        var ledger = await shop.SettledAsync(accepted);
        Assert.Empty(ledger.Violations());
        return ledger;
    }
}
