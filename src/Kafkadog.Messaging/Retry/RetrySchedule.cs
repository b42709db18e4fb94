using System.Data.Common;
using Kafkadog.Messaging.Consuming;
using Kafkadog.Messaging.Databases;
using Kafkadog.Messaging.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Messaging.Retry;

/// <summary>
/// Starts delayed attempts when they are due, through the same pipeline as fresh records. Works while this instance holds
/// a partition of the retry topic; when two overlap for a moment, the inbox lets only one of them take effect.
/// </summary>
internal sealed partial class RetrySchedule(
    ServiceDatabase database, MessagingOptions options, MessagingMetrics metrics, TimeProvider time, ILogger<RetrySchedule> logger)
    : IDisposable
{
    private const int PageSize = 200;

    /// <summary>Attempts of other instances are found this late at worst.</summary>
    private static readonly TimeSpan Fallback = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim wake = new(0);
    private readonly Lock gate = new();
    private readonly HashSet<Guid> running = [];
    private IReadOnlyDictionary<string, DeliveryPipeline> pipelines = new Dictionary<string, DeliveryPipeline>(StringComparer.Ordinal);
    private volatile bool active;
    private long scheduled;

    /// <summary>Set by the retry consumer as partitions come and go.</summary>
    public bool Active
    {
        get => active;
        set
        {
            active = value;
            Wake();
        }
    }

    /// <summary>After a crash, delayed attempts are guarded as well.</summary>
    public bool Guarded { get; set; }

    /// <summary>Attempts that wait, as of the last look.</summary>
    public long Scheduled => Interlocked.Read(ref scheduled);

    public void Wake()
    {
        if (wake.CurrentCount == 0)
        {
            wake.Release();
        }
    }

    /// <summary>The pipelines by their group, before the start.</summary>
    public void Serve(IReadOnlyDictionary<string, DeliveryPipeline> byGroup)
    {
        pipelines = byGroup;
        foreach (var pipeline in byGroup.Values)
        {
            pipeline.Ended += Ended;
            pipeline.Abandoned += Ended;
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var pause = Fallback;
            if (active)
            {
                try
                {
                    pause = await StartDueAsync(cancellationToken);
                }
                catch (DbException exception)
                {
                    LookFailed(exception.Message);
                }
            }

            await WaitAsync(pause, cancellationToken);
        }
    }

    public void Dispose() => wake.Dispose();

    private async Task<TimeSpan> StartDueAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken);
        var now = time.GetUtcNow();
        Interlocked.Exchange(ref scheduled, await ScheduledTable.CountAsync(connection));
        foreach (var attempt in await ScheduledTable.DueAsync(connection, now, PageSize))
        {
            if (!pipelines.TryGetValue(attempt.Target, out var pipeline) || !TryBegin(attempt.RetryId))
                continue;

            metrics.RetryStarted(now - attempt.DueAt);
            pipeline.Post([new Delivery(pipeline, attempt.Record, attempt.OrderKey, partition: null, slot: 0)
            {
                Scheduled = attempt,
                Guarded = Guarded,
                Tries = attempt.Tries,
                ReceivedAt = time.GetTimestamp(),
            }]);
        }

        if (await ScheduledTable.NextDueAsync(connection, now) is not { } next)
            return Fallback;

        var wait = next - time.GetUtcNow();
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait < Fallback ? wait : Fallback;
    }

    private bool TryBegin(Guid retryId)
    {
        lock (gate)
        {
            return running.Count < options.MaxInFlightPerPartition && running.Add(retryId);
        }
    }

    private void Ended(Delivery delivery)
    {
        if (delivery.Scheduled is { } attempt)
        {
            lock (gate)
            {
                running.Remove(attempt.RetryId);
            }
        }
        else if (delivery.Result != DeliveryResult.Retry && delivery.Result != DeliveryResult.Parked)
        {
            return;
        }

        Wake();
    }

    private async Task WaitAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        using var elapsed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), elapsed, pause, Timeout.InfiniteTimeSpan);
        try
        {
            await wake.WaitAsync(elapsed.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The time has come.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Delayed attempts could not be looked up ({Reason}); the next look is in a moment")]
    private partial void LookFailed(string reason);
}
