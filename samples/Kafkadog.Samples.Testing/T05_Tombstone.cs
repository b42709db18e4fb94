using Kafkadog.Broker;

namespace Kafkadog.Samples.Testing;

public sealed class Tombstone
{
    [Fact(Timeout = 30_000)]
    public async Task Null_value_deletes_a_key_of_a_compacted_topic()
    {
        var cancel = TestContext.Current.CancellationToken;
        var customers = new TopicOptions("customers") { Configs = new Dictionary<string, string> { ["cleanup.policy"] = "compact" } };
        await using var broker = await KafkaBroker.StartAsync(new() { Port = 0, Topics = [customers] }, cancel);
        using var producer = broker.Producer();
        await producer.ProduceAsync("customers", new() { Key = "ada", Value = "London" }, cancel);
        await producer.ProduceAsync("customers", new() { Key = "bob", Value = "Paris" }, cancel);
        await producer.ProduceAsync("customers", new() { Key = "ada", Value = null! }, cancel);

        // What a program that keeps a table of the topic ends with.
        using var consumer = broker.Consumer("tables", "customers");
        var table = new Dictionary<string, string>();
        for (var read = 0; read < 3; read++)
        {
            var message = consumer.Consume(cancel).Message;
            if (message.Value is null)
                table.Remove(message.Key);
            else
                table[message.Key] = message.Value;
        }

        Assert.Equal("Paris", Assert.Single(table).Value);
        Assert.Single(broker.ReadAll("customers", new() { Where = record => record is { KeyText: "ada", Value: null } }));
    }
}
