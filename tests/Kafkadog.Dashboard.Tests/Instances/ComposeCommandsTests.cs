using Kafkadog.Dashboard.Instances;

namespace Kafkadog.Dashboard.Tests.Instances;

public sealed class ComposeCommandsTests
{
    [Theory]
    [InlineData("broker")]
    [InlineData("api-gateway")]
    [InlineData("payment-service")]
    [InlineData("inventory-service")]
    [InlineData("notification-service")]
    [InlineData("analytics-service")]
    [InlineData("order-saga")]
    [InlineData("dlq-worker")]
    public void Commands_name_what_compose_yaml_runs(string role)
    {
        var compose = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "compose.yaml"));
        var service = ComposeCommands.Service(role);

        Assert.Contains("name: kafkadog", compose);
        Assert.Contains($"  {service}:", compose);
        Assert.All(ComposeCommands.Of(role), c => Assert.Contains(service, c.Text));

        // A published port has one owner, so such a service cannot be scaled.
        var own = compose.SkipWhile(l => l != $"  {service}:").Skip(1).TakeWhile(l => l.StartsWith("    ", StringComparison.Ordinal) || l.Length == 0);
        Assert.Equal(!own.Contains("    ports:"), ComposeCommands.Of(role).Any(c => c.Text.Contains("--scale", StringComparison.Ordinal)));
    }
}
