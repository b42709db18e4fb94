using Kafkadog.Dashboard.CreateOrder;

namespace Kafkadog.Dashboard.Tests.CreateOrder;

public sealed class FormProblemsTests
{
    private static readonly OrderDraft Draft = new OrderDraft().With("product-2", "1").With("product-6", "2");

    [Fact]
    public void Problems_go_to_their_fields()
    {
        var problems = FormProblems.Of(
            [("userId", "is missing"), ("items", "must have 1 to 100 items"), ("items[1].quantity", "must be 1"), ("items[0].price", "must be a number")], Draft);

        Assert.Equal("is missing", problems.User);
        Assert.Equal("must have 1 to 100 items", problems.Items);
        Assert.Equal("must be 1", problems.OfProduct("product-6"));
        Assert.Equal("price must be a number", problems.OfProduct("product-2"));
        Assert.Empty(problems.Others);
    }

    [Theory]
    [InlineData("coupon")]
    [InlineData("items[7].quantity")]
    [InlineData("items[99999999999].quantity")]
    [InlineData("(body)")]
    public void Problem_of_a_field_that_is_not_in_the_form_is_not_lost(string field) =>
        Assert.Equal([$"{field} is odd"], FormProblems.Of([(field, "is odd")], Draft).Others);
}
