using Kafkadog.Messaging.Consuming;
using Kafkadog.Messaging.Databases;
using Kafkadog.Messaging.Diagnostics;

namespace Kafkadog.Messaging.Retry;

/// <summary>
/// Reads the retry topic for one service: a record addressed to one of its groups becomes a row of <c>scheduled</c>.
/// A record that this service wrote itself is there already; one that was sent back from the dead letters is new.
/// Nothing waits inside the topic, so a long delay never blocks a short one.
/// </summary>
internal sealed class RetryIntake(
    string group, IReadOnlySet<string> targets, IFailureEnvelopes envelopes, IEventReader reader, RetrySchedule schedule, PipelineServices services)
    : DeliveryPipeline(group, services)
{
    protected override bool IgnoresUnknownTypes => false;

    protected override ReadResult Read(ReceivedRecord record)
    {
        if (record.Headers[RetryHeaders.Target] is not { } target || !targets.Contains(target))
            return new ReadResult.Ignored("Addressed to another group.");

        if (envelopes.ReadOriginal(record) is not { } value || RetryHeaders.Original(record, value) is not { } original)
        {
            return new ReadResult.Rejected(new(
                FailureKind.Poison, FailureStage.Schedule, "NoOriginal", "The retry record does not hold its original record, or does not say where that came from."));
        }

        var read = reader.Read(original) as ReadResult.Event;
        var identity = read?.Value.EventId.ToString() ?? $"{original.Topic}/{original.Partition}/{original.Offset}";
        var count = RetryHeaders.ParseNumber(record.Headers[RetryHeaders.Count]);
        var redrives = RetryHeaders.ParseNumber(record.Headers[RetryHeaders.RedriveCount]);
        var now = Services.Time.GetUtcNow();
        var attempt = new ScheduledAttempt(
            NameBasedGuid.Create($"retry|{target}|{identity}|{redrives}|{count}"),
            target,
            original.OrderKey,
            now.UtcTicks,
            RetryHeaders.ParseTime(record.Headers[RetryHeaders.At]) ?? now,
            Parked: false,
            count,
            Tries: count,
            redrives,
            RetryHeaders.ParseTime(record.Headers[RetryHeaders.FirstFailedAt]) ?? now,
            original);
        return new ReadResult.Event(new(
            record, attempt.RetryId, read?.Value.Type ?? "unknown", attempt.OrderKey, read?.Value.CorrelationId ?? Guid.Empty, read?.Value.TraceId ?? Guid.Empty, attempt));
    }

    protected override ValueTask<object?> PrepareAsync(InboundEvent received, int attempt, CancellationToken cancellationToken) => default;

    protected override DeliveryResult Apply(UnitOfWork work, Delivery delivery)
    {
        var attempt = (ScheduledAttempt)delivery.Event!.Body;
        if (!ScheduledTable.Insert(work, attempt))
            return DeliveryResult.Duplicate;

        Services.Faults?.Hit(FaultPoint.RetryAfterInsert, attempt.OrderKey);
        work.OnCommitted(schedule.Wake);
        return DeliveryResult.Ok;
    }
}
