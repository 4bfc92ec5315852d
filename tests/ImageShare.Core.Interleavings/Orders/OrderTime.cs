using System.Diagnostics;

namespace ImageShare.Core.Interleavings.Orders;

/// <summary>The clock of one order. It runs when nothing else can happen.</summary>
internal sealed class OrderTime(Order order) : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Whether a pending timer also tells where it was made. Slow.</summary>
    public static bool KeepsOrigins { get; set; }

    private readonly List<Timer> _timers = [];
    private readonly Lock _lock = new();
    private TimeSpan _now;

    public TimeSpan Elapsed => _now;

    /// <summary>The timers that will still fire: when, and who waits for them.</summary>
    public string[] Pending
    {
        get
        {
            lock (_lock)
            {
                return [.. _timers.Select(static t => t.ToString())];
            }
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now.Ticks;

    public override DateTimeOffset GetUtcNow() => Start + _now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Goes on to the next timer; false if there is none.</summary>
    public bool TryAdvance()
    {
        if (Next() is not { } next)
        {
            return false;
        }

        Advance(next - _now);
        return true;
    }

    /// <summary>Goes on by a time; what is due becomes possible.</summary>
    public TimeSpan Advance(TimeSpan by)
    {
        _now += by > TimeSpan.Zero ? by : TimeSpan.Zero;
        Timer[] due;
        lock (_lock)
        {
            due = [.. _timers.Where(t => t.Due <= _now).OrderBy(static t => t.Due)];
        }

        foreach (Timer timer in due)
        {
            timer.Fire(order);
        }

        return by;
    }

    private TimeSpan? Next()
    {
        lock (_lock)
        {
            return _timers.Count == 0 ? null : _timers.Min(static t => t.Due);
        }
    }

    private sealed class Timer(OrderTime time, TimerCallback callback, object? state) : ITimer
    {
        private readonly string _origin = KeepsOrigins ? $", made {new StackTrace()}" : string.Empty;
        private TimeSpan _period;
        private bool _isDisposed;

        public TimeSpan Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
                if (_isDisposed)
                {
                    return false;
                }

                _period = period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = time._now + dueTime;
                    time._timers.Add(this);
                }

                return true;
            }
        }

        /// <summary>As on the thread pool, the callback may run a while after it was due, and even after the timer was stopped.</summary>
        public void Fire(Order order)
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
                if (_period > TimeSpan.Zero && !_isDisposed)
                {
                    Due = time._now + _period;
                    time._timers.Add(this);
                }
            }

            order.Post(() => callback(state), callback);
        }

        public override string ToString() => $"{callback.Method.DeclaringType}.{callback.Method.Name} with {state} at {Due}{_origin}";

        public void Dispose()
        {
            lock (time._lock)
            {
                _isDisposed = true;
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
