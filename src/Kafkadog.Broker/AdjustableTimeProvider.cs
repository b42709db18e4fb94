namespace Kafkadog.Broker;

/// <summary>
/// The system's clock, which a test can move forward. Time passes as always, so clients and timeouts work; <see cref="Advance"/> lets days
/// pass at once. Give one to <see cref="BrokerOptions.TimeProvider"/>, and to the program under test if it keeps time.
/// </summary>
public sealed class AdjustableTimeProvider : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly HashSet<ShiftedTimer> _armed = [];
    private long _shiftTicks;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How far this clock is ahead.</summary>
    public TimeSpan Shift => TimeSpan.FromTicks(Volatile.Read(ref _shiftTicks));

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Shift;

    /// <inheritdoc/>
    public override long GetTimestamp() => System.GetElapsedTime(0).Ticks + Volatile.Read(ref _shiftTicks);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ShiftedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time pass. Timers that become due by it fire at once, on the thread pool, each of them one time.</summary>
    /// <param name="time">Not negative: a clock goes forward.</param>
    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        lock (_lock)
        {
            _shiftTicks += time.Ticks;
            foreach (var timer in _armed)
                timer.Rearm();
        }
    }

    /// <summary>A timer of the system that is set anew whenever the clock jumps.</summary>
    private sealed class ShiftedTimer : ITimer
    {
        private readonly AdjustableTimeProvider _clock;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private readonly ITimer _inner;
        private long _dueTicks;
        private TimeSpan _period;
        private bool _disposed;

        public ShiftedTimer(AdjustableTimeProvider clock, TimerCallback callback, object? state)
        {
            (_clock, _callback, _state) = (clock, callback, state);
            _inner = System.CreateTimer(static timer => ((ShiftedTimer)timer!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_clock._lock)
            {
                if (_disposed)
                    return false;
                _period = period;
                if (dueTime == Timeout.InfiniteTimeSpan)
                {
                    _clock._armed.Remove(this);
                    return _inner.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                }

                _dueTicks = _clock.GetTimestamp() + dueTime.Ticks;
                _clock._armed.Add(this);
                return _inner.Change(dueTime, Timeout.InfiniteTimeSpan);
            }
        }

        /// <summary>Called under the lock of the clock.</summary>
        public void Rearm() => _inner.Change(TimeSpan.FromTicks(Math.Max(0, _dueTicks - _clock.GetTimestamp())), Timeout.InfiniteTimeSpan);

        public void Dispose()
        {
            lock (_clock._lock)
            {
                _disposed = true;
                _clock._armed.Remove(this);
            }

            _inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire()
        {
            lock (_clock._lock)
            {
                // Stopped since the system fired it.
                if (!_clock._armed.Contains(this))
                    return;
                // Set to a later time since, or early by what the system's timers round.
                if (_dueTicks > _clock.GetTimestamp() + TimeSpan.TicksPerMillisecond)
                {
                    Rearm();
                    return;
                }

                _clock._armed.Remove(this);
                if (_period > TimeSpan.Zero)
                {
                    _dueTicks = _clock.GetTimestamp() + _period.Ticks;
                    _clock._armed.Add(this);
                    _inner.Change(_period, Timeout.InfiniteTimeSpan);
                }
            }

            _callback(_state);
        }
    }
}
