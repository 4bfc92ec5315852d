using System.Net;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>
/// Ends a connection without a session: one that names none in time (RFC 4975 §14.5), and an accepted one some time after its last session
/// (RFC 4975 §5.4). Any thread may call any member.
/// </summary>
internal sealed class BindWatch : IDisposable
{
    private readonly ConnectionContext _context;
    private readonly BoundSessions<SessionBinding> _bound;
    private readonly ConnectionEnd _end;
    private readonly ITimer _timer;

    // The address for which it counts as an unbound connection; null for a connection opened by this side, which does not count.
    private readonly IPAddress? _countedFor;
    private long _unboundSince;
    private int _countsAsBound;

    public BindWatch(ConnectionContext context, BoundSessions<SessionBinding> bound, ConnectionEnd end, IPAddress? countedFor)
    {
        _context = context;
        _bound = bound;
        _end = end;
        _countedFor = countedFor;
        _unboundSince = Time.GetTimestamp();
        _timer = Time.CreateTimer(static state => ((BindWatch)state!).Check(), this, context.Settings.BindTimeout, Timeout.InfiniteTimeSpan);
    }

    private TimeProvider Time => _context.Settings.TimeProvider;

    /// <summary>A session was bound, or the connection is over.</summary>
    public void NoLongerUnbound()
    {
        if (_countedFor is not null && Interlocked.Exchange(ref _countsAsBound, 1) == 0)
        {
            _context.Connections.NoLongerUnbound(_countedFor);
        }
    }

    /// <summary>The last session has left: another may be bound within <see cref="ConnectionSettings.LingerTime"/>.</summary>
    public void Linger()
    {
        Volatile.Write(ref _unboundSince, Time.GetTimestamp());
        _timer.Change(_context.Settings.LingerTime, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();

    private void Check()
    {
        bool lingers = _bound.WasEverBound;
        TimeSpan limit = lingers ? _context.Settings.LingerTime : _context.Settings.BindTimeout;
        TimeSpan unbound = Time.GetElapsedTime(Volatile.Read(ref _unboundSince));
        if (unbound < limit || (lingers && _context.Sessions.AwaitsSessions))
        {
            _timer.Change(unbound < limit ? limit - unbound : limit, Timeout.InfiniteTimeSpan);
        }
        else if (_bound.TryCloseEmpty())
        {
            _end.End(lingers ? MsrpSessionEndReason.Closed : MsrpSessionEndReason.BindTimeout, force: !lingers);
        }
    }
}
