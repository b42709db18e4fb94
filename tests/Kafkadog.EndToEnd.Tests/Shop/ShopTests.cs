using System.Text.Json.Nodes;

namespace Kafkadog.EndToEnd.Tests.Shop;

/// <summary>The whole shop, every role its own process. The tests share one and run one after the other.</summary>
public sealed class ShopTests(ShopTests.WholeShop shop) : IClassFixture<ShopTests.WholeShop>
{
    private static readonly string[] EventTopics = ["orders.v1", "payments.v1", "inventory.v1", "orders.outcome.v1"];

    [Fact]
    public async Task An_order_leaves_its_records_under_its_id_on_every_topic_and_an_email()
    {
        Assert.Equal(1, (await SeedAsync("1"))["outcomes"]!["COMPLETED"]!.GetValue<int>());
        var orderId = (await RecordsAsync("orders.v1"))[^1]["key"]!.GetValue<string>();

        foreach (var topic in EventTopics)
        {
            Assert.Contains(await RecordsAsync(topic), r => r["key"]!.GetValue<string>() == orderId);
        }

        await shop.Up.UntilAsync(async () => (await EmailsAsync()).Contains(orderId, StringComparison.Ordinal), "an e-mail about " + orderId);
    }

    [Fact]
    public async Task More_instances_share_the_partitions_of_their_group()
    {
        var three = await ScaleAsync("payment-service=3");
        Assert.Equal(3, three.Count(i => i!["role"]!.GetValue<string>() == "payment-service"));

        await shop.Up.UntilAsync(async () => (await OwnersAsync("payment-service-group")).Count == 3, "three owners of partitions");
        Assert.Equal(20, (await SeedAsync("20"))["outcomes"]!["COMPLETED"]!.GetValue<int>());
        await ScaleAsync("payment-service=1");
        await shop.Up.UntilAsync(async () => (await OwnersAsync("payment-service-group")).SequenceEqual(["payment-service-1"]), "the first instance as only owner");
    }

    [Fact]
    public async Task No_order_is_lost_when_an_instance_is_killed_while_it_works()
    {
        var seed = shop.Up.RunAsync("seed", "150", "--rate", "50", "--json");
        var before = (await RecordsAsync("orders.v1")).Count;
        await shop.Up.UntilAsync(async () => (await RecordsAsync("orders.v1")).Count > before, "orders on their way");

        (await shop.Up.RunAsync("kill", "order-saga", "--restart")).Succeeded();

        Assert.Equal(150, JsonNode.Parse((await seed).Succeeded().Output)!["outcomes"]!["COMPLETED"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_replay_reads_everything_again_and_nothing_happens_twice()
    {
        await SeedAsync("5");
        await shop.Up.UntilAsync(async () => await LagAsync("notification-service-group") == 0, "the e-mails of these orders");
        var emails = await EmailsAsync();
        var payments = (await RecordsAsync("payments.v1")).Count;

        (await shop.Up.RunAsync("replay", "--group", "notification-service-group", "--json")).Succeeded();
        var replay = JsonNode.Parse((await shop.Up.RunAsync("replay", "--group", "notification-service-group", "--execute", "--json")).Succeeded().Output)!;

        Assert.True(replay["executed"]!.GetValue<bool>());
        Assert.True(replay["duplicatesIgnored"]!.GetValue<long>() >= 5, replay.ToJsonString());
        Assert.Equal(emails, await EmailsAsync());
        Assert.Equal(payments, (await RecordsAsync("payments.v1")).Count);
        Assert.Equal(0, await LagAsync("notification-service-group"));
    }

    private async Task<JsonNode> SeedAsync(string count) =>
        JsonNode.Parse((await shop.Up.RunAsync("seed", count, "--json")).Succeeded().Output)!;

    private async Task<JsonArray> ScaleAsync(string wanted) =>
        JsonNode.Parse((await shop.Up.RunAsync("scale", wanted, "--json")).Succeeded().Output)!.AsArray();

    private async Task<List<JsonNode>> RecordsAsync(string topic) =>
        [.. (await shop.Up.RunAsync("consume", topic, "--json")).Succeeded().Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!).OrderBy(r => r["time"]!.GetValue<DateTime>())];

    private async Task<JsonNode> GroupAsync(string group) =>
        JsonNode.Parse((await shop.Up.RunAsync("groups", "describe", group, "--json")).Succeeded().Output)!;

    private async Task<List<string>> OwnersAsync(string group) =>
        [.. (await GroupAsync(group))["partitions"]!.AsArray().Select(p => p!["clientId"]?.GetValue<string>()).OfType<string>().Distinct(StringComparer.Ordinal)];

    private async Task<long> LagAsync(string group) =>
        (await GroupAsync(group))["partitions"]!.AsArray().Sum(p => p!["lag"]?.GetValue<long>() ?? p["end"]!.GetValue<long>());

    private Task<string> EmailsAsync()
    {
        var file = Path.Combine(shop.Up.Data, "notification-service", "outbox", "emails.log");
        return File.Exists(file) ? File.ReadAllTextAsync(file, TestContext.Current.CancellationToken) : Task.FromResult("");
    }

    public sealed class WholeShop : IAsyncLifetime
    {
        internal RunningUp Up { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Up = await RunningUp.StartAsync(null, "--fast", "Messaging:SessionTimeout=00:00:06");

        public ValueTask DisposeAsync() => Up.DisposeAsync();
    }
}
