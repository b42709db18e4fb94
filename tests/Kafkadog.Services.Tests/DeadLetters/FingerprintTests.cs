using Kafkadog.Services.DeadLetters;

namespace Kafkadog.Services.Tests.DeadLetters;

public sealed class FingerprintTests
{
    [Theory]
    [InlineData("Order 3f2504e0-4f89-41d3-9a0c-0305e82c3301 took 12.5 s", "Order 91f2b7aa-0000-4000-8000-000000000001 took 3 s")]
    [InlineData("'abc' is not a product", "'x y z' is not a product")]
    [InlineData("injected fault 1: permanent failure at before-handler", "injected fault 22: permanent failure at before-handler")]
    public void What_differs_each_time_does_not_count(string first, string second) =>
        Assert.Equal(Fingerprint.Of("E", "g", first), Fingerprint.Of("E", "g", second));

    [Fact]
    public void Class_group_and_wording_do()
    {
        var prints = new[]
        {
            Fingerprint.Of("E", "g", "down"), Fingerprint.Of("F", "g", "down"), Fingerprint.Of("E", "h", "down"), Fingerprint.Of("E", "g", "up"),
        };

        Assert.Equal(4, prints.Distinct().Count());
        Assert.All(prints, p => Assert.Matches("^[0-9a-f]{16}$", p));
    }
}
