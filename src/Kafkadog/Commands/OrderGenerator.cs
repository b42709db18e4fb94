using System.Text.Json.Nodes;
using Kafkadog.Contracts;

namespace Kafkadog.Commands;

/// <summary>Orders as customers of the shop would place them; the same seed gives the same orders.</summary>
internal sealed class OrderGenerator(int seed)
{
    private const int MostLines = 3;
    private const int MostPieces = 2;

    private readonly Random random = new(seed);

    public JsonObject Next()
    {
        var products = Shop.Products.ToArray();
        random.Shuffle(products);
        var lines = products.Take(random.Next(1, MostLines + 1)).Select(p => (JsonNode)new JsonObject
        {
            ["productId"] = p.ProductId,
            ["quantity"] = random.Next(1, MostPieces + 1),
            ["price"] = p.Price.Cents / 100m,
            ["name"] = p.Name,
        });
        return new JsonObject
        {
            ["userId"] = Shop.Users[random.Next(Shop.Users.Count)],
            ["items"] = new JsonArray([.. lines]),
        };
    }
}
