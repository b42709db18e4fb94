using System.Diagnostics;
using Kafkadog.Messaging.Databases;
using Kafkadog.Messaging.Diagnostics;
using Kafkadog.Messaging.Faults;
using Kafkadog.Messaging.Retry;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Messaging.Consuming;

/// <summary>What the pipelines of one service share.</summary>
internal sealed record PipelineServices(
    MessagingOptions Options,
    LocalTransactions Transactions,
    FailureRecorder Failures,
    DeliveryJournal Journal,
    MessagingMetrics Metrics,
    TimeProvider Time,
    ILoggerFactory Loggers,
    IFaultPoints? Faults);

/// <summary>
/// The way of one consumer's records: read, prepare (on a lane), then inbox, apply and outbox (on the writer's thread),
/// and when that fails: again in place, later, or never. The same way serves fresh records and delayed attempts.
/// </summary>
internal abstract partial class DeliveryPipeline
{
    private const int StuckLimit = 2;
    private static readonly TimeSpan StuckGrace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaxWriteOffBackoff = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DatabaseBackoff = TimeSpan.FromMilliseconds(500);

    private readonly PipelineServices services;
    private readonly ILogger logger;
    private readonly Lanes lanes;
    private readonly CrashGuard guard = new();
    private int stuck;

    protected DeliveryPipeline(string group, PipelineServices services)
    {
        Group = group;
        this.services = services;
        logger = services.Loggers.CreateLogger(typeof(DeliveryPipeline).FullName + "." + group);
        lanes = new Lanes(services.Options.Lanes, PrepareAsync);
    }

    public string Group { get; }

    /// <summary>A handler went on past its cancellation too often: the process has lost lanes for good.</summary>
    public bool Stuck => Volatile.Read(ref stuck) >= StuckLimit;

    /// <summary>Raised when a delivery has ended, on any thread.</summary>
    public event Action<Delivery>? Ended;

    protected PipelineServices Services => services;

    /// <summary>False where records are ignored because they are somebody else's.</summary>
    protected virtual bool IgnoresUnknownTypes => true;

    /// <summary>Starts deliveries in this order, those of one key one after the other.</summary>
    public void Post(ReadOnlySpan<Delivery> deliveries)
    {
        if (!guard.Watching && !deliveries[0].Guarded)
        {
            lanes.Post(deliveries);
            return;
        }

        foreach (var delivery in deliveries)
        {
            guard.Start(delivery, started => lanes.Post([started]));
        }
    }

    /// <summary>Inside the transaction.</summary>
    public void Run(UnitOfWork work, Delivery delivery)
    {
        work.Handling = delivery.Record;
        var ambient = Activity.Current;
        Activity.Current = delivery.Span;
        try
        {
            delivery.Result = delivery.Next == Delivery.Step.Apply
                ? Apply(work, delivery)
                : services.Failures.Record(work, delivery, delivery.Failure!);
            if (delivery.Guarded)
            {
                CrashGuard.End(work, Group, delivery.Record);
            }
        }
        finally
        {
            Activity.Current = ambient;
        }
    }

    /// <summary>After the transaction, on the writer's thread.</summary>
    public void Written(Delivery delivery, Exception? error)
    {
        if (error is null)
        {
            delivery.Partition?.AddBlocked(delivery.WriteOffFailures > 0 ? -1 : 0);
            End(delivery);
            return;
        }

        if (delivery.Partition?.Lost.IsCancellationRequested == true || error is ObjectDisposedException)
        {
            Abandon(delivery);
            return;
        }

        switch (delivery.Next, error)
        {
            case (_, DatabaseUnavailableException):
                // Not the record's fault: it costs no attempt, and what has been prepared is not prepared again.
                WhenDatabaseMayBeBack(delivery, () => services.Transactions.Enqueue(delivery));
                break;
            case (Delivery.Step.WriteOff, _):
                // Neither handled nor written off: the offset stays where it is, and with it the partition.
                WaitToWriteOff(delivery, error);
                break;
            case (_, KeyFullException):
                Later(delivery, TimeSpan.FromMilliseconds(250));
                break;
            case (_, FailureException failed):
                Failed(delivery, failed.Failure);
                break;
            default:
                Failed(delivery, FailureClassification.Of(error));
                break;
        }
    }

    protected abstract ReadResult Read(ReceivedRecord record);

    protected abstract ValueTask<object?> PrepareAsync(InboundEvent received, int attempt, CancellationToken cancellationToken);

    /// <summary>What a delivery has to suffer before its handler; only handlers are broken on purpose, not the machinery.</summary>
    protected virtual InjectedFault? TakeFault(InboundEvent received) => null;

    protected abstract DeliveryResult Apply(UnitOfWork work, Delivery delivery);

    private async ValueTask PrepareAsync(Delivery delivery)
    {
        if (delivery.Partition?.Dropped == true)
        {
            Abandon(delivery);
            return;
        }

        if (delivery.TriesHere == 0)
        {
            delivery.StartedAt = services.Time.GetTimestamp();
            if (delivery.Event is null && !Understood(delivery))
                return;
        }

        try
        {
            if (delivery.Guarded && delivery.TriesHere == 0 && await IsPoisonAsync(delivery))
            {
                WriteOff(delivery, new(FailureKind.Poison, FailureStage.Process, "ProcessCrashed", $"The process ended during each of {CrashGuard.MaxBegun} attempts."));
                return;
            }

            if (delivery.TriesHere++ == 0)
                delivery.Fault = TakeFault(delivery.Event!);

            var attempt = delivery.Tries++;
            await CallAsync(delivery, attempt);
            delivery.Next = Delivery.Step.Apply;
            services.Transactions.Enqueue(delivery);
        }
        catch (OperationCanceledException) when (delivery.Partition?.Lost.IsCancellationRequested == true)
        {
            Abandon(delivery);
        }
        catch (DatabaseUnavailableException)
        {
            WhenDatabaseMayBeBack(delivery, () => lanes.Again(delivery));
        }
        catch (Exception exception)
        {
            Failed(delivery, FailureClassification.Of(exception));
        }
    }

    private bool Understood(Delivery delivery)
    {
        switch (Read(delivery.Record))
        {
            case ReadResult.Event read:
                delivery.Event = read.Value;
                delivery.Span = MessagingActivities.StartProcess(delivery.Record, read.Value, Group, delivery.Scheduled is not null);
                return true;
            case ReadResult.Rejected rejected:
                WriteOff(delivery, rejected.Failure);
                return false;
            default:
                delivery.Result = DeliveryResult.Ignored;
                if (delivery.Scheduled is null)
                {
                    End(delivery);
                }
                else
                {
                    WriteOff(delivery, new(FailureKind.Permanent, FailureStage.Schedule, "UnknownType", "A delayed attempt of a type this service does not know."));
                }

                return false;
        }
    }

    private async Task<bool> IsPoisonAsync(Delivery delivery)
    {
        var begun = await services.Transactions.ExecuteAsync(
            work => CrashGuard.Begin(work, Group, delivery.Record, delivery.Event?.EventId), CancellationToken.None);
        return begun >= CrashGuard.MaxBegun;
    }

    private ValueTask CallAsync(Delivery delivery, int attempt)
    {
        var timeout = new CancellationTokenSource();
        var ambient = Activity.Current;
        Activity.Current = delivery.Span;
        ValueTask<object?> call;
        try
        {
            call = delivery.Fault is { } fault
                ? FaultyAsync(fault, delivery.Event!, attempt, timeout.Token)
                : PrepareAsync(delivery.Event!, attempt, timeout.Token);
        }
        catch
        {
            timeout.Dispose();
            throw;
        }
        finally
        {
            Activity.Current = ambient;
        }

        if (!call.IsCompletedSuccessfully)
            return new(AwaitAsync(delivery, call.AsTask(), timeout));

        delivery.Prepared = call.Result;
        timeout.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<object?> FaultyAsync(InjectedFault fault, InboundEvent received, int attempt, CancellationToken cancellationToken)
    {
        await fault.SufferAsync(cancellationToken);
        return await PrepareAsync(received, attempt, cancellationToken);
    }

    /// <summary>Polling goes on while a handler hangs, so the broker will not notice: the time limit is ours to keep.</summary>
    private async Task AwaitAsync(Delivery delivery, Task<object?> call, CancellationTokenSource timeout)
    {
        using var lost = (delivery.Partition?.Lost ?? default).UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), timeout);
        using var timer = services.Time.CreateTimer(
            static source => ((CancellationTokenSource)source!).Cancel(), timeout, services.Options.HandlerTimeout, Timeout.InfiniteTimeSpan);
        try
        {
            delivery.Prepared = await call.WaitAsync(services.Options.HandlerTimeout + StuckGrace, services.Time);
        }
        catch (TimeoutException) when (!call.IsCompleted)
        {
            Interlocked.Increment(ref stuck);
            HandlerStuck(delivery.Record.Topic, delivery.Record.Partition, delivery.Record.Offset);
            throw;
        }
        catch (OperationCanceledException exception) when (timeout.IsCancellationRequested && delivery.Partition?.Lost.IsCancellationRequested != true)
        {
            throw new TimeoutException($"Handling took longer than {services.Options.HandlerTimeout}.", exception);
        }
        finally
        {
            if (call.IsCompleted)
            {
                timeout.Dispose();
            }
        }
    }

    private void Failed(Delivery delivery, Failure failure)
    {
        var delays = services.Options.Retry.InPlaceDelays;
        if (failure.Kind == FailureKind.Transient && delivery.TriesHere <= delays.Length && delivery.Partition?.Dropped != true)
        {
            Later(delivery, delays[delivery.TriesHere - 1]);
            return;
        }

        WriteOff(delivery, failure);
    }

    private void WriteOff(Delivery delivery, Failure failure)
    {
        delivery.Failure = failure;
        delivery.Next = Delivery.Step.WriteOff;
        services.Transactions.Enqueue(delivery);
    }

    private void WaitToWriteOff(Delivery delivery, Exception error)
    {
        if (delivery.WriteOffFailures++ == 0)
        {
            delivery.Partition?.AddBlocked(1);
        }

        var wait = TimeSpan.FromSeconds(Math.Min(MaxWriteOffBackoff.TotalSeconds, Math.Pow(2, Math.Min(delivery.WriteOffFailures - 1, 5))));
        WriteOffFailed(error, delivery.Record.Topic, delivery.Record.Partition, delivery.Record.Offset, wait.TotalSeconds);
        After(wait, () => services.Transactions.Enqueue(delivery));
    }

    private void WhenDatabaseMayBeBack(Delivery delivery, Action again) => After(DatabaseBackoff, () =>
    {
        if (delivery.Partition?.Dropped == true)
        {
            Abandon(delivery);
        }
        else
        {
            again();
        }
    });

    private void Later(Delivery delivery, TimeSpan delay)
    {
        if (delay == TimeSpan.Zero)
        {
            lanes.Again(delivery);
        }
        else
        {
            After(delay, () => lanes.Again(delivery));
        }
    }

    private void After(TimeSpan delay, Action action)
    {
        ITimer? timer = null;
        timer = services.Time.CreateTimer(
            _ =>
            {
                timer?.Dispose();
                action();
            },
            null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(delay, Timeout.InfiniteTimeSpan);
    }

    private void End(Delivery delivery)
    {
        var took = services.Time.GetElapsedTime(delivery.StartedAt);
        services.Metrics.Processed(Group, delivery.Record.Topic, delivery.Event?.Type, delivery.Result, took);
        if (delivery.Result == DeliveryResult.Ignored && IgnoresUnknownTypes)
        {
            services.Metrics.Unknown(Group, delivery.Record.Topic);
        }

        services.Journal.Add(new(JournalKind.Delivery, services.Time.GetUtcNow())
        {
            Group = Group,
            MemberId = delivery.Partition?.MemberId,
            Generation = delivery.Partition?.Generation,
            Topic = delivery.Record.Topic,
            Partition = delivery.Record.Partition,
            Offset = delivery.Record.Offset,
            Key = delivery.OrderKey,
            EventType = delivery.Event?.Type,
            EventId = delivery.Event?.EventId,
            CorrelationId = delivery.Event?.CorrelationId,
            Attempt = delivery.Scheduled?.RetryCount ?? 0,
            Tries = delivery.TriesHere,
            Result = delivery.Result,
            Failure = delivery.Failure,
            Queue = services.Time.GetElapsedTime(delivery.ReceivedAt, delivery.StartedAt),
            Work = took,
        });
        if (delivery.Span is { } span)
        {
            Close(span, delivery);
        }

        Leave(delivery);
        Ended?.Invoke(delivery);
    }

    /// <summary>The partition is somebody else's now: no trace of this delivery remains, and it comes again there.</summary>
    private void Abandon(Delivery delivery)
    {
        delivery.Abandoned = true;
        delivery.Span?.Dispose();
        Leave(delivery);
        Abandoned?.Invoke(delivery);
    }

    /// <summary>Raised when a delivery ended without a result.</summary>
    public event Action<Delivery>? Abandoned;

    private void Leave(Delivery delivery)
    {
        lanes.Ended(delivery);
        if (delivery.Guarded)
        {
            guard.Ended();
        }
    }

    private static void Close(Activity span, Delivery delivery)
    {
        if (delivery.Failure is { } failure)
        {
            span.SetTag("error.type", failure.ErrorClass);
        }

        var happened = delivery.Result switch
        {
            DeliveryResult.Duplicate => "inbox.duplicate",
            DeliveryResult.Retry => "retry.scheduled",
            DeliveryResult.DeadLetter => "dlq.published",
            _ => null,
        };
        if (happened is not null)
        {
            span.AddEvent(new ActivityEvent(happened));
        }

        span.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The handler of {Topic}-{Partition}@{Offset} ignores its cancellation; its lane goes on without it")]
    private partial void HandlerStuck(string topic, int partition, long offset);

    [LoggerMessage(Level = LogLevel.Error, Message = "The failure of {Topic}-{Partition}@{Offset} could not be recorded; the partition waits, next try in {WaitSeconds} s")]
    private partial void WriteOffFailed(Exception exception, string topic, int partition, long offset, double waitSeconds);
}

/// <summary>Rolls the delivery back and carries why.</summary>
internal sealed class FailureException(Failure failure) : Exception(failure.Message)
{
    public Failure Failure { get; } = failure;
}

/// <summary>Too much is parked behind this key already.</summary>
internal sealed class KeyFullException(string key) : Exception($"The limit of parked events of key '{key}' is reached.");
