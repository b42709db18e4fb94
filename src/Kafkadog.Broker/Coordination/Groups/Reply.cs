using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>
/// An answer somebody waits for. The group settles it; it is delivered only after the records of the same turn are in the log,
/// so that no client sees a state that a crash could take back.
/// </summary>
internal abstract class Reply
{
    /// <summary>Hands the settled answer to the waiting request.</summary>
    public abstract void Deliver();

    /// <summary>Hands out an error instead of the settled answer: the records it depended on could not be written.</summary>
    public abstract void DeliverError(ErrorCode error);
}

/// <summary>An answer of one kind, made from an error when things go wrong.</summary>
internal sealed class Reply<T>(Func<ErrorCode, T> fromError) : Reply
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _settled;

    public Task<T> Answer => _answer.Task;

    public bool IsSettled { get; private set; }

    /// <summary>Settles the answer; exactly once.</summary>
    public void Settle(T answer)
    {
        if (IsSettled) throw new InvalidOperationException("A request is answered once.");
        _settled = answer;
        IsSettled = true;
    }

    public T FromError(ErrorCode error) => fromError(error);

    public override void Deliver() => _answer.TrySetResult(_settled!);

    public override void DeliverError(ErrorCode error) => _answer.TrySetResult(fromError(error));
}
