namespace Kafkadog.Supervision;

/// <summary>Tells any number of watchers that something is new; what is new they look up themselves.</summary>
internal sealed class ChangeSignal
{
    private readonly Lock gate = new();
    private TaskCompletionSource next = New();

    /// <summary>Done at the next change. Take it before looking, so that no change is missed.</summary>
    public Task Next
    {
        get
        {
            lock (gate)
            {
                return next.Task;
            }
        }
    }

    public void Set()
    {
        TaskCompletionSource passed;
        lock (gate)
        {
            passed = next;
            next = New();
        }

        passed.SetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
