using System.Diagnostics;

namespace Kafkadog.Messaging.Databases;

/// <summary>A piece of work for the single writer.</summary>
internal abstract class WriterItem
{
    /// <summary>Runs inside the transaction; an exception rolls back this item alone.</summary>
    public abstract void Run(UnitOfWork work);

    /// <summary>Called on the writer's thread once the group is durable (null), or the item or its group failed. Must be quick and not throw.</summary>
    public abstract void Completed(Exception? error);
}

internal sealed class CallbackItem<T>(Func<IUnitOfWork, T> work, CancellationToken cancellationToken) : WriterItem
{
    // Continuations of callers must not run on the writer's thread.
    private readonly TaskCompletionSource<T> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    // The work runs on the writer's thread, and what it publishes belongs to the caller's trace.
    private readonly Activity? caller = Activity.Current;
    private T result = default!;

    public Task<T> Task => completion.Task;

    public override void Run(UnitOfWork unit)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var ambient = Activity.Current;
        Activity.Current = caller;
        try
        {
            result = work(unit);
        }
        finally
        {
            Activity.Current = ambient;
        }
    }

    public override void Completed(Exception? error)
    {
        switch (error)
        {
            case null:
                completion.SetResult(result);
                break;
            case OperationCanceledException when cancellationToken.IsCancellationRequested:
                completion.SetCanceled(cancellationToken);
                break;
            default:
                completion.SetException(error);
                break;
        }
    }
}
