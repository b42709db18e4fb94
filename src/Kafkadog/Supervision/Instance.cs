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
    private readonly Action changed;
    private readonly TimeProvider time;
    private readonly RotatingLog log;
    private CancellationTokenSource? stop;
    private Task running = Task.CompletedTask;
    private TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ChildProcess? child;
    private InstanceExit? lastExit;
    private DateTimeOffset since;
    private bool killAsked;
    private volatile bool endsForGood;
    private int restarts;
    private (long At, TimeSpan Processor, double Percent) cpu;

    /// <param name="changed">Called when the status tells something new; under a lock, so it must be quick.</param>
    public Instance(Role role, int number, InstanceLaunch launch, Action<InstanceEvent> report, Action changed, TimeProvider time)
    {
        Role = role;
        Number = number;
        this.launch = launch;
        this.report = report;
        this.changed = changed;
        this.time = time;
        since = time.GetUtcNow();
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
                return State is InstanceState.Stopped or InstanceState.Killed;
            }
        }
    }

    public void Start()
    {
        lock (gate)
        {
            if (!running.IsCompleted)
            {
                throw new CommandFailure(ExitCodes.Failed, $"{Name} is already {Word(State)}", "see `kafkadog status`");
            }

            stop?.Dispose();
            stop = new CancellationTokenSource();
            ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            killAsked = false;
            State = InstanceState.Starting;
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
            State = running.IsCompleted ? State : InstanceState.Stopping;
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
            State = InstanceState.Frozen;
        }

        report(new InstanceEvent.Frozen(this));
    }

    public void Thaw()
    {
        lock (gate)
        {
            if (State != InstanceState.Frozen)
            {
                throw new CommandFailure(ExitCodes.Failed, $"{Name} is not frozen", "see `kafkadog status`");
            }

            child!.Thaw();
            State = ready.Task.IsCompleted ? InstanceState.Ready : InstanceState.Starting;
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
                Name, Role.Name, Number, child?.Id, Port, Role.Url(Port), State, since, child?.Uptime.TotalSeconds, restarts, lastExit,
                resident, processor.TotalSeconds, cpu.Percent, LogFile);
        }
    }

    public void Dispose()
    {
        stop?.Dispose();
        log.Dispose();
    }

    private InstanceState State
    {
        get;
        set
        {
            if (field != value)
            {
                field = value;
                since = time.GetUtcNow();
            }

            changed();
        }
    } = InstanceState.Stopped;

    private static string Word(InstanceState state) => state.ToString().ToLowerInvariant();

    private async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            using var process = ChildProcess.Start(launch.Arguments, log);
            Become(process, InstanceState.Starting);
            using var probing = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var probe = ProbeAsync(process, probing.Token);
            var told = TellOfKafkaAsync(process, probing.Token);
            var stopAsked = Task.Delay(Timeout.InfiniteTimeSpan, stopping);
            await Task.WhenAny(process.Exited, stopAsked);
            await probing.CancelAsync();
            await Task.WhenAll(probe, told);
            if (stopping.IsCancellationRequested)
            {
                Exited("stopped", await process.StopAsync(StopGrace));
                Become(null, InstanceState.Stopped);
                report(new InstanceEvent.Stopped(this));
                return;
            }

            var uptime = process.Uptime;
            var exitCode = await process.Exited;
            lock (gate)
            {
                child = null;
                Exited(killAsked ? "killed" : exitCode > 128 ? $"signal {exitCode - 128}" : $"exit code {exitCode}", exitCode);
                if (killAsked)
                {
                    State = InstanceState.Killed;
                }
                else
                {
                    restarts++;
                    State = InstanceState.Restarting;
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
            State = State == InstanceState.Starting ? InstanceState.Ready : State;
        }

        report(new InstanceEvent.Ready(this, process.Uptime));
        ready.TrySetResult();
    }

    private async Task TellOfKafkaAsync(ChildProcess process, CancellationToken cancellationToken)
    {
        await launch.KafkaIsThere.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!cancellationToken.IsCancellationRequested)
        {
            process.TellOfKafka();
        }
    }

    private void Become(ChildProcess? process, InstanceState next)
    {
        lock (gate)
        {
            child = process;
            State = next;
        }
    }

    private void Exited(string reason, int code)
    {
        lock (gate)
        {
            lastExit = new(reason, code, time.GetUtcNow());
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
        new(ExitCodes.Failed, $"{Name} has no process: it is {Word(State)}", $"start it with `kafkadog start {Name}`");
}

/// <summary>How the child of an instance is started.</summary>
/// <param name="KafkaIsThere">Until it is done the child prepares itself and waits.</param>
internal sealed record InstanceLaunch(
    int Port,
    IReadOnlyList<string> Arguments,
    string LogFile,
    Task KafkaIsThere);

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
