namespace ImageShare.Core.Msrp.Connections;

/// <summary>
/// Enforces a minimum rate (RFC 4975 §14.5): a peer that sends single bytes is never idle, but must not keep a session open without limit. An incoming
/// message must gain <see cref="MsrpLimits.MinProgressBytes"/> in each interval, and so must a request that belongs to no message. If a message is
/// expected, it must have begun.
/// </summary>
internal sealed class ProgressWatch : IDisposable
{
    /// <summary>Stands for the first message of a session that has not begun.</summary>
    private const int AwaitsFirst = -1;

    private readonly ConnectionSettings _settings;
    private readonly ReadProgress _read;
    private readonly BoundSessions<SessionBinding> _bound;
    private readonly ConnectionEnd _end;
    private readonly ITimer? _timer;

    // The state at the last check. Used by the timer and by callers of Forget.
    private readonly Lock _gate = new();
    private Dictionary<SessionBinding, (int Message, long Bytes)>? _messageMarks;
    private (long Requests, long Bytes)? _requestMark;

    public ProgressWatch(ConnectionSettings settings, ReadProgress read, BoundSessions<SessionBinding> bound, ConnectionEnd end)
    {
        _settings = settings;
        _read = read;
        _bound = bound;
        _end = end;
        _timer = settings.ProgressInterval is { } interval
            ? settings.TimeProvider.CreateTimer(static state => ((ProgressWatch)state!).Check(), this, interval, interval)
            : null;
    }

    /// <summary>A session has left: forget it, so that it is not kept in memory.</summary>
    public void Forget(SessionBinding session)
    {
        lock (_gate)
        {
            _messageMarks?.Remove(session);
        }
    }

    public void Dispose() => _timer?.Dispose();

    private void Check()
    {
        lock (_gate)
        {
            // While our receiver does not accept bytes, the peer cannot send any.
            bool counts = !_read.WaitsForReceiver;
            CheckMessages(counts);
            CheckRequest(counts);
        }
    }

    private void CheckMessages(bool counts)
    {
        var marks = new Dictionary<SessionBinding, (int, long)>();
        foreach (SessionBinding session in _bound.Inside)
        {
            int message = GetNumber(session);
            long bytes = session.Incoming.ReceivedBytes;
            if (counts
                && message != 0
                && _messageMarks is not null
                && _messageMarks.TryGetValue(session, out (int Message, long Bytes) before)
                && before.Message == message
                && bytes - before.Bytes < _settings.Limits.MinProgressBytes)
            {
                session.End(MsrpSessionEndReason.Idle);
            }
            else if (message != 0 && counts)
            {
                marks[session] = (message, bytes);
            }
        }

        _messageMarks = marks;
    }

    // Requests without a body and empty lines are no content.
    private static int GetNumber(SessionBinding session) =>
        session is { ExpectsMessage: true, IsUsed: true, Incoming.Messages: 0 } ? AwaitsFirst : session.Incoming.OpenMessage;

    // A head, or a dropped body, that never ends.
    private void CheckRequest(bool counts)
    {
        (long Requests, long Bytes) now = (_read.Messages, _read.Bytes);
        bool isInside = _read.IsInsideMessage && counts;
        if (isInside && _requestMark is { } before && before.Requests == now.Requests && now.Bytes - before.Bytes < _settings.Limits.MinProgressBytes)
        {
            _end.End(MsrpSessionEndReason.Idle, force: true);
        }

        _requestMark = isInside ? now : null;
    }
}
