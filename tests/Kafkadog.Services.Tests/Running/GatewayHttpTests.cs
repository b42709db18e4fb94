using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Kafkadog.Contracts;

namespace Kafkadog.Services.Tests.Running;

/// <summary>The gateway over HTTP, with everything it needs really running.</summary>
public sealed class GatewayHttpTests(GatewayHttpTests.Running running) : IClassFixture<GatewayHttpTests.Running>
{
    private const string Good = """{"userId":"user-001","items":[{"productId":"product-1","quantity":1,"price":9.99}]}""";

    private readonly HttpClient gateway = running.Shop.Gateway;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("application/json", "", 400)]
    [InlineData("application/json", "{", 400)]
    [InlineData("application/json", "{\"userId\":\"a\",\"items\":[]}", 400)]
    [InlineData("application/json", "{\"userId\":\"a\",\"userId\":\"a\",\"items\":[{\"productId\":\"p\",\"quantity\":1,\"price\":1}]}", 400)]
    [InlineData("application/json", "{\"userId\":\"a\",\"extra\":1,\"items\":[{\"productId\":\"p\",\"quantity\":1,\"price\":1}]}", 400)]
    [InlineData("text/plain", Good, 415)]
    [InlineData("application/json; charset=utf-16", Good, 415)]
    [InlineData("application/json; charset=utf-8", Good, 201)]
    public async Task An_order_is_taken_or_refused_with_a_reason(string contentType, string body, int status)
    {
        using var response = await PostAsync(Encoding.UTF8.GetBytes(body), contentType);

        Assert.Equal(status, (int)response.StatusCode);
        if (status != 201)
        {
            var problem = await ProblemAsync(response);
            Assert.Equal(status == 400, problem.TryGetProperty("errors", out var errors) && errors.GetArrayLength() > 0);
        }
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF8_are_refused()
    {
        using var response = await PostAsync([0x7b, 0xff, 0x7d], "application/json");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task More_than_256_KB_is_refused_whether_its_length_is_declared_or_not(bool isChunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/orders") { Content = new ByteArrayContent(new byte[(256 * 1024) + 1]) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.TransferEncodingChunked = isChunked;
        using var response = await gateway.SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        await ProblemAsync(response);
    }

    [Fact]
    public async Task A_placed_order_can_be_read_at_once()
    {
        var correlationId = Guid.NewGuid();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/orders") { Content = new StringContent(Good, Encoding.UTF8, "application/json") };
        request.Headers.Add(HeaderNames.CorrelationId, correlationId.ToString());
        using var response = await gateway.SendAsync(request, Token);

        Assert.Equal(correlationId.ToString(), response.Headers.GetValues(HeaderNames.CorrelationId).Single());
        var order = await gateway.GetFromJsonAsync<JsonElement>(response.Headers.Location, Token);
        Assert.Equal("user-001", order.GetProperty("userId").GetString());
        Assert.Equal("9.99", order.GetProperty("total").GetRawText());
        Assert.EndsWith("Z", order.GetProperty("createdAt").GetString(), StringComparison.Ordinal);
        Assert.False(order.GetProperty("items")[0].TryGetProperty("name", out _));
    }

    [Fact]
    public async Task The_same_key_gives_the_same_order_and_another_body_is_refused()
    {
        var key = Guid.NewGuid().ToString();
        using var first = await PostAsync(Encoding.UTF8.GetBytes(Good), "application/json", key);
        using var again = await PostAsync(Encoding.UTF8.GetBytes(Good), "application/json", key);
        using var other = await PostAsync(Encoding.UTF8.GetBytes(Good.Replace("9.99", "8", StringComparison.Ordinal)), "application/json", key);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.StatusCode, again.StatusCode));
        Assert.Equal(first.Headers.Location, again.Headers.Location);
        Assert.Equal("true", again.Headers.GetValues("Idempotency-Replayed").Single());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.StatusCode);
        await ProblemAsync(other);
    }

    [Fact]
    public async Task Requests_with_one_key_at_the_same_time_make_one_order()
    {
        var key = Guid.NewGuid().ToString();
        var responses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PostAsync(Encoding.UTF8.GetBytes(Good), "application/json", key)));

        Assert.All(responses, r => Assert.Contains(r.StatusCode, (HttpStatusCode[])[HttpStatusCode.Created, HttpStatusCode.Conflict]));
        Assert.Single(responses.Where(r => r.StatusCode == HttpStatusCode.Created).Select(r => r.Headers.Location).Distinct());
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("LONG")]
    public async Task A_key_that_cannot_be_one_is_refused(string key)
    {
        using var response = await PostAsync(Encoding.UTF8.GetBytes(Good), "application/json", key == "LONG" ? new string('k', 256) : key);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_repetition()
    {
        for (var i = 0; i < 5; i++)
        {
            await running.Shop.PlaceAsync();
        }

        List<string> seen = [];
        var next = "/orders?limit=2";
        while (next is not null && seen.Count < 500)
        {
            using var response = await gateway.GetAsync(next, Token);
            var page = await response.Content.ReadFromJsonAsync<JsonElement>(Token);
            seen.AddRange(page.EnumerateArray().Select(o => o.GetProperty("createdAt").GetString() + o.GetProperty("orderId").GetString()));
            next = response.Headers.TryGetValues("Link", out var links) ? links.Single().Split('>')[0][1..] : null;
        }

        Assert.True(seen.Count >= 5);
        Assert.Equal(seen.Distinct().OrderDescending(StringComparer.Ordinal), seen);
    }

    [Theory]
    [InlineData("/orders?limit=0", 400)]
    [InlineData("/orders?limit=501", 400)]
    [InlineData("/orders?limit=x", 400)]
    [InlineData("/orders?status=LOST", 400)]
    [InlineData("/orders?status=COMPLETED", 200)]
    [InlineData("/orders?cursor=abc", 400)]
    [InlineData("/orders/00000000-0000-4000-8000-000000000001", 404)]
    [InlineData("/orders/00000000-0000-4000-8000-000000000001?waitFor=outcome", 404)]
    [InlineData("/orders/not-an-id", 404)]
    [InlineData("/orders/00000000-0000-4000-8000-000000000001?waitFor=rain", 400)]
    [InlineData("/nowhere", 404)]
    [InlineData("/analytics/metrics?period=last_24h&limit=10", 200)]
    [InlineData("/analytics/metrics?period=sometime", 400)]
    [InlineData("/analytics/metrics?limit=101", 400)]
    [InlineData("/analytics/metrics?basis=guessed", 400)]
    [InlineData("/health", 200)]
    [InlineData("/health/live", 200)]
    [InlineData("/metrics", 200)]
    [InlineData("/openapi/v1.json", 200)]
    public async Task Every_question_has_an_answer(string path, int status)
    {
        using var response = await gateway.GetAsync(path, Token);

        Assert.Equal(status, (int)response.StatusCode);
        if (status >= 400)
        {
            await ProblemAsync(response);
        }
    }

    [Fact]
    public async Task A_service_that_is_down_is_a_clear_503()
    {
        using var response = await gateway.GetAsync("/metrics/dlq", Token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("kafkadog run dlq-worker", (await ProblemAsync(response)).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_health_of_all_services_is_one_answer()
    {
        var health = await gateway.GetFromJsonAsync<JsonElement>("/health/services", Token);

        Assert.Equal("error", health.GetProperty("status").GetString());
        Assert.Equal("up", health.GetProperty("details").GetProperty("analytics-service").GetProperty("status").GetString());
        Assert.Equal("down", health.GetProperty("details").GetProperty("payment-service").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Foreign_hosts_and_origins_are_kept_out()
    {
        using var foreignHost = new HttpRequestMessage(HttpMethod.Get, "/orders") { Headers = { Host = "evil.example" } };
        using var refused = await gateway.SendAsync(foreignHost, Token);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);

        foreach (var (origin, isAllowed) in (ReadOnlySpan<(string, bool)>)[("http://localhost:3000", true), ("https://evil.example", false)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/orders");
            request.Headers.Add("Origin", origin);
            using var response = gateway.Send(request, Token);
            Assert.Equal(isAllowed, response.Headers.Contains("Access-Control-Allow-Origin"));
        }
    }

    [Fact]
    public async Task A_page_view_is_accepted_and_published()
    {
        var page = $"/products/{Guid.NewGuid()}";
        using var response = await gateway.PostAsJsonAsync("/pageviews", new { page, sessionId = "s-1" }, Token);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);

        var records = await running.Shop.ReadAsync(Topics.PageViews, r => r.Exists(x => Encoding.UTF8.GetString(x.Message.Value).Contains(page, StringComparison.Ordinal)));
        Assert.Equal("s-1", records[^1].Message.Key);

        using var bad = await gateway.PostAsJsonAsync("/pageviews", new { page = 1 }, Token);
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
    }

    [Fact]
    public async Task Watchers_see_every_record_as_it_is_appended()
    {
        using var stream = await gateway.GetStreamAsync("/events", Token);
        using var reader = new StreamReader(stream);
        while (await reader.ReadLineAsync(Token) != "event: connected")
        {
        }

        var orderId = await running.Shop.PlaceAsync();

        string? line;
        do
        {
            line = await reader.ReadLineAsync(Token).AsTask().WaitAsync(TestShop.Patience, Token);
        }
        while (line?.Contains(orderId.ToString(), StringComparison.Ordinal) != true);
        var record = JsonDocument.Parse(line["data: ".Length..]).RootElement;
        Assert.Equal(Topics.Orders, record.GetProperty("topic").GetString());
        Assert.Equal("OrderPlaced", record.GetProperty("value").GetProperty("type").GetString());
    }

    private async Task<HttpResponseMessage> PostAsync(byte[] body, string contentType, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/orders") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        return await gateway.SendAsync(request, Token);
    }

    private static async Task<JsonElement> ProblemAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Token);
        Assert.False(string.IsNullOrEmpty(problem.GetProperty("detail").GetString()));
        return problem;
    }

    public sealed class Running : IAsyncLifetime
    {
        internal TestShop Shop { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Shop = await TestShop.StartAsync(["analytics-service", "api-gateway"]);

        public ValueTask DisposeAsync() => Shop.DisposeAsync();
    }
}
