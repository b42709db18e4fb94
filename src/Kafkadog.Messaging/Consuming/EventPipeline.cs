using Dapper;
using Kafkadog.Messaging.Databases;
using Kafkadog.Messaging.Diagnostics;
using Kafkadog.Messaging.Faults;
using Kafkadog.Messaging.Retry;

namespace Kafkadog.Messaging.Consuming;

/// <summary>A consumer's events through its <see cref="IEventHandler"/>.</summary>
internal sealed class EventPipeline(string group, IEventHandler handler, IEventReader reader, RetrySchedule schedule, PipelineServices services)
    : DeliveryPipeline(group, services)
{
    protected override ReadResult Read(ReceivedRecord record)
    {
        try
        {
            return reader.Read(record);
        }
        catch (Exception exception)
        {
            // A reader must not throw; one that does fails on these bytes every time.
            return new ReadResult.Rejected(new(FailureKind.Poison, FailureStage.Deserialize, exception.GetType().Name, exception.Message));
        }
    }

    protected override InjectedFault? TakeFault(InboundEvent received) => Services.Faults?.Take(Group, received);

    protected override ValueTask<object?> PrepareAsync(InboundEvent received, int attempt, CancellationToken cancellationToken) =>
        handler.PrepareAsync(received, attempt, cancellationToken);

    protected override DeliveryResult Apply(UnitOfWork work, Delivery delivery)
    {
        var received = delivery.Event!;
        if (handler.IsOrderSensitive && delivery.Scheduled is null && MustPark(work, delivery, out var parked))
            return parked;

        if (handler.NeedsInbox && !work.TryEnterInbox(Group, received.EventId, delivery.Record))
        {
            Finish(work, delivery);
            return DeliveryResult.Duplicate;
        }

        Services.Faults?.Hit(FaultPoint.AfterInboxInsert, received.Key);
        switch (handler.Apply(received, delivery.Prepared, work))
        {
            case HandleResult.Failed { Failure.Kind: FailureKind.Transient } failed:
                throw new FailureException(failed.Failure);
            case HandleResult.Failed failed:
                delivery.Failure = failed.Failure;
                return Services.Failures.Record(work, delivery, failed.Failure);
            default:
                Finish(work, delivery);
                return DeliveryResult.Ok;
        }
    }

    private void Finish(UnitOfWork work, Delivery delivery)
    {
        if (delivery.Scheduled is null)
            return;

        ScheduledTable.Done(work, delivery.Scheduled.RetryId);
        // What was parked behind it may run now.
        work.OnCommitted(schedule.Wake);
    }

    /// <summary>An earlier event of the key waits for its retry: this one goes behind it.</summary>
    private bool MustPark(UnitOfWork work, Delivery delivery, out DeliveryResult result)
    {
        result = DeliveryResult.Parked;
        if (!work.IsKeyWaiting(Group, delivery.OrderKey))
            return false;

        var eventId = delivery.Event!.EventId;
        if (work.Connection.ExecuteScalar<int?>(
            "SELECT 1 FROM inbox WHERE consumer = @Group AND event_id = @id", new { Group, id = eventId.ToString() }, work.Transaction) is not null)
        {
            result = DeliveryResult.Duplicate;
            return true;
        }

        if (ScheduledTable.Waiting(work, Group, delivery.OrderKey) > Services.Options.Retry.MaxParkedPerKey)
            throw new KeyFullException(delivery.OrderKey);

        var place = Math.Max(work.Now.UtcTicks, ScheduledTable.LastPlace(work, Group, delivery.OrderKey) + 1);
        ScheduledTable.Insert(work, new(
            NameBasedGuid.Create($"parked|{Group}|{eventId}"), Group, delivery.OrderKey, place, work.Now, Parked: true,
            RetryCount: 0, Tries: 0, Redrives: 0, work.Now, delivery.Record));
        return true;
    }
}
