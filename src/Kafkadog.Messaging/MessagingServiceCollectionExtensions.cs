using Kafkadog.Messaging.Consuming;
using Kafkadog.Messaging.Databases;
using Kafkadog.Messaging.Diagnostics;
using Kafkadog.Messaging.Faults;
using Kafkadog.Messaging.Hosting;
using Kafkadog.Messaging.Outbox;
using Kafkadog.Messaging.Retry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kafkadog.Messaging;

/// <summary>Registration of the messaging layer.</summary>
public static class MessagingServiceCollectionExtensions
{
    /// <summary>
    /// Adds database, writer, outbox and, once a consumer is added, the consumer loop. Options come from the
    /// configuration section <c>Messaging</c>; <paramref name="configure"/> runs after it.
    /// </summary>
    /// <example>
    /// <code>
    /// builder.AddMessaging(o => o.ServiceName = "payment-service")
    ///     .UseReader&lt;ShopEventReader&gt;()
    ///     .UseFailureEnvelopes&lt;ShopFailureEnvelopes&gt;()
    ///     .AddSchema(dialect => "CREATE TABLE IF NOT EXISTS payment (...)")
    ///     .AddConsumer&lt;PaymentHandler&gt;("payment-service-group", "orders.v1", "orders.outcome.v1");
    /// app.MapMessaging();
    /// </code>
    /// </example>
    public static MessagingBuilder AddMessaging(this IHostApplicationBuilder builder, Action<MessagingOptions>? configure = null)
    {
        var services = builder.Services;
        var options = services.AddOptions<MessagingOptions>().BindConfiguration(MessagingOptions.Section);
        if (configure is not null)
        {
            options.Configure(configure);
        }

        options
            .Validate(o => o.Database.Provider != SqlDialect.Sqlite || o.Database.Path.Length > 0, "Messaging:Database:Path is missing: the SQLite file.")
            .Validate(o => o.Database.Provider != SqlDialect.Postgres || o.Database.ConnectionString.Length > 0, "Messaging:Database:ConnectionString is missing.")
            .ValidateDataAnnotations()
            .ValidateOnStart();

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<MessagingOptions>>().Value);
        services.AddSingleton(provider => new DeliveryJournal(
            provider.GetRequiredService<MessagingOptions>().JournalCapacity, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<FaultRegistry>();
        services.TryAddSingleton<IFaultPoints>(provider => provider.GetRequiredService<FaultRegistry>());
        services.AddSingleton(provider => ServiceDatabase.Create(provider.GetRequiredService<MessagingOptions>().Database));
        services.AddSingleton<IDatabase>(provider => provider.GetRequiredService<ServiceDatabase>());
        services.AddMetrics();
        services.AddSingleton<MessagingMetrics>();
        services.AddSingleton<OutboxRelay>();
        services.AddSingleton<LocalTransactions>();
        services.AddSingleton<ILocalTransactions>(provider => provider.GetRequiredService<LocalTransactions>());
        services.AddSingleton(provider => new Backoff(provider.GetRequiredService<MessagingOptions>().Retry, Random.Shared));
        services.AddSingleton<FailureRecorder>();
        services.AddSingleton<RetrySchedule>();
        services.AddSingleton<Instances>();
        services.AddSingleton<Cleanup>();
        services.AddSingleton(provider => new PipelineServices(
            provider.GetRequiredService<MessagingOptions>(),
            provider.GetRequiredService<LocalTransactions>(),
            provider.GetService<IFailureEnvelopes>() is null ? null! : provider.GetRequiredService<FailureRecorder>(),
            provider.GetRequiredService<DeliveryJournal>(),
            provider.GetRequiredService<MessagingMetrics>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>(),
            provider.GetService<IFaultPoints>()));
        services.TryAddSingleton(new KafkaGate(Task.CompletedTask));
        services.AddSingleton<MessagingHost>();
        services.AddSingleton<IMessagingControl>(provider => provider.GetRequiredService<MessagingHost>());
        services.AddHostedService(provider => provider.GetRequiredService<MessagingHost>());
        return new MessagingBuilder(services);
    }
}
