using Bunit;
using Kafkadog.Dashboard.CreateOrder;
using Microsoft.Extensions.DependencyInjection;

namespace Kafkadog.Dashboard.Tests.CreateOrder;

public sealed class OrderFormTests : ComponentContext
{
    private readonly FakeGateway gateway = new();

    public OrderFormTests() => Services.AddSingleton(new GatewayClient(new HttpClient(gateway), TimeProvider.System));

    [Fact]
    public void Mistakes_are_told_beside_their_fields_before_anything_is_sent()
    {
        var form = Form();
        form.Find("#user").Change("");
        form.Find("#quantity-product-4").Change("many");
        form.Find("form").Submit();

        Assert.Equal("must be text of 1 to 256 characters", form.Find("#user-hint.problem").TextContent);
        Assert.Equal("must be a whole number from 1 to 2147483647", form.Find("#problem-product-4").TextContent);
        Assert.Equal("true", form.Find("#quantity-product-4").GetAttribute("aria-invalid"));
        Assert.Equal("many", form.Find("#quantity-product-4").GetAttribute("value"));
        Assert.Empty(gateway.Requests);
    }

    [Fact]
    public void Accepted_order_leads_to_its_story()
    {
        var form = Form();
        form.Find("#quantity-product-1").Change("1");
        form.Find("form").Submit();

        form.WaitForAssertion(() => Assert.EndsWith("/orders/51b0aaaa-0000-4000-8000-00000000009e", Navigation.Uri, StringComparison.Ordinal));
    }

    [Fact]
    public void Problems_the_gateway_finds_are_beside_the_fields_and_their_text_is_only_text()
    {
        gateway.Answer = _ => Task.FromResult((400, """{"title":"The order is not valid.","detail":"Correct the fields.","errors":[{"field":"items[0].quantity","problem":"<script>alert('x')</script>"}]}"""));
        var form = Form();
        form.Find("#quantity-product-7").Change("3");
        form.Find("form").Submit();

        form.WaitForAssertion(() => Assert.Equal("<script>alert('x')</script>", form.Find("#problem-product-7").TextContent));
        Assert.Empty(form.FindAll("script"));
        Assert.Contains("400: The order is not valid.", form.Find("[role=alert]").TextContent);
        Assert.Equal("3", form.Find("#quantity-product-7").GetAttribute("value"));
    }

    [Fact]
    public void Second_click_while_the_first_is_on_its_way_sends_nothing()
    {
        var answer = new TaskCompletionSource<(int, string)>();
        gateway.Answer = _ => answer.Task;
        var form = Form();
        form.Find("#quantity-product-1").Change("1");
        form.Find("form").Submit();
        form.WaitForAssertion(() => Assert.Single(gateway.Requests));
        form.Find("form").Submit();

        answer.SetResult((503, """{"title":"Busy."}"""));
        form.WaitForAssertion(() => Assert.Contains("503", form.Find("[role=alert]").TextContent));
        Assert.Single(gateway.Requests);
    }

    [Fact]
    public void Order_sent_again_after_no_answer_has_the_same_key_and_a_changed_one_another()
    {
        gateway.Answer = _ => throw new HttpRequestException("connection refused");
        var form = Form();
        form.Find("#quantity-product-1").Change("1");
        Submit(1);
        Submit(2);
        form.Find("#quantity-product-1").Change("2");
        Submit(3);

        Assert.Equal(gateway.Requests[0].Key, gateway.Requests[1].Key);
        Assert.NotEqual(gateway.Requests[0].Key, gateway.Requests[2].Key);

        void Submit(int times)
        {
            form.Find("form").Submit();
            form.WaitForAssertion(() =>
            {
                Assert.Equal(times, gateway.Requests.Count);
                Assert.Contains("did not answer: connection refused", form.Find("[role=alert]").TextContent);
            });
        }
    }

    [Fact]
    public void Without_a_gateway_nothing_is_sent_and_nothing_is_lost()
    {
        var form = Render<OrderForm>(p => p.Add(f => f.GatewayUrl, null));
        form.Find("#quantity-product-1").Change("2");
        form.Find("form").Submit();

        Assert.Contains("nothing was sent", form.Find("[role=alert]").TextContent);
        Assert.Equal("2", form.Find("#quantity-product-1").GetAttribute("value"));
    }

    [Fact]
    public void Total_follows_what_is_chosen()
    {
        var form = Form();
        form.Find("#quantity-product-3").Change("3");
        form.Find("[aria-label='One Speaker more']").Click();

        Assert.Equal("749.96", form.Find("[data-testid=total]").TextContent);
    }

    private IRenderedComponent<OrderForm> Form() => Render<OrderForm>(p => p.Add(f => f.GatewayUrl, FakeGateway.Url));
}
