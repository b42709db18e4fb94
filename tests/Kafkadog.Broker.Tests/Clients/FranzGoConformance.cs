namespace Kafkadog.Broker.Tests.Clients;

/// <summary>franz-go, the Go client: a ready-made probe with a scenario for each behaviour.</summary>
public abstract class FranzGoConformance(KafkaTarget target)
{
    [Theory]
    [InlineData("codec-none")]
    [InlineData("codec-gzip")]
    [InlineData("codec-snappy")]
    [InlineData("codec-lz4")]
    [InlineData("codec-zstd")]
    [InlineData("log-append-time")]
    [InlineData("acks")]
    [InlineData("positions")]
    [InlineData("group-range")]
    [InlineData("group-roundrobin")]
    [InlineData("group-sticky")]
    [InlineData("group-cooperative-sticky")]
    [InlineData("group-static")]
    [InlineData("admin-topics")]
    [InlineData("auto-create")]
    [InlineData("admin-records")]
    [InlineData("admin-groups")]
    [InlineData("admin-logdirs")]
    [InlineData("large-message")]
    [InlineData("many-topics")]
    [InlineData("recreate")]
    [InlineData("txn")]
    [InlineData("txn-fencing")]
    [InlineData("txn-timeout")]
    [InlineData("eos-copy")]
    public async Task Scenario(string name)
    {
        var probe = SharedFolder.Require(Path.Combine("clients", "bin", "franz-go-probe"));
        await target.StartAsync();
        var output = await ClientProcess.RunAsync(probe, "", "--bootstrap", target.Servers, name);
        Assert.Contains("1 passed, 0 failed", output, StringComparison.Ordinal);
    }
}

public sealed class FranzGoOnKafkadogTests(EmbeddedTarget target) : FranzGoConformance(target), IClassFixture<EmbeddedTarget>;

public sealed class FranzGoOnApacheKafkaTests(ApacheKafka target) : FranzGoConformance(target);
