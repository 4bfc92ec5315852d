namespace ImageShare.Core.Sip.Transport;

/// <summary>
/// When a connection is given up for what does not come on it: the rest of a message that has begun; and, on a connection the peer opened, its first
/// octet, or anything at all for longer than the idle limit. What is sent counts against silence as what comes does.
/// </summary>
internal sealed class SipConnectionDeadline : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SipTransportOptions _options;
    private readonly TimeSpan? _idle;
    private readonly Action _expired;
    private readonly ITimer _timer;
    private Waiting _waiting;
    private long _lastUsed;
    private bool _isOver;

    /// <param name="options">The limits and the clock.</param>
    /// <param name="isAccepted">Whether the peer opened the connection: what this side opened it may keep.</param>
    /// <param name="expired">Called once when the time is over.</param>
    public SipConnectionDeadline(SipTransportOptions options, bool isAccepted, Action expired)
    {
        _options = options;
        _idle = isAccepted ? options.IdleTimeout : null;
        _expired = expired;
        _lastUsed = options.TimeProvider.GetTimestamp();
        _waiting = isAccepted ? Waiting.ForFirst : Waiting.ForNothing;
        _timer = options.TimeProvider.CreateTimer(
            _ => OnTimer(), null, isAccepted ? options.ReceiveTimeout : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private enum Waiting
    {
        ForNothing,
        ForFirst,
        ForRest,
        ForUse,
    }

    /// <summary>How long nothing has gone either way.</summary>
    public TimeSpan Silence => _options.TimeProvider.GetElapsedTime(Volatile.Read(ref _lastUsed));

    /// <summary>Something was sent.</summary>
    public void OnSent() => Volatile.Write(ref _lastUsed, _options.TimeProvider.GetTimestamp());

    /// <summary>Something came; <paramref name="delivered"/> whole messages, and <paramref name="isPartial"/> when there is the beginning of another.</summary>
    public void OnReceived(bool delivered, bool isPartial)
    {
        OnSent();
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            if (!isPartial)
            {
                _waiting = _idle is null ? Waiting.ForNothing : Waiting.ForUse;
                _timer.Change(_idle ?? Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
            else if (delivered || _waiting != Waiting.ForRest)
            {
                // The time runs from the first octet of a message, not from the latest: slow senders gain nothing.
                _waiting = Waiting.ForRest;
                _timer.Change(_options.ReceiveTimeout, Timeout.InfiniteTimeSpan);
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

            if (_waiting == Waiting.ForUse && _idle - Silence is { Ticks: > 0 } rest)
            {
                // Something was sent meanwhile.
                _timer.Change(rest, Timeout.InfiniteTimeSpan);
                return;
            }

            _isOver = true;
        }

        _expired();
    }
}
