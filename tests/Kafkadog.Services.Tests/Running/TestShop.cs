using System.Diagnostics.Metrics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Kafkadog.Broker;
using Kafkadog.Contracts;
using Kafkadog.Services.Analytics;
using Kafkadog.Services.DeadLetters;
using Kafkadog.Services.Gateway;
using Kafkadog.Services.Inventory;
using Kafkadog.Services.Notification;
using Kafkadog.Services.OrderSaga;
using Kafkadog.Services.Payment;
using Kafkadog.Services.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Kafkadog.Services.Tests.Running;

/// <summary>A whole shop: our broker and the real hosts of the services, on free ports, over a temporary directory.</summary>
internal sealed class TestShop : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private static readonly Dictionary<string, (Action<WebApplicationBuilder> Add, Action<WebApplication> Map)> Roles = new()
    {
        ["payment-service"] = (b => b.AddPaymentService(), a => a.MapPaymentService()),
        ["inventory-service"] = (b => b.AddInventoryService(), a => a.MapInventoryService()),
        ["order-saga"] = (b => b.AddOrderSagaService(), a => a.MapOrderSagaService()),
        ["notification-service"] = (b => b.AddNotificationService(), a => a.MapNotificationService()),
        ["analytics-service"] = (b => b.AddAnalyticsService(), a => a.MapAnalyticsService()),
        ["dlq-worker"] = (b => b.AddDeadLettersService(), a => a.MapDeadLettersService()),
        ["api-gateway"] = (b => b.AddGatewayService(), a => a.MapGatewayService()),
    };

    private readonly Dictionary<string, WebApplication> running = [];
    private readonly Dictionary<string, HttpClient> clients = [];
    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("kafkadog-services-");
    private readonly string[] settings;
    private readonly TimeProvider time;
    private readonly KafkaBroker broker;
    private readonly IProducer<string?, byte[]?> producer;

    private TestShop(KafkaBroker broker, string[] settings, TimeProvider time)
    {
        this.broker = broker;
        this.time = time;
        this.settings = settings;
        producer = new ProducerBuilder<string?, byte[]?>(new ProducerConfig
        {
            BootstrapServers = broker.BootstrapServers,
            Partitioner = Partitioner.Murmur2Random,
            LingerMs = 0,
        }).SetKeySerializer(Serializers.Utf8!).Build();
    }

    public static string[] EveryRole => [.. Roles.Keys];

    public string Bootstrap => broker.BootstrapServers;

    public string DataDirectory => data.FullName;

    public HttpClient Gateway => clients["api-gateway"];

    public HttpClient this[string role] => clients[role];

    /// <summary>A gauge of this shop's services.</summary>
    public ShopGauge Gauge(string instrument)
    {
        lock (running)
        {
            return new([.. running.Values.Select(app => app.Services.GetRequiredService<IMeterFactory>())], instrument);
        }
    }

    /// <summary>Counts what the services that run now count from now on.</summary>
    public ShopCounter Count(string instrument)
    {
        lock (running)
        {
            return new([.. running.Values.Select(app => app.Services.GetRequiredService<IMeterFactory>())], instrument);
        }
    }

    /// <param name="settings">As on a command line, such as <c>--Payment:DeclineRate=1</c>.</param>
    public static Task<TestShop> StartAsync(string[] roles, params string[] settings) => StartAsync(TimeProvider.System, roles, settings);

    public static async Task<TestShop> StartAsync(TimeProvider time, string[] roles, params string[] settings)
    {
        Kafkadog.Messaging.NativeKafka.Load();
        var started = await KafkaBroker.StartAsync(new() { Port = 0, AutoCreateTopics = false });
        var shop = new TestShop(started, settings, time);
        try
        {
            await TopicProvisioning.EnsureAsync(new(started.BootstrapServers));
            await Task.WhenAll(roles.Where(r => r != "api-gateway").Select(shop.StartRoleAsync));
            if (roles.Contains("api-gateway"))
            {
                await shop.StartRoleAsync("api-gateway");
            }

            return shop;
        }
        catch
        {
            await shop.DisposeAsync();
            throw;
        }
    }

    public Task StartRoleAsync(string role) => StartRoleAsync(role, role);

    /// <param name="instance">The name it is known by here, and its instance id.</param>
    public async Task StartRoleAsync(string role, string instance)
    {
        string[] services;
        lock (running)
        {
            services = [.. running.Select(r => $"--Gateway:Services:{r.Key}={r.Value.Urls.First()}")];
        }

        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            Args =
            [
                "--Fast=true",
                "--Http:Port=0",
                $"--DataDirectory={data.FullName}",
                $"--Messaging:BootstrapServers={broker.BootstrapServers}",
                "--Messaging:SessionTimeout=00:00:10",
                "--OrderSaga:DeadlineCheckMs=50",
                $"--Messaging:InstanceId={instance}",
                .. services,
                .. settings,
            ],
        });
        builder.Services.AddSingleton(time);
        Roles[role].Add(builder);
        var app = builder.Build();
        Roles[role].Map(app);
        await app.StartAsync();
        lock (running)
        {
            running[instance] = app;
            clients[instance] = new HttpClient { BaseAddress = new Uri(app.Urls.First()), Timeout = Patience };
        }

        await UntilAsync(async () => (await clients[instance].GetAsync("/health/ready")).IsSuccessStatusCode);
    }

    public async Task StopRoleAsync(string role)
    {
        await running[role].StopAsync();
        await running[role].DisposeAsync();
        running.Remove(role);
        clients.Remove(role, out var client);
        client!.Dispose();
    }

    public async Task<Guid> PlaceAsync(string product = "product-1", int quantity = 1, decimal price = 10m, string? key = null, string? traceParent = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/orders")
        {
            Content = JsonContent.Create(new { userId = "user-001", items = new[] { new { productId = product, quantity, price } } }),
        };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        if (traceParent is not null)
        {
            request.Headers.Add("traceparent", traceParent);
        }

        using var response = await Gateway.SendAsync(request);
        Assert.Equal(System.Net.HttpStatusCode.Created, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("orderId").GetGuid();
    }

    /// <summary>The order as the gateway shows it, once it has an outcome.</summary>
    public async Task<JsonElement> OutcomeAsync(Guid orderId)
    {
        var order = await Gateway.GetFromJsonAsync<JsonElement>($"/orders/{orderId}?waitFor=outcome&timeoutMs=30000");
        Assert.Contains(order.GetProperty("status").GetString(), (string[])["COMPLETED", "CANCELLED"]);
        return order;
    }

    public Task<DeliveryResult<string?, byte[]?>> ProduceAsync(IShopEvent body, Guid? id = null, (string Key, string Value)[]? headers = null)
    {
        var envelope = new Envelope(
            id ?? Guid.NewGuid(), DateTimeOffset.UtcNow, Guid.NewGuid(), Guid.NewGuid(), body);
        return ProduceAsync(envelope.Type.Topic, body.Key, EventWriter.Write(envelope), envelope.Type.Name, headers);
    }

    public Task<DeliveryResult<string?, byte[]?>> ProduceAsync(
        string topic, string? key, byte[]? value, string? type = null, (string Key, string Value)[]? further = null)
    {
        var headers = new Headers();
        foreach (var (name, text) in further ?? [])
        {
            headers.Add(name, Encoding.UTF8.GetBytes(text));
        }

        if (type is not null)
        {
            headers.Add(HeaderNames.EventType, Encoding.UTF8.GetBytes(type));
        }

        return producer.ProduceAsync(topic, new() { Key = key, Value = value, Headers = headers });
    }

    /// <summary>Reads a topic from its beginning until <paramref name="enough"/> says so, or to its end.</summary>
    public async Task<List<ConsumeResult<string, byte[]>>> ReadAsync(
        string topic, Func<List<ConsumeResult<string, byte[]>>, bool> enough, bool untilEnd = false) =>
        await Task.Run(() =>
        {
            using var consumer = new ConsumerBuilder<string, byte[]>(
                new ConsumerConfig { BootstrapServers = broker.BootstrapServers, GroupId = "test", EnableAutoCommit = false, EnablePartitionEof = untilEnd }).Build();
            var unread = Topics.All.Single(t => t.Name == topic).Partitions;
            consumer.Assign(Enumerable.Range(0, unread)
                .Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning)));
            List<ConsumeResult<string, byte[]>> found = [];
            var deadline = DateTime.UtcNow + Patience;
            while (unread > 0 && !enough(found))
            {
                Assert.True(DateTime.UtcNow < deadline, $"{topic} has only {found.Count} records");
                switch (consumer.Consume(TimeSpan.FromMilliseconds(100)))
                {
                    case { IsPartitionEOF: true }:
                        unread--;
                        break;
                    case { } record:
                        found.Add(record);
                        break;
                }
            }

            return found;
        });

    /// <summary>For state that is only to be had by asking: asks until the answer is yes.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isTrue)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!await isTrue())
        {
            Assert.True(DateTime.UtcNow < deadline, "it did not become true in time");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(running.Keys.ToList().Select(StopRoleAsync));
        producer.Dispose();
        await broker.DisposeAsync();
        data.Delete(recursive: true);
    }
}
