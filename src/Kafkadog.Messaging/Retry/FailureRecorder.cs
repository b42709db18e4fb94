using Kafkadog.Messaging.Consuming;
using Kafkadog.Messaging.Databases;
using Kafkadog.Messaging.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Messaging.Retry;

/// <summary>
/// Writes down what becomes of a failed delivery, inside a local transaction: a delayed attempt with its record for the
/// retry topic, or a dead letter. Both leave through the outbox, so none is lost and none is doubled by a crash.
/// </summary>
internal sealed partial class FailureRecorder(
    MessagingOptions options, IFailureEnvelopes envelopes, Backoff backoff, MessagingMetrics metrics,
    ILogger<FailureRecorder> logger, IFaultPoints? faults = null)
{
    public DeliveryResult Record(UnitOfWork work, Delivery delivery, Failure failure)
    {
        var scheduled = delivery.Scheduled;
        var count = scheduled?.RetryCount ?? 0;
        var firstFailedAt = scheduled?.FirstFailedAt ?? work.Now;
        var redrives = scheduled?.Redrives ?? RetryHeaders.ParseNumber(delivery.Record.Headers[RetryHeaders.RedriveCount]);
        var retried = failure.Kind == FailureKind.Transient && count < options.Retry.MaxAttempts;
        if (!retried && failure.Kind == FailureKind.Transient)
        {
            failure = failure with { Kind = FailureKind.Exhausted };
        }

        var identity = delivery.Event?.EventId.ToString() ?? $"{delivery.Record.Topic}/{delivery.Record.Partition}/{delivery.Record.Offset}";
        var next = retried ? count + 1 : count;
        var failed = new FailedDelivery(
            NameBasedGuid.Create($"{(retried ? "retry" : "dlq")}|{delivery.Group}|{identity}|{redrives}|{next}"),
            delivery.Record, delivery.Event, options.ServiceName, delivery.Group, failure, next, options.Retry.MaxAttempts,
            retried ? work.Now + backoff.Delay(count) : null, work.Now, redrives,
            RetryHeaders.KeptBytes(delivery.Record));

        if (scheduled is not null)
        {
            ScheduledTable.Done(work, scheduled.RetryId);
        }

        return retried ? Schedule(work, delivery, failed, firstFailedAt) : DeadLetter(work, delivery, failed, firstFailedAt);
    }

    private DeliveryResult Schedule(UnitOfWork work, Delivery delivery, FailedDelivery failed, DateTimeOffset firstFailedAt)
    {
        // An event whose later attempts keep its place stays ahead of what is parked behind it.
        var place = delivery.Scheduled?.Place ?? work.Now.UtcTicks;
        var added = ScheduledTable.Insert(work, new(
            failed.Id, delivery.Group, delivery.OrderKey, place, failed.RetryAt!.Value, Parked: false, failed.RetryCount,
            delivery.Tries, failed.RedriveCount, firstFailedAt, delivery.Record));
        faults?.Hit(FaultPoint.RetryAfterInsert, delivery.OrderKey);
        // A row that is there already was committed together with its record.
        if (added)
            Publish(work, options.Retry.Topic, failed, envelopes.WriteRetry(failed), RetryHeaders.ForRetry(failed, firstFailedAt));

        work.OnCommitted(() => metrics.Retried(failed.Target, failed.RetryCount));
        RetryScheduled(failed.Target, failed.Original.Topic, failed.Original.Partition, failed.Original.Offset, failed.RetryCount, failed.Failure.Message);
        return DeliveryResult.Retry;
    }

    private DeliveryResult DeadLetter(UnitOfWork work, Delivery delivery, FailedDelivery failed, DateTimeOffset firstFailedAt)
    {
        DeadLettered(failed.Target, failed.Original.Topic, failed.Original.Partition, failed.Original.Offset, failed.Failure.ErrorClass, failed.Failure.Message);
        work.OnCommitted(() => metrics.DeadLettered(failed.Target, failed.Failure));
        // A dead letter that cannot be handled must not become another one, without end.
        if (!string.Equals(delivery.Record.Topic, options.Retry.DeadLetterTopic, StringComparison.Ordinal))
        {
            faults?.Hit(FaultPoint.DeadLetterBeforeSend, delivery.OrderKey);
            Publish(work, options.Retry.DeadLetterTopic, failed, envelopes.WriteDeadLetter(failed), RetryHeaders.ForDeadLetter(failed, firstFailedAt));
        }

        return DeliveryResult.DeadLetter;
    }

    private static void Publish(UnitOfWork work, string topic, FailedDelivery failed, byte[] value, RecordHeaders headers) =>
        // PostgreSQL cannot store NUL in a text, and a failure must always be recordable.
        work.Publish(new(failed.Id, topic, RetryHeaders.Key(failed.Original)?.Replace('\0', '\uFFFD'), value, headers));

    [LoggerMessage(Level = LogLevel.Information, Message = "{Target} tries {Topic}-{Partition}@{Offset} again, attempt {RetryCount}: {Reason}")]
    private partial void RetryScheduled(string target, string topic, int partition, long offset, int retryCount, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Target} gives up {Topic}-{Partition}@{Offset}: {ErrorClass}, {Reason}")]
    private partial void DeadLettered(string target, string topic, int partition, long offset, string errorClass, string reason);
}
