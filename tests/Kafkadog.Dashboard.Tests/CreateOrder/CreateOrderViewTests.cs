using Kafkadog.Dashboard.CreateOrder;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Tests.CreateOrder;

public sealed class CreateOrderViewTests
{
    private readonly Observed observed = new(new DashboardOptions(), DateTimeOffset.UnixEpoch);

    [Fact]
    public void Ready_gateway_is_where_orders_go()
    {
        Gateways((1, ShopInstanceState.Starting), (2, ShopInstanceState.Ready));

        Assert.Equal(new CreateOrderView("http://127.0.0.1:2", null, null), CreateOrderView.Of(observed));
    }

    [Theory]
    [InlineData(ShopInstanceState.Frozen, "frozen")]
    [InlineData(ShopInstanceState.Killed, "is down")]
    [InlineData(ShopInstanceState.Starting, "is starting")]
    public void Gateway_that_is_not_ready_is_explained_with_the_next_step(ShopInstanceState state, string expected)
    {
        Gateways((1, state));

        var view = CreateOrderView.Of(observed);

        Assert.Null(view.GatewayUrl);
        Assert.Contains(expected, view.Problem);
        Assert.Contains("what you typed stays", view.NextStep);
    }

    [Fact]
    public void Without_any_instance_the_shop_has_to_be_started() => Assert.Contains("kafkadog up", CreateOrderView.Of(observed).NextStep);

    private void Gateways(params (int Number, ShopInstanceState State)[] gateways) => observed.SetInstances(
        [.. gateways.Select(g => new ShopInstance($"api-gateway-{g.Number}", "api-gateway", g.Number, $"http://127.0.0.1:{g.Number}", g.State))], DateTimeOffset.UnixEpoch);
}
