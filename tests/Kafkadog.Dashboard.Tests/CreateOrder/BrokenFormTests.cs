using Bunit;
using Kafkadog.Dashboard.CreateOrder;
using Microsoft.Extensions.DependencyInjection;

namespace Kafkadog.Dashboard.Tests.CreateOrder;

public sealed class BrokenFormTests : ComponentContext
{
    private readonly FakeGateway gateway = new();

    public BrokenFormTests() => Services.AddSingleton(new GatewayClient(new HttpClient(gateway), TimeProvider.System));

    [Fact]
    public void Answer_is_shown_with_its_fields()
    {
        gateway.Answer = _ => Task.FromResult((400, """{"title":"The order is not valid.","detail":"Correct the fields.","errors":[{"field":"items[0].quantity","problem":"must be a whole number"}]}"""));
        var form = Render<BrokenForm>(p => p.Add(f => f.GatewayUrl, FakeGateway.Url));
        form.Find("[aria-label='Send: A quantity of 0']").Click();

        form.WaitForAssertion(() => Assert.Contains("items[0].quantity", form.Markup));
        Assert.Null(gateway.Requests.Single().Key);
        Assert.Contains("\"quantity\": 0", gateway.Requests.Single().Body);
    }

    [Fact]
    public void Endless_body_is_shown_cut() => Assert.InRange(BrokenOrders.All.Single(b => b.Id == "huge").Shown.Length, 1, 500);

    [Fact]
    public void Gateway_that_is_down_is_explained()
    {
        gateway.Answer = _ => throw new HttpRequestException("connection refused");
        var form = Render<BrokenForm>(p => p.Add(f => f.GatewayUrl, FakeGateway.Url));
        form.Find("[aria-label='Send: No JSON']").Click();

        form.WaitForAssertion(() => Assert.Contains("connection refused", form.Find("[role=alert]").TextContent));
    }
}
