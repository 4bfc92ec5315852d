namespace ImageShare.Core.Sip.Transport.Timers;

/// <summary>
/// A timer whose callback runs under the same lock as the events that restart it, so an event and an expiry cannot race. Each callback returns the time to the
/// next firing, or null to stop the timer. Thread-safe.
/// </summary>
internal sealed class GuardedTimer : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Func<TimeSpan?> _fired;
    private readonly Action _expired;
    private readonly ITimer _timer;
    private bool _isOver;

    /// <param name="time">The clock.</param>
    /// <param name="first">The time to the first firing; <see cref="Timeout.InfiniteTimeSpan"/> for none yet.</param>
    /// <param name="fired">Decides, under the lock, what a firing means: the time to the next, or null when the wait is over.</param>
    /// <param name="expired">Called once, outside the lock, when the wait is over.</param>
    public GuardedTimer(TimeProvider time, TimeSpan first, Func<TimeSpan?> fired, Action expired)
    {
        _fired = fired;
        _expired = expired;
        _timer = time.CreateTimer(static timer => ((GuardedTimer)timer!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(first, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Something happened: <paramref name="decide"/> gives, under the lock, the time to the next firing, or null to leave the timer as it is. Not called
    /// after the end.
    /// </summary>
    public void Restart<TState>(TState state, Func<TState, TimeSpan?> decide)
    {
        lock (_gate)
        {
            if (!_isOver && decide(state) is { } next)
            {
                _timer.Change(next, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            _timer.Dispose();
        }
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            if (_fired() is { } next)
            {
                _timer.Change(next, Timeout.InfiniteTimeSpan);
                return;
            }

            _isOver = true;
        }

        _expired();
    }
}
