using Confluent.Kafka;

namespace Kafkadog.Benchmarks.Soak;

/// <summary>Makes the clients of the load. They live through restarts by themselves, and what they are told goes into the tally.</summary>
internal sealed class SoakClients(string servers, Tally tally)
{
    public Tally Tally => tally;

    /// <param name="client">Its name among the errors.</param>
    public IProducer<string?, byte[]> Producer(string client, ProducerConfig config) =>
        new ProducerBuilder<string?, byte[]>(Lasting(config)).SetLogHandler(static (_, _) => { }).SetErrorHandler((_, error) => Failed(client, error)).Build();

    public IConsumer<string?, byte[]?> Consumer(string client, ConsumerConfig config) =>
        new ConsumerBuilder<string?, byte[]?>(Lasting(config)).SetLogHandler(static (_, _) => { }).SetErrorHandler((_, error) => Failed(client, error)).Build();

    public IAdminClient Admin(string client) =>
        new AdminClientBuilder(Lasting(new AdminClientConfig())).SetLogHandler(static (_, _) => { }).SetErrorHandler((_, error) => Failed(client, error)).Build();

    public void Failed(string client, Error error) => tally.Failed(client, error.IsFatal ? $"{error.Code} (fatal)" : error.Code.ToString());

    /// <summary>Counts what becomes of a record. An error is one of the producer too.</summary>
    public Action<DeliveryReport<string?, byte[]>> Report(string client, Action<DeliveryReport<string?, byte[]>>? next = null) => report =>
    {
        if (report.Error.IsError)
        {
            Failed(client, report.Error);
        }
        else
        {
            tally.Acknowledged();
        }

        next?.Invoke(report);
    };

    private T Lasting<T>(T config)
        where T : ClientConfig
    {
        config.BootstrapServers = servers;
        (config.ReconnectBackoffMs, config.ReconnectBackoffMaxMs) = (50, 500);
        // Otherwise librdkafka may wait for ever for a coordinator: docs/concepts/transactions.md.
        config.MetadataRecoveryStrategy = MetadataRecoveryStrategy.None;
        return config;
    }
}
