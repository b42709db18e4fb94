using Kafkadog.Contracts;
using Kafkadog.Dashboard.CreateOrder;

namespace Kafkadog.Dashboard.Tests.CreateOrder;

public sealed class GatewayClientTests : IDisposable
{
    private readonly FakeGateway gateway = new();
    private readonly HttpClient http;
    private readonly GatewayClient client;

    public GatewayClientTests()
    {
        http = new(gateway);
        client = new(http, TimeProvider.System);
    }

    public void Dispose() => http.Dispose();

    [Fact]
    public async Task Order_is_sent_with_its_idempotency_key()
    {
        var answer = await client.PlaceAsync(FakeGateway.Url, OrderRequest.Of(new SampleOrders(1).Next()), "key-1", TestContext.Current.CancellationToken);

        Assert.True(answer.IsAccepted);
        Assert.Equal(("/orders", "key-1"), (gateway.Requests.Single().Path, gateway.Requests.Single().Key));
    }

    [Fact]
    public async Task Refusal_is_told_with_its_fields()
    {
        gateway.Answer = _ => Task.FromResult((400, """{"title":"The order is not valid.","detail":"Correct it.","status":400,"errors":[{"field":"items","problem":"must have 1 to 100 items"}]}"""));

        var answer = await client.SendAsync(FakeGateway.Url, "{}", "application/json", TestContext.Current.CancellationToken);

        Assert.Equal((400, false, "The order is not valid.", "items"), (answer.Status, answer.IsAccepted, answer.Problem!.Title, answer.Problem.Errors!.Single().Field));
    }

    [Fact]
    public async Task Answer_that_is_no_json_is_a_problem_with_a_next_step()
    {
        gateway.Answer = _ => Task.FromResult((502, "<html>bad gateway</html>"));

        var answer = await client.SendAsync(FakeGateway.Url, "{}", "application/json", TestContext.Current.CancellationToken);

        Assert.Equal(502, answer.Status);
        Assert.Contains("kafkadog logs api-gateway", answer.Problem!.Detail);
    }
}
