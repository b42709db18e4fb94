using System.Threading.Tasks.Sources;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Coordination.Fetching;

/// <summary>
/// Where the Fetch of one connection parks until a partition changes, its time is up, or the connection is released. A connection
/// serves one request at a time, so one waiter with one timer serves it for life: parking allocates nothing.
/// Owned by the loop of its connection; <see cref="PartitionChanged"/> comes from appending threads.
/// </summary>
internal sealed class FetchWaiter : IPartitionObserver, IValueTaskSource, IDisposable
{
    private const int Idle = 0, Armed = 1, Woken = 2;

    private readonly ITimer _timer;
    private readonly CancellationTokenRegistration _registration;
    private ManualResetValueTaskSourceCore<bool> _wake = new() { RunContinuationsAsynchronously = true };
    private int _state;

    public FetchWaiter(TimeProvider time, CancellationToken released)
    {
        _timer = time.CreateTimer(static waiter => ((FetchWaiter)waiter!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _registration = released.UnsafeRegister(static waiter => ((FetchWaiter)waiter!).Wake(), this);
    }

    /// <summary>From here on a change wakes <see cref="WaitAsync"/>, which must follow. Arm first, then look at the partitions.</summary>
    public void Arm()
    {
        _wake.Reset();
        Volatile.Write(ref _state, Armed);
    }

    /// <summary>Waits for a change after <see cref="Arm"/>, at most <paramref name="timeout"/>; zero only disarms.</summary>
    public async ValueTask WaitAsync(TimeSpan timeout, CancellationToken released)
    {
        if (timeout <= TimeSpan.Zero || released.IsCancellationRequested)
        {
            Wake();
        }
        else
        {
            _timer.Change(timeout, Timeout.InfiniteTimeSpan);
        }

        await new ValueTask(this, _wake.Version);
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Volatile.Write(ref _state, Idle);
    }

    public void PartitionChanged(PartitionLog log) => Wake();

    public void Dispose()
    {
        _registration.Dispose();
        _timer.Dispose();
    }

    void IValueTaskSource.GetResult(short token) => _wake.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wake.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wake.OnCompleted(continuation, state, token, flags);

    private void Wake()
    {
        if (Interlocked.CompareExchange(ref _state, Woken, Armed) == Armed)
        {
            _wake.SetResult(true);
        }
    }
}
