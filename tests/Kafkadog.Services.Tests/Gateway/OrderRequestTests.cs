using System.Text;
using Kafkadog.Contracts;
using Kafkadog.Services.Gateway;

namespace Kafkadog.Services.Tests.Gateway;

public sealed class OrderRequestTests
{
    private const string Good = """{"userId":"user-001","items":[{"productId":"product-1","quantity":2,"price":999.99,"name":"Laptop"}]}""";

    [Fact]
    public void A_good_order_is_summed_in_cents()
    {
        var request = Parse(Good, out var problems);

        Assert.Empty(problems);
        Assert.Equal(new Money(1999_98), request!.Total);
        Assert.Equal("Laptop", request.Items[0].Name);
    }

    [Theory]
    [InlineData("", "(body)")]
    [InlineData("{", "(body)")]
    [InlineData("[]", "(body)")]
    [InlineData("null", "(body)")]
    [InlineData("{\"userId\":\"a\",\"userId\":\"b\",\"items\":[]}", "(body)")]
    [InlineData("{\"userId\":\"\\ud800\",\"items\":[{\"productId\":\"p\",\"quantity\":1,\"price\":1}]}", "(body)")]
    [InlineData("{}", "userId", "items")]
    [InlineData("{\"userId\":\"\",\"items\":[]}", "userId", "items")]
    [InlineData("{\"userId\":\"  \",\"items\":[{\"productId\":\"p\",\"quantity\":1,\"price\":1}]}", "userId")]
    [InlineData("{\"userId\":1,\"items\":{}}", "userId", "items")]
    [InlineData("{\"userId\":\"a\",\"items\":[1]}", "items[0]")]
    [InlineData("{\"userId\":\"a\",\"items\":[{}]}", "items[0].productId", "items[0].quantity", "items[0].price")]
    [InlineData("{\"userId\":\"a\",\"total\":1,\"items\":[{\"productId\":\"p\",\"quantity\":1,\"price\":1,\"x\":1}]}", "total", "items[0].x")]
    [InlineData("{\"userId\":\"a\",\"items\":[{\"productId\":\"p\",\"quantity\":\"1\",\"price\":\"1\"}]}", "items[0].quantity", "items[0].price")]
    [InlineData("{\"userId\":\"a\",\"items\":[{\"productId\":\"p\",\"quantity\":0,\"price\":0}]}", "items[0].quantity", "items[0].price")]
    [InlineData("{\"userId\":\"a\",\"items\":[{\"productId\":\"p\",\"quantity\":1.5,\"price\":-1}]}", "items[0].quantity", "items[0].price")]
    [InlineData("{\"userId\":\"a\",\"items\":[{\"productId\":\"p\",\"quantity\":1,\"price\":1e400}]}", "items[0].price")]
    [InlineData("{\"userId\":\"a\",\"items\":[{\"productId\":\"p\",\"quantity\":2147483647,\"price\":9999999999999}]}", "items")]
    [InlineData("{\"userId\":\"a\",\"items\":[{\"productId\":\"p\",\"quantity\":1,\"price\":1,\"name\":null}]}", "items[0].name")]
    [InlineData("{\"userId\":\"a\\u0000b\",\"items\":[{\"productId\":\"p\",\"quantity\":1,\"price\":1}]}", "userId")]
    public void Every_wrong_field_is_named(string body, params string[] fields)
    {
        Assert.Null(Parse(body, out var problems));
        Assert.Equal(fields.Order(StringComparer.Ordinal), problems.Select(p => p.Field).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_refused()
    {
        var problems = new Problems();
        Assert.Null(OrderRequest.Parse(new byte[] { 0x7b, 0xff, 0x7d }, problems));
        Assert.Equal("must be UTF-8 text", problems.Found.Single().Problem);
    }

    [Fact]
    public void A_hundred_items_are_taken_and_one_more_is_not()
    {
        string Body(int items) => $"{{\"userId\":\"a\",\"items\":[{string.Join(',', Enumerable.Repeat("{\"productId\":\"p\",\"quantity\":1,\"price\":1}", items))}]}}";

        Assert.NotNull(Parse(Body(100), out _));
        Assert.Null(Parse(Body(101), out var problems));
        Assert.Equal("items", problems.Single().Field);
    }

    [Fact]
    public void The_fingerprint_tells_orders_apart_and_ignores_their_layout()
    {
        var first = Parse(Good, out _)!.Fingerprint();

        Assert.Equal(first, Parse(Good.Replace(":", " : ", StringComparison.Ordinal), out _)!.Fingerprint());
        Assert.NotEqual(first, Parse(Good.Replace("\"quantity\":2", "\"quantity\":3", StringComparison.Ordinal), out _)!.Fingerprint());
    }

    [Fact]
    public void A_cursor_survives_its_trip_and_a_foreign_one_is_refused()
    {
        var cursor = new PageCursor(DateTimeOffset.FromUnixTimeMilliseconds(1769860800123), Guid.NewGuid());

        Assert.Equal(cursor, PageCursor.Parse(cursor.ToString()));
        foreach (var foreign in (string[])["", "x", new string('!', 32), new string('_', 32), new string('A', 33)])
        {
            Assert.Null(PageCursor.Parse(foreign));
        }
    }

    private static OrderRequest? Parse(string body, out IReadOnlyList<FieldProblem> problems)
    {
        var collected = new Problems();
        var request = OrderRequest.Parse(Encoding.UTF8.GetBytes(body), collected);
        problems = collected.Found;
        return request;
    }
}
