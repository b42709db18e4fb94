using System.Text.Json;
using Kafkadog.Contracts;
using Kafkadog.Dashboard.CreateOrder;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Tests.CreateOrder;

public sealed class OrderDraftTests
{
    [Fact]
    public void Total_is_exact_in_cents() =>
        Assert.Equal(new Money(899_95), new OrderDraft().With("product-3", "3").With("product-8", "2").Total);

    [Theory]
    [InlineData("two")]
    [InlineData("1.5")]
    [InlineData("99999999999")]
    public void Total_is_unknown_while_a_quantity_is_no_whole_number(string quantity)
    {
        var draft = new OrderDraft().With("product-1", quantity);

        Assert.Null(draft.Total);
        Assert.Equal(new("items[0].quantity", "must be a whole number from 1 to 2147483647"), draft.Check().Single());
        Assert.Equal(quantity, draft.QuantityOf("product-1"));
    }

    [Fact]
    public void Everything_wrong_is_told_at_once_in_the_words_of_the_gateway()
    {
        var draft = new OrderDraft { UserId = " " }.With("product-2", "1").With("product-5", "-1");

        Assert.Equal(
            [("userId", "must be text of 1 to 256 characters"), ("items[1].quantity", "must be a whole number from 1 to 2147483647")],
            draft.Check().Select(p => (p.Field, p.Problem)));
    }

    [Fact]
    public void Order_without_items_is_refused() => Assert.Equal(new("items", "must have 1 to 100 items"), new OrderDraft().Check().Single());

    [Fact]
    public void Quantity_of_zero_is_not_in_the_order() => Assert.Empty(new OrderDraft().With("product-1", "0").Lines);

    [Fact]
    public void Stepping_never_goes_below_none()
    {
        var draft = new OrderDraft().Step("product-1", 1).Step("product-1", 1).Step("product-1", -1);
        Assert.Equal("1", draft.QuantityOf("product-1"));
        Assert.Equal("", draft.Step("product-1", -1).Step("product-1", -1).QuantityOf("product-1"));
    }

    [Fact]
    public void Request_has_the_fields_and_numbers_of_the_gateways_contract() => Assert.Equal(
        """{"userId":"user-001","items":[{"productId":"product-3","quantity":3,"price":199.99,"name":"Headphones"}]}""",
        JsonSerializer.Serialize(new OrderDraft().With("product-3", "3").ToRequest(), ServiceApi.Json));

    [Fact]
    public void Sample_orders_are_the_same_for_the_same_seed()
    {
        var (one, two) = (new SampleOrders(7), new SampleOrders(7));

        Assert.All(Enumerable.Range(0, 20), _ =>
        {
            var (a, b) = (one.Next(), two.Next());
            Assert.Equal((a.UserId, string.Join(',', a.Items)), (b.UserId, string.Join(',', b.Items)));
        });
    }
}
