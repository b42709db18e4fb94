using Kafkadog.Messaging.Consuming;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Messaging.Hosting;

/// <summary>Keeps one consumer loop on a thread of its own: starts, stops and resumes it, and replaces it when it breaks.</summary>
internal sealed partial class ConsumerWorker(ConsumerLoop loop, TimeProvider time, ILogger<ConsumerWorker> logger) : IDisposable
{
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private CancellationTokenSource? stop;
    private Task running = Task.CompletedTask;
    private volatile string state = "stopped";

    public ConsumerLoop Loop { get; } = loop;

    public string State => state;

    public ConsumerStatus Status => new(Loop.Group, Loop.Topics, state, Loop.Assignment, Loop.InFlight, Loop.Paused, Loop.Blocked);

    public void Start()
    {
        lock (gate)
        {
            if (stop is not null)
                return;

            stop = new();
            state = "running";
            var stopping = stop.Token;
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            running = ended.Task;
            new Thread(() =>
            {
                Run(stopping);
                state = "stopped";
                ended.SetResult();
            })
            {
                IsBackground = true,
                Name = "poll " + Loop.Group,
            }.Start();
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        CancellationTokenSource? stopped;
        lock (gate)
        {
            stopped = stop;
            if (stopped is not null)
                state = "stopping";

            stopped?.Cancel();
        }

        await running.WaitAsync(cancellationToken);
        lock (gate)
        {
            if (ReferenceEquals(stop, stopped))
            {
                stop = null;
                stopped?.Dispose();
            }
        }
    }

    public void Dispose()
    {
        stop?.Dispose();
        Loop.Dispose();
    }

    private void Run(CancellationToken stopping)
    {
        for (var failures = 0; !stopping.IsCancellationRequested; failures++)
        {
            var started = time.GetTimestamp();
            try
            {
                state = "running";
                if (Loop.Run(stopping))
                    return;
            }
            catch (Exception exception)
            {
                LoopFailed(exception, Loop.Group);
            }

            state = "rebuilding";
            if (time.GetElapsedTime(started) > MaxBackoff)
                failures = 0;

            stopping.WaitHandle.WaitOne(TimeSpan.FromSeconds(Math.Min(MaxBackoff.TotalSeconds, Math.Pow(2, Math.Min(failures, 5)))));
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The consumer {Group} broke and is replaced")]
    private partial void LoopFailed(Exception exception, string group);
}
