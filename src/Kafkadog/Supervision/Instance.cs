using System.Diagnostics;

namespace Kafkadog.Supervision;

/// <summary>
/// One instance of a role: keeps a child process running until it is told to stop. The loop in <see cref="RunAsync"/>
/// owns the process; everybody else asks through the methods above it.
/// </summary>
internal sealed class Instance : IDisposable
{
    /// <summary>A child that has not stopped by then is killed, so that everything is down within three seconds.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan ShortestCpuSample = TimeSpan.FromMilliseconds(500);

    private readonly Lock gate = new();
    private readonly RestartPolicy policy = new();
    private readonly InstanceLaunch launch;
    private readonly Action<InstanceEvent> report;
    private readonly RotatingLog log;
    private CancellationTokenSource? stop;
    private Task running = Task.CompletedTask;
    private TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ChildProcess? child;
    private InstanceState state = InstanceState.Stopped;
    private bool killAsked;
    private volatile bool endsForGood;
    private int restarts;
    private (long At, TimeSpan Processor, double Percent) cpu;

    public Instance(Role role, int number, InstanceLaunch launch, Action<InstanceEvent> report)
    {
        Role = role;
        Number = number;
        this.launch = launch;
        this.report = report;
        log = new RotatingLog(launch.LogFile, e => report(new InstanceEvent.LogFailed(this, e)));
    }

    public Role Role { get; }

    public int Number { get; }

    public string Name => $"{Role.Name}-{Number}";

    public int Port => launch.Port;

    public RotatingLog Log => log;

    public string LogFile => launch.LogFile;

    /// <summary>Completes when the instance is ready for the first time since its last start.</summary>
    public Task Ready
    {
        get
        {
            lock (gate)
            {
                return ready.Task;
            }
        }
    }

    /// <summary>True when no process runs and none will until it is started.</summary>
    public bool IsDown
    {
        get
        {
            lock (gate)
            {
                return state is InstanceState.Stopped or InstanceState.Killed;
            }
        }
    }

    public void Start()
    {
        lock (gate)
        {
            if (!running.IsCompleted)
            {
                throw new CommandFailure(ExitCodes.Failed, $"{Name} is already {Word(state)}", "see `kafkadog status`");
            }

            stop?.Dispose();
            stop = new CancellationTokenSource();
            ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            killAsked = false;
            state = InstanceState.Starting;
            var token = stop.Token;
            running = Task.Run(() => RunAsync(token), CancellationToken.None);
        }
    }

    /// <summary>
    /// From now on an exit is final. Whoever stops a whole process group signals the children too, and one that is gone
    /// before its turn must not come back.
    /// </summary>
    public void EndForGood() => endsForGood = true;

    /// <summary>Stops gracefully; done when the process is gone.</summary>
    public Task StopAsync()
    {
        CancellationTokenSource? current;
        Task ended;
        lock (gate)
        {
            state = running.IsCompleted ? state : InstanceState.Stopping;
            (current, ended) = (stop, running);
        }

        current?.Cancel();
        return ended;
    }

    /// <summary>SIGKILL. Leaves the instance down, or lets it come back as after a crash.</summary>
    public Task KillAsync(bool restart)
    {
        lock (gate)
        {
            var process = child ?? throw NotRunning();
            killAsked = !restart;
            process.Kill();
            return restart ? process.Exited : running;
        }
    }

    public void Freeze()
    {
        lock (gate)
        {
            (child ?? throw NotRunning()).Freeze();
            state = InstanceState.Frozen;
        }

        report(new InstanceEvent.Frozen(this));
    }

    public void Thaw()
    {
        lock (gate)
        {
            if (state != InstanceState.Frozen)
            {
                throw new CommandFailure(ExitCodes.Failed, $"{Name} is not frozen", "see `kafkadog status`");
            }

            child!.Thaw();
            state = ready.Task.IsCompleted ? InstanceState.Ready : InstanceState.Starting;
        }

        report(new InstanceEvent.Thawed(this));
    }

    public InstanceStatus Status()
    {
        lock (gate)
        {
            var (resident, processor) = child?.Usage() ?? default;
            SampleCpu(processor);
            return new InstanceStatus(
                Name, Role.Name, Number, child?.Id, Port, Role.Url(Port), state, child?.Uptime.TotalSeconds, restarts,
                resident, processor.TotalSeconds, cpu.Percent, LogFile);
        }
    }

    public void Dispose()
    {
        stop?.Dispose();
        log.Dispose();
    }

    private static string Word(InstanceState state) => state.ToString().ToLowerInvariant();

    private async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            using var process = ChildProcess.Start(launch.Arguments, log);
            Become(process, InstanceState.Starting);
            using var probing = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var probe = ProbeAsync(process, probing.Token);
            var stopAsked = Task.Delay(Timeout.InfiniteTimeSpan, stopping);
            await Task.WhenAny(process.Exited, stopAsked);
            await probing.CancelAsync();
            await probe;
            if (stopping.IsCancellationRequested)
            {
                await process.StopAsync(StopGrace);
                Become(null, InstanceState.Stopped);
                report(new InstanceEvent.Stopped(this));
                return;
            }

            var uptime = process.Uptime;
            var exitCode = await process.Exited;
            lock (gate)
            {
                child = null;
                if (killAsked)
                {
                    state = InstanceState.Killed;
                }
                else
                {
                    state = InstanceState.Restarting;
                    restarts++;
                }
            }

            if (killAsked)
            {
                report(new InstanceEvent.Killed(this));
                return;
            }

            if (!endsForGood)
            {
                var delay = policy.NextDelay(uptime);
                report(new InstanceEvent.Crashed(this, exitCode, delay));
                await Task.Delay(delay, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (endsForGood || stopping.IsCancellationRequested)
            {
                Become(null, InstanceState.Stopped);
                return;
            }
        }
    }

    private async Task ProbeAsync(ChildProcess process, CancellationToken cancellationToken)
    {
        if (!await ReadinessProbe.WaitAsync(Role, Port, cancellationToken))
        {
            return;
        }

        lock (gate)
        {
            state = state == InstanceState.Starting ? InstanceState.Ready : state;
        }

        report(new InstanceEvent.Ready(this, process.Uptime));
        ready.TrySetResult();
    }

    private void Become(ChildProcess? process, InstanceState next)
    {
        lock (gate)
        {
            child = process;
            state = next;
        }
    }

    private void SampleCpu(TimeSpan processor)
    {
        var now = Stopwatch.GetTimestamp();
        if (processor < cpu.Processor || cpu.At == 0)
        {
            cpu = (now, processor, 0);
            return;
        }

        var elapsed = Stopwatch.GetElapsedTime(cpu.At, now);
        if (elapsed >= ShortestCpuSample)
        {
            cpu = (now, processor, Math.Round((processor - cpu.Processor) / elapsed * 100, 1));
        }
    }

    private CommandFailure NotRunning() =>
        new(ExitCodes.Failed, $"{Name} has no process: it is {Word(state)}", $"start it with `kafkadog start {Name}`");
}

/// <summary>How the child of an instance is started.</summary>
internal sealed record InstanceLaunch(
    int Port,
    IReadOnlyList<string> Arguments,
    string LogFile);

/// <summary>Something a person watching would want to know.</summary>
internal abstract record InstanceEvent(Instance Instance)
{
    public sealed record Ready(Instance Instance, TimeSpan After) : InstanceEvent(Instance);

    public sealed record Crashed(Instance Instance, int ExitCode, TimeSpan RestartsIn) : InstanceEvent(Instance);

    public sealed record Stopped(Instance Instance) : InstanceEvent(Instance);

    public sealed record Killed(Instance Instance) : InstanceEvent(Instance);

    public sealed record Frozen(Instance Instance) : InstanceEvent(Instance);

    public sealed record Thawed(Instance Instance) : InstanceEvent(Instance);

    public sealed record LogFailed(Instance Instance, IOException Error) : InstanceEvent(Instance);
}
