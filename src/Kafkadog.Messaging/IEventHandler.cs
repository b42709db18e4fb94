namespace Kafkadog.Messaging;

/// <summary>
/// Handles the events of one consumer group. An event passes through two steps so that slow work never holds the
/// database: <see cref="PrepareAsync"/> runs outside any transaction, many keys at a time; <see cref="Apply"/> runs
/// inside the local transaction that also holds the inbox row and the outbox rows, many events to a commit.
/// </summary>
public interface IEventHandler
{
    /// <summary>
    /// True when a later event of a key must not overtake an earlier one that waits for its retry:
    /// later events of that key are then parked behind it.
    /// </summary>
    bool IsOrderSensitive => false;

    /// <summary>
    /// False when <see cref="Apply"/> itself makes a repetition harmless and publishes nothing, as a projection does that
    /// is a fold of its events: the inbox row is then left out.
    /// </summary>
    bool NeedsInbox => true;

    /// <summary>
    /// Work outside the transaction: a call to a provider, simulated work. May run again for the same event, and throws
    /// to signal a transient failure. Its result is handed to <see cref="Apply"/>.
    /// </summary>
    /// <param name="attempt">0 for the first try, then one more for each try in place and each delayed retry.</param>
    ValueTask<object?> PrepareAsync(InboundEvent received, int attempt, CancellationToken cancellationToken) => default;

    /// <summary>
    /// The state change, on the writer's own thread: plain SQL through <paramref name="work"/> and no waiting.
    /// An exception rolls this event back, and only this one, and counts as transient. It may run again before it is
    /// durable: effects besides SQL belong into <see cref="IUnitOfWork.OnCommitted"/>.
    /// </summary>
    HandleResult Apply(InboundEvent received, object? prepared, IUnitOfWork work);
}

/// <summary>How handling ended: exactly one of the nested cases.</summary>
public abstract record HandleResult
{
    private HandleResult()
    {
    }

    public static HandleResult Done { get; } = new Success();

    public static HandleResult RetryLater(string errorClass, string reason) =>
        new Failed(new Failure(FailureKind.Transient, FailureStage.Process, errorClass, reason));

    /// <summary>
    /// The event contradicts what is known. The transaction is kept: state and outbox rows written by the handler stay,
    /// and the dead letter is added to the same transaction.
    /// </summary>
    public static HandleResult DeadLetter(string errorClass, string reason) =>
        new Failed(new Failure(FailureKind.Permanent, FailureStage.Process, errorClass, reason));

    public sealed record Success : HandleResult;

    public sealed record Failed(Failure Failure) : HandleResult;
}
