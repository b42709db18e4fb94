using Kafkadog.Messaging.Faults;

namespace Kafkadog.Messaging;

/// <summary>
/// Called at the places where a failure hurts most, so that an application can break itself on purpose. An implementation
/// may throw, or block to simulate slowness. <see cref="FaultRegistry"/> is the one that is registered by default.
/// </summary>
public interface IFaultPoints
{
    void Hit(FaultPoint point, string? key);

    /// <summary>What this delivery has to suffer before its handler, or null. Asked once for a delivery, not for each try in place.</summary>
    InjectedFault? Take(string group, InboundEvent received) => null;
}

public enum FaultPoint
{
    AfterPoll,

    /// <summary>The record is understood, its handler has not been called.</summary>
    BeforeHandler,
    BeforeTransaction,
    AfterInboxInsert,
    BeforeDatabaseCommit,

    /// <summary>The transaction is durable, its offsets are not stored yet.</summary>
    AfterDatabaseCommit,
    BeforeOffsetCommit,
    OutboxBeforeSend,

    /// <summary>Kafka has the record, the outbox still holds it.</summary>
    OutboxAfterAcknowledge,
    RetryAfterInsert,
    DeadLetterBeforeSend,
    RevokeDrain,
}
