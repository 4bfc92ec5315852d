namespace ImageShare.Core.Sip.UserAgents.Transactions;

/// <summary>
/// The connection a request left on, to resend the request once when that connection is lost before a response came. The loss may be reported
/// before the transport reports which connection it used. On the loop only.
/// </summary>
internal sealed class RequestConnection
{
    private HashSet<object>? _lostWhileSending;
    private bool _hasResent;

    /// <summary>The connection; null for datagrams, and until it is known.</summary>
    public object? Used { get; private set; }

    /// <summary>Whether the request left at all, on a connection or as a datagram.</summary>
    public bool WasUsed { get; private set; }

    /// <summary>The request left on that connection; null for datagrams. Whether the connection is lost already.</summary>
    public bool OnSent(object? connection)
    {
        (Used, WasUsed) = (connection, true);
        bool isLost = connection is not null && _lostWhileSending?.Contains(connection) == true;
        _lostWhileSending = null;
        return isLost;
    }

    public void OnSendFailed() => _lostWhileSending = null;

    /// <summary>A connection is lost. Whether it is the one the request left on.</summary>
    public bool OnLost(object connection, bool isSending)
    {
        if (ReferenceEquals(Used, connection))
        {
            return true;
        }

        if (isSending)
        {
            (_lostWhileSending ??= []).Add(connection);
        }

        return false;
    }

    /// <summary>Whether the request may be sent once more; true once.</summary>
    public bool TryResend(bool isUnanswered)
    {
        Used = null;
        bool resends = isUnanswered && !_hasResent;
        _hasResent |= resends;
        return resends;
    }
}
