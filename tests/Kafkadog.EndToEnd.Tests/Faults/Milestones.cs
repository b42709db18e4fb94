namespace Kafkadog.EndToEnd.Tests.Faults;

/// <summary>Counts what happens on other threads, and completes when enough of it has.</summary>
internal sealed class Milestones
{
    private readonly Lock gate = new();
    private readonly List<(int Count, TaskCompletionSource Reached)> waiting = [];
    private int happened;

    public Task Reach(int count)
    {
        lock (gate)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Add((count, reached));
            Complete();
            return reached.Task;
        }
    }

    public void Happened()
    {
        lock (gate)
        {
            happened++;
            Complete();
        }
    }

    private void Complete()
    {
        foreach (var (_, reached) in waiting.Where(w => w.Count <= happened))
        {
            reached.SetResult();
        }

        waiting.RemoveAll(w => w.Count <= happened);
    }
}
