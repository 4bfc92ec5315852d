namespace ImageShare.Core.Sip.Transport.Timers;

/// <summary>
/// Closes a connection that is incomplete or idle: when the rest of a message does not arrive in time and, on an accepted connection, when the first byte does
/// not arrive or nothing is sent or received during the idle timeout. Thread-safe.
/// </summary>
internal sealed class SipConnectionDeadline : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _receive;
    private readonly TimeSpan? _idle;
    private readonly GuardedTimer _timer;
    private Waiting _waiting;
    private long _lastUsed;

    /// <param name="time">The clock.</param>
    /// <param name="receive">How long a message may take from its first byte to its last, and the first byte on an accepted connection.</param>
    /// <param name="idle">How long an accepted connection may be idle; null for ever.</param>
    /// <param name="isAccepted">Whether the peer opened the connection: one that this side opened is kept.</param>
    /// <param name="expired">Called once when a time limit expires.</param>
    public SipConnectionDeadline(TimeProvider time, TimeSpan receive, TimeSpan? idle, bool isAccepted, Action expired)
    {
        _time = time;
        _receive = receive;
        _idle = isAccepted ? idle : null;
        _lastUsed = time.GetTimestamp();
        _waiting = isAccepted ? Waiting.ForFirst : Waiting.ForNothing;
        _timer = new GuardedTimer(time, isAccepted ? receive : Timeout.InfiniteTimeSpan, OnTimer, expired);
    }

    private enum Waiting
    {
        ForNothing,
        ForFirst,
        ForRest,
        ForUse,
    }

    /// <summary>The time since the last send or receive.</summary>
    public TimeSpan Silence => _time.GetElapsedTime(Volatile.Read(ref _lastUsed));

    /// <summary>Something was sent.</summary>
    public void OnSent() => Volatile.Write(ref _lastUsed, _time.GetTimestamp());

    /// <summary>Something was received; <paramref name="delivered"/> whole messages, and <paramref name="isPartial"/> when there is the beginning of another.</summary>
    public void OnReceived(bool delivered, bool isPartial)
    {
        OnSent();
        _timer.Restart((Deadline: this, delivered, isPartial), static received => received.Deadline.Next(received.delivered, received.isPartial));
    }

    public void Dispose() => _timer.Dispose();

    // Something may have been sent in the meantime; then wait for the rest of the idle timeout.
    private TimeSpan? OnTimer() => _waiting == Waiting.ForUse && _idle - Silence is { Ticks: > 0 } rest ? rest : null;

    private TimeSpan? Next(bool delivered, bool isPartial)
    {
        if (!isPartial)
        {
            _waiting = _idle is null ? Waiting.ForNothing : Waiting.ForUse;
            return _idle ?? Timeout.InfiniteTimeSpan;
        }

        if (!delivered && _waiting == Waiting.ForRest)
        {
            // The time runs from the first byte of a message: a slow sender does not extend it.
            return null;
        }

        _waiting = Waiting.ForRest;
        return _receive;
    }
}
