using Confluent.Kafka;
using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Kafkadog.Services.Shared;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kafkadog.Services.OrderSaga;

/// <summary>
/// Cancels orders whose answers are missing when their deadline is over. It acts in two steps: note where the log of
/// answers ends, and cancel only once the saga has read up to there. An outage of the saga therefore cancels nothing.
/// </summary>
internal sealed partial class SagaDeadlines(
    ILocalTransactions transactions,
    IDatabase database,
    IAnswerHorizon horizon,
    SagaMetrics metrics,
    IOptions<SagaOptions> options,
    TimeProvider time,
    ILogger<SagaDeadlines> logger) : BackgroundService
{
    private const int BatchSize = 500;

    private (DateTimeOffset Until, IReadOnlyDictionary<(string Topic, int Partition), long> End)? noted;

    /// <summary>One look at the overdue orders. Not safe for concurrent use: the job's loop owns it.</summary>
    /// <returns>How many orders were cancelled.</returns>
    public async Task<int> CheckAsync(CancellationToken cancellationToken)
    {
        if (noted is null)
        {
            var now = time.GetUtcNow();
            if (!await AnyDueAsync(now, cancellationToken))
            {
                return 0;
            }

            noted = (now, await horizon.EndAsync(cancellationToken));
        }

        var (until, end) = noted.Value;
        var committed = await horizon.CommittedAsync(cancellationToken);
        if (end.Any(e => e.Value > 0 && committed.GetValueOrDefault(e.Key) < e.Value))
        {
            DeadlinesPostponed(until);
            return 0;
        }

        var cancelled = 0;
        int batch;
        do
        {
            batch = await transactions.ExecuteAsync(work => CancelDue(work, until), cancellationToken);
            cancelled += batch;
        }
        while (batch == BatchSize);

        noted = null;
        return cancelled;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.Value.DeadlineCheckMs), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await CheckAsync(stoppingToken);
            }
            catch (Exception e) when (e is KafkaException or System.Data.Common.DbException)
            {
                // Kafka or the database is away: nothing can be decided now, and the next look decides the same.
                DeadlineCheckFailed(e.Message);
            }
        }
    }

    private async Task<bool> AnyDueAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        (await database.QueryAsync(
            "SELECT 1 FROM sagas WHERE outcome = 'None' AND deadline_at <= @now LIMIT 1", _ => true, [("now", now)], cancellationToken)).Count > 0;

    private int CancelDue(IUnitOfWork work, DateTimeOffset until)
    {
        var due = SagaStore.Due(work, until, BatchSize);
        foreach (var state in due)
        {
            if (Saga.Decide(state, deadlinePassed: true, work.Now) is not { } outcome)
            {
                continue;
            }

            var settled = Saga.WithOutcome(state, outcome);
            SagaStore.Save(work, settled, state);
            work.Publish(ServiceIdentity.OrderSaga, new Envelope(
                EventIds.Outcome(state.OrderId), work.Now, state.CorrelationId, state.TraceId, outcome, state.PlacedEventId));
            work.OnCommitted(() => metrics.Decided(settled, work.Now));
        }

        return due.Count;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Deadlines up to {Until} wait until the saga has read every answer in the log")]
    private partial void DeadlinesPostponed(DateTimeOffset until);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Overdue orders could not be checked ({Reason}); the next look tries again")]
    private partial void DeadlineCheckFailed(string reason);
}
