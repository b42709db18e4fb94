using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Confluent.Kafka;

namespace Kafkadog.Samples.Testing;

/// <summary>What a shop places on <c>orders</c>.</summary>
public sealed record Order(string Id, decimal Total);

/// <summary>
/// The program under test: reads orders, writes an invoice for each, and sets aside what it cannot read. Everything it knows of Kafka is
/// the address it is given.
/// </summary>
public sealed class OrderProcessor(string bootstrapServers)
{
    /// <summary>Works until it is cancelled; what it has begun it finishes.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var consumer = new ConsumerBuilder<string, byte[]>(new ConsumerConfig
        {
            BootstrapServers = bootstrapServers,
            GroupId = "order-processor",
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
        }).Build();
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = bootstrapServers, EnableIdempotence = true, LingerMs = 0 }).Build();
        consumer.Subscribe("orders");
        await Task.Yield();
        while (!cancellationToken.IsCancellationRequested)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(50)) is not { } next)
                continue;
            var (topic, message) = Handle(next.Message);
            await producer.ProduceAsync(topic, message, CancellationToken.None);
            Commit(consumer, next);
        }
    }

    private static (string Topic, Message<string, byte[]> Message) Handle(Message<string, byte[]> order)
    {
        try
        {
            var read = JsonSerializer.Deserialize(order.Value, OrderJson.Default.Order)!;
            var headers = new Headers { { "type", "invoice"u8.ToArray() }, { "version", "1"u8.ToArray() } };
            if (order.Headers.TryGetLastBytes("trace", out var trace))
                headers.Add("trace", trace);
            return ("invoices", new() { Key = read.Id, Value = JsonSerializer.SerializeToUtf8Bytes(read, OrderJson.Default.Order), Headers = headers });
        }
        catch (JsonException problem)
        {
            return ("orders.dlq", new() { Key = order.Key, Value = order.Value, Headers = new() { { "error", Encoding.UTF8.GetBytes(problem.Message) } } });
        }
    }

    private static void Commit(IConsumer<string, byte[]> consumer, ConsumeResult<string, byte[]> handled)
    {
        try
        {
            consumer.Commit(handled);
        }
        catch (KafkaException)
        {
            // The broker is away, or the group rebalances: the order may come again, and the invoice with it.
        }
    }
}

/// <summary>JSON without reflection.</summary>
[JsonSerializable(typeof(Order))]
public sealed partial class OrderJson : JsonSerializerContext;
