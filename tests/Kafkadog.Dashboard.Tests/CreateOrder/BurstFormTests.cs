using Bunit;
using Kafkadog.Dashboard.CreateOrder;
using Microsoft.Extensions.DependencyInjection;

namespace Kafkadog.Dashboard.Tests.CreateOrder;

public sealed class BurstFormTests : ComponentContext
{
    private readonly FakeGateway gateway = new();

    public BurstFormTests() => Services.AddScoped(_ => new BurstRun(new GatewayClient(new HttpClient(gateway), TimeProvider.System), TimeProvider.System));

    [Fact]
    public void Burst_places_its_orders_and_counts_the_answers()
    {
        var form = Form();
        form.Find("#burst-orders").Change("3");
        form.Find("#burst-rate").Change("100");
        form.Find("form").Submit();

        form.WaitForAssertion(() => Assert.Contains("All 3 are answered.", form.Markup));
        Assert.Equal(3, gateway.Requests.Select(r => r.Key).Distinct().Count());
    }

    [Fact]
    public void Burst_goes_on_while_it_is_watched_elsewhere()
    {
        var answer = new TaskCompletionSource<(int, string)>();
        gateway.Answer = _ => answer.Task;
        var form = Form();
        form.Find("#burst-orders").Change("1");
        form.Find("form").Submit();
        form.Instance.Dispose();
        answer.SetResult((201, """{"orderId":"51b0aaaa-0000-4000-8000-00000000009e"}"""));

        var again = Form();

        again.WaitForAssertion(() => Assert.Contains("All 1 are answered.", again.Markup));
    }

    [Fact]
    public void Burst_that_is_too_large_is_told_beside_the_field_and_not_sent()
    {
        var form = Form();
        form.Find("#burst-orders").Change("501");
        form.Find("form").Submit();

        Assert.Equal("must be a whole number from 1 to 500", form.Find(".problem").TextContent);
        Assert.Empty(gateway.Requests);
    }

    private IRenderedComponent<BurstForm> Form() => Render<BurstForm>(p => p.Add(f => f.GatewayUrl, FakeGateway.Url));
}
