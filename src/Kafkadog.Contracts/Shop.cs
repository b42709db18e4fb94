namespace Kafkadog.Contracts;

/// <summary>What the shop sells, and to whom: the sample data of every demo run.</summary>
public static class Shop
{
    public static IReadOnlyList<Product> Products { get; } =
    [
        new("product-1", "Laptop", new(999_99)),
        new("product-2", "Smartphone", new(699_99)),
        new("product-3", "Headphones", new(199_99)),
        new("product-4", "Tablet", new(399_99)),
        new("product-5", "Smartwatch", new(299_99)),
        new("product-6", "Gaming Console", new(499_99)),
        new("product-7", "Camera", new(799_99)),
        new("product-8", "Speaker", new(149_99)),
    ];

    public static IReadOnlyList<string> Users { get; } = ["user-001", "user-002", "user-003", "user-004", "user-005"];
}

public sealed record Product(string ProductId, string Name, Money Price);
