using System.Net;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>
/// Ends a connection that is not bound: one that names no session in time (RFC 4975 §14.5), and an accepted one that has lingered behind its last session
/// (RFC 4975 §5.4). Any thread may call any member.
/// </summary>
internal sealed class BindWatch : IDisposable
{
    private readonly ConnectionContext _context;
    private readonly BoundSessions<SessionBinding> _bound;
    private readonly ConnectionEnd _end;
    private readonly ITimer _timer;

    // Counted among the unbound connections of its address; null for a connection this side opened, which is not.
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

    /// <summary>The last session has left: another may come within <see cref="ConnectionSettings.LingerTime"/>.</summary>
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
