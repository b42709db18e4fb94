using System.Text;
using Dapper;
using Kafkadog.Messaging.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Messaging.Tests.Support;

/// <summary>A small service around the messaging layer. Its value format is <c>eventId|text</c>.</summary>
internal sealed class TestService : IAsyncDisposable
{
    private readonly IHost host;

    private TestService(IHost host, TestHandler handler, MessagingProbe probe)
    {
        this.host = host;
        Handler = handler;
        Probe = probe;
    }

    public TestHandler Handler { get; }

    public MessagingProbe Probe { get; }

    public IServiceProvider Services => host.Services;

    public ILocalTransactions Transactions => host.Services.GetRequiredService<ILocalTransactions>();

    public IMessagingControl Control => host.Services.GetRequiredService<IMessagingControl>();

    public static async Task<TestService> StartAsync(
        string bootstrap, DatabaseOptions database, TestHandler? handler, string group, string[] topics,
        Action<MessagingOptions>? configure = null, Action<IServiceCollection>? services = null)
    {
        var service = Create(bootstrap, database, handler, group, topics, configure, services);
        await service.StartAsync();
        return service;
    }

    public static TestService Create(
        string bootstrap, DatabaseOptions database, TestHandler? handler, string group, string[] topics,
        Action<MessagingOptions>? configure = null, Action<IServiceCollection>? services = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (Environment.GetEnvironmentVariable("KAFKADOG_TEST_LOG") is not null)
            builder.Logging.AddSimpleConsole(o => o.TimestampFormat = "HH:mm:ss.fff ").SetMinimumLevel(LogLevel.Debug);
        handler ??= new TestHandler();
        builder.Services.AddSingleton(handler);
        services?.Invoke(builder.Services);
        var messaging = builder.AddMessaging(options =>
        {
            options.ServiceName = "test-service";
            options.BootstrapServers = bootstrap;
            options.Database = database;
            options.SessionTimeout = TimeSpan.FromSeconds(6);
            options.Retry.BaseDelay = TimeSpan.FromMilliseconds(100);
            options.Retry.InPlaceDelays = [];
            options.Retry.Topic = topics.Length > 1 ? topics[1] : "none-retry";
            options.Retry.DeadLetterTopic = topics.Length > 2 ? topics[2] : "none-dlq";
            configure?.Invoke(options);
        }).UseReader<TestReader>().UseFailureEnvelopes<TestEnvelopes>().AddSchema(_ =>
            "CREATE TABLE IF NOT EXISTS applied (event_id TEXT NOT NULL PRIMARY KEY, key TEXT NULL, body TEXT NOT NULL);");
        if (group.Length > 0)
            messaging.AddConsumer<TestHandler>(group, topics[0]);
        // Only the messaging parts are started: no web server.
        var provider = builder.Services.BuildServiceProvider();
        var parts = new PartialHost(provider);
        return new TestService(parts, handler, new MessagingProbe(provider));
    }

    public Task StartAsync() => host.StartAsync(TestContext.Current.CancellationToken);

    public Task StopAsync() => host.StopAsync(CancellationToken.None);

    public async Task<List<string>> AppliedAsync()
    {
        await using var connection = await host.Services.GetRequiredService<IDatabase>().OpenReadAsync(CancellationToken.None);
        return [.. await connection.QueryAsync<string>("SELECT body FROM applied")];
    }

    public async Task<long> CountAsync(string table)
    {
        await using var connection = await host.Services.GetRequiredService<IDatabase>().OpenReadAsync(CancellationToken.None);
        return await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM " + table);
    }

    public Task PublishAsync(string topic, string? key, string body, Guid? id = null) => Transactions.ExecuteAsync(
        work =>
        {
            var eventId = id ?? Guid.NewGuid();
            work.Publish(new(eventId, topic, key, TestReader.Bytes(eventId, body), new()));
            return eventId;
        },
        TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Probe.Dispose();
        await StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
        SqliteConnection.ClearAllPools();
    }

    private sealed class PartialHost(ServiceProvider provider) : IHost, IAsyncDisposable
    {
        private bool stopped;

        public IServiceProvider Services => provider;

        private IEnumerable<IHostedService> Parts => provider.GetServices<IHostedService>().Where(s => s is Hosting.MessagingHost);

        public async Task StartAsync(CancellationToken cancellationToken = default)
        {
            foreach (var part in Parts)
                await part.StartAsync(cancellationToken);
        }

        public async Task StopAsync(CancellationToken cancellationToken = default)
        {
            if (stopped)
                return;
            stopped = true;
            foreach (var part in Parts)
                await part.StopAsync(cancellationToken);
        }

        public void Dispose() => provider.Dispose();

        public ValueTask DisposeAsync() => provider.DisposeAsync();
    }
}

internal sealed class TestHandler : IEventHandler
{
    public bool IsOrderSensitive { get; set; }

    public Func<InboundEvent, int, CancellationToken, ValueTask<object?>>? OnPrepare { get; set; }

    public Func<InboundEvent, IUnitOfWork, HandleResult>? OnApply { get; set; }

    public ValueTask<object?> PrepareAsync(InboundEvent received, int attempt, CancellationToken cancellationToken) =>
        OnPrepare?.Invoke(received, attempt, cancellationToken) ?? default;

    public HandleResult Apply(InboundEvent received, object? prepared, IUnitOfWork work)
    {
        if (OnApply is not null)
            return OnApply(received, work);
        Insert(received, work);
        return HandleResult.Done;
    }

    public static void Insert(InboundEvent received, IUnitOfWork work) => work.Connection.Execute(
        "INSERT INTO applied (event_id, key, body) VALUES (@id, @Key, @Body)",
        new { id = received.EventId.ToString(), received.Key, Body = (string)received.Body }, work.Transaction);
}

internal sealed class TestReader : IEventReader
{
    public static byte[] Bytes(Guid id, string body) => Encoding.UTF8.GetBytes($"{id}|{body}");

    public ReadResult Read(ReceivedRecord record)
    {
        var text = record.Value is null ? "" : Encoding.UTF8.GetString(record.Value);
        var bar = text.IndexOf('|', StringComparison.Ordinal);
        if (bar < 0 || !Guid.TryParse(text[..bar], out var id))
            return new ReadResult.Rejected(new(FailureKind.Poison, FailureStage.Deserialize, "NotAnEvent", "No bar."));
        var body = text[(bar + 1)..];
        if (body.StartsWith("unknown", StringComparison.Ordinal))
            return new ReadResult.Ignored("unknown");
        return new ReadResult.Event(new(record, id, "Test", record.Key is null ? null : Encoding.UTF8.GetString(record.Key), id, id, body));
    }
}

internal sealed class TestEnvelopes : IFailureEnvelopes
{
    public byte[] WriteRetry(FailedDelivery failed) => failed.Original.Value ?? [];

    public byte[] WriteDeadLetter(FailedDelivery failed) => failed.Original.Value ?? [];

    public byte[]? ReadOriginal(ReceivedRecord retryRecord) => retryRecord.Value;
}

internal sealed class TempDatabase : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("kafkadog-messaging-").FullName;

    public DatabaseOptions Options => new() { Path = Path.Combine(folder, "test.db") };

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }
}
