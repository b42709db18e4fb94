namespace Kafkadog.Contracts;

/// <summary>Orders as customers of the shop would place them; the same seed gives the same orders, wherever it is used.</summary>
public sealed class SampleOrders(int seed)
{
    private const int MostLines = 3;
    private const int MostPieces = 2;

    private readonly Random random = new(seed);

    public SampleOrder Next()
    {
        var products = Shop.Products.ToArray();
        random.Shuffle(products);
        var lines = random.Next(1, MostLines + 1);
        var user = Shop.Users[random.Next(Shop.Users.Count)];
        return new(user, [.. products.Take(lines).Select(p => new OrderLine(p.ProductId, random.Next(1, MostPieces + 1), p.Price, p.Name))]);
    }
}

public sealed record SampleOrder(string UserId, IReadOnlyList<OrderLine> Items);
