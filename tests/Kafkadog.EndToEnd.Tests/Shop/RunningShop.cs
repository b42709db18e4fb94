using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Kafkadog.Broker.Tests.Clients;
using Kafkadog.Contracts;

namespace Kafkadog.EndToEnd.Tests.Shop;

/// <summary>A whole shop as processes of its own, on the embedded broker or on Apache Kafka, and a customer's view of it.</summary>
internal sealed class RunningShop : IAsyncDisposable
{
    private static readonly string[] Consumers =
        [Groups.GatewayProjection, Groups.Payment, Groups.Inventory, Groups.OrderSaga, Groups.Notification, Groups.DeadLetterIndexer];

    private readonly HttpClient http = new() { Timeout = 2 * Executable.Patience };
    private readonly IAdminClient admin;
    private readonly ApacheKafkaProcess? kafka;
    private readonly int initialStock;

    private RunningShop(RunningUp up, ApacheKafkaProcess? kafka, int initialStock)
    {
        (Up, this.kafka, this.initialStock) = (up, kafka, initialStock);
        admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Bootstrap }).Build();
    }

    public RunningUp Up { get; }

    public string Bootstrap => kafka?.Bootstrap ?? Up.Bootstrap;

    /// <param name="kafka">Taken over; null for the embedded broker.</param>
    public static Task<RunningShop> StartAsync(ApacheKafkaProcess? kafka, int initialStock, params string[] arguments) =>
        StartInAsync(null, kafka, initialStock, arguments);

    /// <param name="data">null for a temporary one.</param>
    /// <param name="kafka">Taken over; null for the embedded broker.</param>
    public static async Task<RunningShop> StartInAsync(string? data, ApacheKafkaProcess? kafka, int initialStock, params string[] arguments)
    {
        string[] all = [.. arguments, $"Inventory:InitialStock={initialStock}", "Messaging:SessionTimeout=00:00:06", "Messaging:Retry:BaseDelay=00:00:00.050"];
        try
        {
            return new RunningShop(await RunningUp.StartAsync(data, kafka is null ? all : [.. all, "--bootstrap", kafka.Bootstrap]), kafka, initialStock);
        }
        catch when (kafka is not null)
        {
            await kafka.DisposeAsync();
            throw;
        }
    }

    /// <summary>Places an order as a patient customer: without an answer, the same request is sent again under the same key.</summary>
    public async Task<Guid> PlaceAsync(Product product, int quantity)
    {
        var key = Guid.NewGuid().ToString();
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Address("api-gateway", "/orders"))
            {
                Content = JsonContent.Create(new
                {
                    userId = "user-001",
                    items = new[] { new { productId = product.ProductId, quantity, price = product.Price.ToDecimal(), name = product.Name } },
                }),
            };
            request.Headers.Add("Idempotency-Key", key);
            if (await AnswerAsync(request) is { } placed)
            {
                return placed["orderId"]!.GetValue<Guid>();
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < Executable.Patience, "no order was accepted for a long time\n" + Up.Said);
            await Task.Delay(100, TestContext.Current.CancellationToken); // a client's pause before it repeats itself
        }
    }

    /// <summary>One order, as an impatient customer: whatever the gateway answers.</summary>
    public async Task<(HttpStatusCode Status, string Text)> TryPlaceAsync()
    {
        using var order = JsonContent.Create(new { userId = "user-001", items = new[] { new { productId = "product-1", quantity = 1, price = 10 } } });
        using var answer = await http.PostAsync(Address("api-gateway", "/orders"), order, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async Task<(HttpStatusCode Status, string Text)> AskAsync(string role, string path)
    {
        using var answer = await http.GetAsync(Address(role, path), TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>How many records of a topic a group has behind it.</summary>
    public async Task<long> CommittedAsync(string group, string topic)
    {
        var answer = await admin.ListConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitions(group, ShopRecords.Partitions(Bootstrap, topic))]);
        return answer.Single().Partitions.Sum(p => Math.Max(0, p.Offset.Value));
    }

    /// <summary>Waits for the outcome, as long as the saga itself would; COMPLETED, or the code of the cancellation.</summary>
    public async Task<string> OutcomeAsync(Guid orderId)
    {
        var seen = (await http.GetFromJsonAsync<JsonNode>(
            Address("api-gateway", $"/orders/{orderId}?waitFor=outcome&timeoutMs=60000"), TestContext.Current.CancellationToken))!;
        return seen["code"]?.GetValue<string>() ?? seen["status"]!.GetValue<string>();
    }

    public async Task<JsonNode> GetAsync(string role, string path) =>
        (await http.GetFromJsonAsync<JsonNode>(Address(role, path), TestContext.Current.CancellationToken))!;

    public Task<string> MetricsAsync(string role) => http.GetStringAsync(Address(role, "/metrics"), TestContext.Current.CancellationToken);

    /// <summary>Breaks a handler on purpose, as <c>POST /chaos</c> does.</summary>
    public async Task InjectAsync(string role, object fault)
    {
        using var answer = await http.PostAsJsonAsync(Address(role, "/chaos"), fault, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    /// <summary>Replaces the settings of the simulated work, which starts without delays.</summary>
    public async Task ConfigureAsync(string role, string setting, double value)
    {
        var wanted = new JsonObject { ["minDelayMs"] = 0, ["maxDelayMs"] = 0, ["failureRate"] = 0.0 };
        wanted[setting] = value;
        if (role == "payment-service" && setting != "declineRate")
        {
            wanted["declineRate"] = 0.0;
        }

        using var answer = await http.PutAsJsonAsync(Address(role, "/settings"), wanted, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    /// <summary>The books once every group has read everything and nothing new was written; after a minute, as they are.</summary>
    public async Task<Ledger> SettledAsync(IReadOnlyCollection<Guid> accepted)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var before = await EndsAsync();
            var isAtRest = await IsReadAsync(before);
            var isLate = TimeProvider.System.GetElapsedTime(began) > Executable.Patience;
            if (isAtRest || isLate)
            {
                var ledger = await ReadAsync(accepted);
                var after = await EndsAsync();
                if (isLate || (ledger.Violations().Count == 0 && before.All(e => after[e.Key] == e.Value)))
                {
                    return ledger;
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        admin.Dispose();
        await Up.DisposeAsync();
        if (kafka is not null)
        {
            await kafka.DisposeAsync();
        }
    }

    private Uri Address(string role, string path) => new($"http://127.0.0.1:{Up.Ports[role]}{path}");

    private async Task<JsonNode?> AnswerAsync(HttpRequestMessage request)
    {
        try
        {
            using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
            var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict or >= HttpStatusCode.InternalServerError, text);
            return answer.StatusCode == HttpStatusCode.Created ? JsonNode.Parse(text) : null;
        }
        catch (HttpRequestException)
        {
            return null; // the gateway is down; it comes back
        }
    }

    private async Task<Ledger> ReadAsync(IReadOnlyCollection<Guid> accepted)
    {
        var records = ShopRecords.Read(Bootstrap, ShopRecords.Journal);
        var stock = (await GetAsync("inventory-service", "/inventory")).Deserialize<Dictionary<string, Stock>>(JsonSerializerOptions.Web)!;
        var sent = await EmailsAsync();
        HashSet<Guid> unknown = [];
        foreach (var id in accepted.Except(sent))
        {
            if ((await GetAsync("notification-service", $"/emails?orderId={id}")).AsArray().Any(e => e!["state"]!.GetValue<string>() is "PENDING" or "UNKNOWN"))
            {
                unknown.Add(id);
            }
        }

        return new Ledger(records, accepted, stock, sent, unknown, initialStock);
    }

    private async Task<List<Guid>> EmailsAsync()
    {
        var file = Path.Combine(Up.Data, "notification-service", "outbox", "emails.log");
        var lines = File.Exists(file) ? await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken) : [];
        return [.. lines.Select(l => JsonNode.Parse(l)!["orderId"]!.GetValue<Guid>())];
    }

    private Task<Dictionary<TopicPartition, long>> EndsAsync() => Kafkadog.Commands.TopicReader.OffsetsAsync(
        admin,
        ShopRecords.Partitions(Bootstrap, [.. ShopRecords.Journal, Topics.Retry, Topics.DeadLetters]).Select(p => (p, OffsetSpec.Latest())),
        TestContext.Current.CancellationToken);

    private async Task<bool> IsReadAsync(Dictionary<TopicPartition, long> ends)
    {
        foreach (var group in Consumers)
        {
            var answer = await admin.ListConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitions(group, null)]);
            if (answer.Single().Partitions.Any(p => ends.TryGetValue(p.TopicPartition, out var end) && Math.Max(0, p.Offset.Value) < end))
            {
                return false;
            }
        }

        return true;
    }
}
