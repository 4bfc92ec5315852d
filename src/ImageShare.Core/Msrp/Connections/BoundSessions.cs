using System.Collections.Immutable;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>
/// The sessions bound to one connection, and whether another may still join (RFC 4975 §5.4). No clock and no socket: the connection decides what follows
/// from what is returned here. All members may be called at the same time.
/// </summary>
/// <typeparam name="TSession">A session; compared by reference.</typeparam>
internal sealed class BoundSessions<TSession> where TSession : class
{
    private readonly Lock _gate = new();
    private ImmutableArray<TSession> _inside = [];
    private bool _isClosed;

    /// <summary>The sessions bound now. A snapshot.</summary>
    public ImmutableArray<TSession> Inside
    {
        get
        {
            lock (_gate)
            {
                return _inside;
            }
        }
    }

    /// <summary>Whether a session was ever bound.</summary>
    public bool WasEverBound { get; private set; }

    /// <summary>Whether no session can join any more.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_gate)
            {
                return _isClosed;
            }
        }
    }

    /// <summary>Binds a session; a second time changes nothing. False when the connection is closing.</summary>
    public bool TryJoin(TSession session)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return false;
            }

            if (!_inside.Contains(session))
            {
                _inside = _inside.Add(session);
            }

            WasEverBound = true;
            return true;
        }
    }

    /// <summary>Lets a session go.</summary>
    /// <param name="session">Which one.</param>
    /// <param name="closesBehindLast">Whether no session may join after the last one has left. Decided in the same step: otherwise one could join a connection that is about to close.</param>
    public SessionDeparture Leave(TSession session, bool closesBehindLast)
    {
        lock (_gate)
        {
            int at = _inside.IndexOf(session);
            if (at < 0)
            {
                return SessionDeparture.NotInside;
            }

            _inside = _inside.RemoveAt(at);
            if (!_inside.IsEmpty)
            {
                return SessionDeparture.OthersRemain;
            }

            _isClosed |= closesBehindLast;
            return SessionDeparture.LastLeft;
        }
    }

    /// <summary>Closes if no session is bound. False when one is, or it is closed already.</summary>
    public bool TryCloseEmpty()
    {
        lock (_gate)
        {
            return _inside.IsEmpty && !_isClosed && (_isClosed = true);
        }
    }

    /// <summary>No session may join any more; bound ones stay until they leave or are removed.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
        }
    }

    /// <summary>Closes and takes out all that are left.</summary>
    public ImmutableArray<TSession> TakeAll()
    {
        lock (_gate)
        {
            _isClosed = true;
            ImmutableArray<TSession> left = _inside;
            _inside = [];
            return left;
        }
    }
}

/// <summary>What remains when a session leaves.</summary>
internal enum SessionDeparture
{
    /// <summary>It was not bound here.</summary>
    NotInside,

    /// <summary>Others are still bound.</summary>
    OthersRemain,

    /// <summary>It was the last one.</summary>
    LastLeft,
}
