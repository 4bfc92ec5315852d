namespace ImageShare.Core.Sip.Transport;

/// <summary>
/// Closes a connection that is incomplete or idle: when the rest of a message does not arrive in time and, on an accepted connection, when the first byte does
/// not arrive or nothing is sent or received during the idle timeout. Thread-safe.
/// </summary>
internal sealed class SipConnectionDeadline : IDisposable
{
    private readonly SipTransportOptions _options;
    private readonly TimeSpan? _idle;
    private readonly GuardedTimer _timer;
    private Waiting _waiting;
    private long _lastUsed;

    /// <param name="options">The limits and the clock.</param>
    /// <param name="isAccepted">Whether the peer opened the connection: one that this side opened is kept.</param>
    /// <param name="expired">Called once when a time limit expires.</param>
    public SipConnectionDeadline(SipTransportOptions options, bool isAccepted, Action expired)
    {
        _options = options;
        _idle = isAccepted ? options.IdleTimeout : null;
        _lastUsed = options.TimeProvider.GetTimestamp();
        _waiting = isAccepted ? Waiting.ForFirst : Waiting.ForNothing;
        _timer = new GuardedTimer(options.TimeProvider, isAccepted ? options.ReceiveTimeout : Timeout.InfiniteTimeSpan, OnTimer, expired);
    }

    private enum Waiting
    {
        ForNothing,
        ForFirst,
        ForRest,
        ForUse,
    }

    /// <summary>The time since the last send or receive.</summary>
    public TimeSpan Silence => _options.TimeProvider.GetElapsedTime(Volatile.Read(ref _lastUsed));

    /// <summary>Something was sent.</summary>
    public void OnSent() => Volatile.Write(ref _lastUsed, _options.TimeProvider.GetTimestamp());

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
        return _options.ReceiveTimeout;
    }
}
