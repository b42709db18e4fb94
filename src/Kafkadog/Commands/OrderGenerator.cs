using System.Text.Json.Nodes;
using Kafkadog.Contracts;

namespace Kafkadog.Commands;

/// <summary>The sample orders as bodies of requests to the gateway.</summary>
internal sealed class OrderGenerator(int seed)
{
    private readonly SampleOrders orders = new(seed);

    public JsonObject Next()
    {
        var order = orders.Next();
        var lines = order.Items.Select(line => (JsonNode)new JsonObject
        {
            ["productId"] = line.ProductId,
            ["quantity"] = line.Quantity,
            ["price"] = line.Price.ToDecimal(),
            ["name"] = line.Name,
        });
        return new JsonObject
        {
            ["userId"] = order.UserId,
            ["items"] = new JsonArray([.. lines]),
        };
    }
}
