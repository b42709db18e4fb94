using System.Runtime.InteropServices;

namespace Kafkadog;

/// <summary>
/// Turns the wish to stop into one token: SIGTERM, Ctrl-C, and for a child of <c>kafkadog up</c> the end of its standard
/// input, which the system closes even when the supervisor is killed with −9. For the supervisor itself a second signal ends the process at once.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    /// <summary>Set by the supervisor for its children; anything else started with no input must not stop by it.</summary>
    public const string SupervisedVariable = "KAFKADOG_SUPERVISED";

    private static readonly TimeSpan HardExit = TimeSpan.FromSeconds(5);

    private static readonly TaskCompletionSource KafkaAnnounced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly CancellationTokenSource stop = new();
    private readonly List<PosixSignalRegistration> registrations = [];
    private readonly Timer hardExit = new(_ => Environment.Exit(ExitCodes.Failed));
    private int signals;

    public StopSignals()
    {
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
        if (IsSupervised)
        {
            // Ctrl-C in the terminal reaches the children too; they wait for the supervisor's word.
            registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true));
            new Thread(WatchInput) { IsBackground = true, Name = "supervisor-watch" }.Start();
        }
        else
        {
            registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal));
        }
    }

    public static bool IsSupervised => Environment.GetEnvironmentVariable(SupervisedVariable) == "1";

    /// <summary>
    /// Done when Kafka answers and has the topics: the supervisor starts everything at once, and writes a line to its children
    /// then. A process of its own finds out by itself. Static, because a process has one standard input.
    /// </summary>
    public static Task KafkaIsThere => IsSupervised ? KafkaAnnounced.Task : Task.CompletedTask;

    public CancellationToken Token => stop.Token;

    public void Dispose()
    {
        registrations.ForEach(r => r.Dispose());
        hardExit.Dispose();
        stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        var isFirst = Interlocked.Increment(ref signals) == 1;
        // A child may hear it twice, from whoever stops the whole process group and from the supervisor, which kills it if need be.
        context.Cancel = isFirst || IsSupervised;
        if (isFirst)
        {
            stop.Cancel();
        }
    }

    private void WatchInput()
    {
        using var input = Console.OpenStandardInput();
        var buffer = new byte[64];
        while (input.Read(buffer) > 0)
        {
            KafkaAnnounced.TrySetResult();
        }

        stop.Cancel();
        hardExit.Change(HardExit, Timeout.InfiniteTimeSpan);
    }
}
