using System.Data.Common;
using Dapper;
using Kafkadog.Messaging.Consuming;
using Kafkadog.Messaging.Databases;
using Kafkadog.Messaging.Outbox;
using Kafkadog.Messaging.Retry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Messaging.Hosting;

/// <summary>
/// Starts and stops a service's messaging in order: tables, writer, relay, then the consumers; and backwards. The start
/// waits for the database but never for Kafka; the consumers wait for the <see cref="KafkaGate"/>.
/// </summary>
internal sealed partial class MessagingHost(
    IServiceProvider provider,
    MessagingOptions options,
    ServiceDatabase database,
    LocalTransactions transactions,
    OutboxRelay relay,
    RetrySchedule schedule,
    Instances instances,
    Cleanup cleanup,
    KafkaGate kafka,
    PipelineServices services,
    ILoggerFactory loggers,
    TimeProvider time,
    ILogger<MessagingHost> logger) : IHostedService, IMessagingControl, IDisposable
{
    private static readonly TimeSpan CleanupPeriod = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SilentPollLimit = TimeSpan.FromSeconds(30);

    private readonly List<ConsumerWorker> workers = [];
    private readonly CancellationTokenSource stopping = new();
    private Task background = Task.CompletedTask;
    private volatile bool ready;
    private volatile bool closing;

    public IReadOnlyList<ConsumerStatus> Consumers => [.. workers.Select(worker => worker.Status)];

    public IReadOnlyList<string> NotReadyBecause =>
    [
        .. ready ? Array.Empty<string>() : ["starting or stopping"],
        .. kafka.Opened.IsCompleted ? Array.Empty<string>() : ["waiting for Kafka"],
        .. transactions.UnavailableBecause is { } database ? [$"database: {database}"] : Array.Empty<string>(),
        .. relay.FailingBecause is { } outbox ? [$"outbox: {outbox}"] : Array.Empty<string>(),
        .. workers.Where(worker => worker.State is "rebuilding").Select(worker => $"{worker.Loop.Group}: the consumer is being replaced"),
        .. workers.Where(worker => worker.Loop.Blocked > 0).Select(worker => $"{worker.Loop.Group}: a failure cannot be recorded"),
    ];

    public IReadOnlyList<string> NotAliveBecause =>
    [
        .. workers.Where(worker => worker.State is "running" && worker.Loop.SincePoll > SilentPollLimit).Select(worker => $"{worker.Loop.Group}: no poll for {worker.Loop.SincePoll.TotalSeconds:F0} s"),
        .. workers.Where(worker => worker.Loop.Stuck).Select(worker => $"{worker.Loop.Group}: handlers ignore their cancellation"),
    ];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var version = NativeKafka.Load();
        LoadedKafka(version);
        try
        {
            CreateTables();
        }
        catch (DbException exception) when (database.Unavailable(exception) is { } unavailable)
        {
            throw new DatabaseUnavailableException(unavailable.Problem, unavailable.Next, exception);
        }

        transactions.Start();
        var crashed = await transactions.ExecuteAsync(instances.Enter, cancellationToken);
        if (crashed)
            StartsAfterCrash();

        background = Task.WhenAll(
            Supervise(() => relay.RunAsync(transactions, stopping.Token)),
            Supervise(HeartbeatAsync),
            Supervise(CleanUpAsync),
            StartConsumers(crashed));
        ready = true;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        ready = false;
        closing = true;
        await Task.WhenAll(workers.Select(worker => worker.StopAsync(cancellationToken)));
        relay.Flush(options.DrainTimeout);
        await stopping.CancelAsync();
        await background;
        try
        {
            await transactions.ExecuteAsync(
                work =>
                {
                    instances.Leave(work);
                    return true;
                },
                cancellationToken);
        }
        catch (DatabaseUnavailableException)
        {
            // The writer has told; the lease runs out by itself.
        }

        transactions.Stop();
        relay.Dispose();
    }

    public async Task StopConsumingAsync(string group, CancellationToken cancellationToken) => await Worker(group).StopAsync(cancellationToken);

    public void ResumeConsuming(string group) => Worker(group).Start();

    public void Dispose()
    {
        stopping.Dispose();
        workers.ForEach(worker => worker.Dispose());
    }

    private ConsumerWorker Worker(string group) =>
        workers.Find(worker => string.Equals(worker.Loop.Group, group, StringComparison.Ordinal)) ?? throw new KeyNotFoundException($"No consumer of group '{group}' here.");

    private void CreateTables()
    {
        database.Prepare();
        using var connection = database.OpenWriter();
        using var transaction = database.BeginWrite(connection);
        // Instances that start together on PostgreSQL would collide in its catalogue.
        if (database.Dialect == SqlDialect.Postgres)
            connection.Execute("SELECT pg_advisory_xact_lock(727473)", transaction: transaction);
        connection.Execute(Schema.Ddl(database.Dialect), transaction: transaction);
        foreach (var part in provider.GetServices<SchemaPart>())
        {
            connection.Execute(part.Ddl(database.Dialect), transaction: transaction);
        }

        transaction.Commit();
    }

    private Task StartConsumers(bool crashed)
    {
        var registrations = provider.GetServices<ConsumerRegistration>().ToArray();
        if (registrations.Length == 0)
            return Task.CompletedTask;

        var reader = provider.GetRequiredService<IEventReader>();
        var suspicious = crashed ? options.MaxInFlightPerPartition : 0;
        var pipelines = new Dictionary<string, DeliveryPipeline>(StringComparer.Ordinal);
        foreach (var registration in registrations)
        {
            var group = options.GroupPrefix + registration.Group;
            var pipeline = new EventPipeline(group, registration.Handler(provider), reader, schedule, services);
            pipelines.Add(group, pipeline);
            Add(new ConsumerLoop(registration.Topics, pipeline, services, suspicious));
        }

        var intake = new RetryIntake(
            $"{options.GroupPrefix}{options.ServiceName}-retry", pipelines.Keys.ToHashSet(StringComparer.Ordinal),
            provider.GetRequiredService<IFailureEnvelopes>(), reader, schedule, services);
        var retries = new ConsumerLoop([options.Retry.Topic], intake, services, suspicious: 0);
        retries.AssignmentChanged += assignment => schedule.Active = assignment.Count > 0;
        Add(retries);

        schedule.Guarded = crashed;
        schedule.Serve(pipelines);
        services.Metrics.ObserveScheduled(() => schedule.Scheduled);
        services.Metrics.ObserveConsumers(() => Consumers);
        return Task.WhenAll(Supervise(() => schedule.RunAsync(stopping.Token)), StartWorkersAsync());
    }

    private async Task StartWorkersAsync()
    {
        await kafka.Opened.WaitAsync(stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!closing)
            workers.ForEach(worker => worker.Start());
    }

    private void Add(ConsumerLoop loop) => workers.Add(new ConsumerWorker(loop, time, loggers.CreateLogger<ConsumerWorker>()));

    private async Task HeartbeatAsync()
    {
        using var timer = new PeriodicTimer(Instances.Heartbeat, time);
        do
        {
            await transactions.ExecuteAsync(
                work =>
                {
                    instances.Renew(work);
                    // Before the commit: nothing younger of their keys may be sent from the moment the rows are ours.
                    var adopted = instances.Adopt(work);
                    if (adopted)
                        relay.ReadBack();
                    return adopted;
                },
                stopping.Token);
        }
        while (await timer.WaitForNextTickAsync(stopping.Token));
    }

    private async Task CleanUpAsync()
    {
        using var timer = new PeriodicTimer(CleanupPeriod, time);
        while (await timer.WaitForNextTickAsync(stopping.Token))
        {
            while (await transactions.ExecuteAsync(cleanup.RunOnce, stopping.Token))
            {
                await Task.Yield();
            }
        }
    }

    /// <summary>A background part ends with the service. One that fails, with the database away say, starts again.</summary>
    private async Task Supervise(Func<Task> part)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await part();
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // The writer has told of a database that is away, once.
                if (exception is not DatabaseUnavailableException)
                    BackgroundFailed(exception);
                await Task.Delay(RestartDelay, time, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "librdkafka {Version} is loaded")]
    private partial void LoadedKafka(string version);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The last run ended without a stop; what may have been in flight is handled one record at a time")]
    private partial void StartsAfterCrash();

    [LoggerMessage(Level = LogLevel.Error, Message = "A background part of messaging failed; it starts again")]
    private partial void BackgroundFailed(Exception exception);
}
