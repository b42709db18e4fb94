namespace Kafkadog.Messaging;

/// <summary>
/// Called at the places where a crash hurts most, so that an application can break itself on purpose. An implementation
/// may end the process, throw, or block to simulate slowness. None is registered by default.
/// </summary>
public interface IFaultPoints
{
    void Hit(FaultPoint point, string? key);
}

public enum FaultPoint
{
    AfterPoll,
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
