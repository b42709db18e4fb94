using System.Diagnostics;
using Kafkadog.Messaging.Databases;
using Kafkadog.Messaging.Diagnostics;
using Kafkadog.Messaging.Faults;
using Kafkadog.Messaging.Retry;

namespace Kafkadog.Messaging.Consuming;

/// <summary>
/// One record on its way through a consumer: read and prepared on a lane, applied or written off on the writer's thread,
/// completed on the poll thread. Each hand-over is through a lock, so its fields need none.
/// </summary>
internal sealed class Delivery(DeliveryPipeline pipeline, ReceivedRecord record, string orderKey, AssignedPartition? partition, long slot)
    : WriterItem
{
    /// <summary>What the writer is to do with it.</summary>
    public enum Step
    {
        Apply,
        WriteOff,
    }

    public ReceivedRecord Record { get; } = record;

    /// <summary>Deliveries with the same key are handled one after the other.</summary>
    public string OrderKey { get; } = orderKey;

    /// <summary>Null for a delayed attempt, which has no offset to store.</summary>
    public AssignedPartition? Partition { get; } = partition;

    /// <summary>The record's place in <see cref="OffsetTracker"/>.</summary>
    public long Slot { get; } = slot;

    public string Group => pipeline.Group;

    /// <summary>The row behind a delayed attempt.</summary>
    public ScheduledAttempt? Scheduled { get; init; }

    /// <summary>Handled alone, with its attempts counted in the database: the process crashed while something like it was in flight.</summary>
    public bool Guarded { get; init; }

    public InboundEvent? Event { get; set; }

    public object? Prepared { get; set; }

    public Step Next { get; set; }

    public Failure? Failure { get; set; }

    /// <summary>What it has to suffer on purpose, in each try in place.</summary>
    public InjectedFault? Fault { get; set; }

    /// <summary>Attempts begun, over all delayed ones.</summary>
    public int Tries { get; set; }

    /// <summary>Attempts in place since this delivery started.</summary>
    public int TriesHere { get; set; }

    /// <summary>How often writing off has failed; each time waits longer.</summary>
    public int WriteOffFailures { get; set; }

    public DeliveryResult Result { get; set; }

    /// <summary>Ended without a result: its partition is no longer ours.</summary>
    public bool Abandoned { get; set; }

    public long ReceivedAt { get; init; }

    public long StartedAt { get; set; }

    public Activity? Span { get; set; }

    public override void Run(UnitOfWork work) => pipeline.Run(work, this);

    public override void Completed(Exception? error) => pipeline.Written(this, error);
}
