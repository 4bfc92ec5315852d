using System.Net.Sockets;

namespace ImageShare.Core.Net.Listening;

/// <summary>
/// The failures in a row of a loop that receives or accepts and tries again after a failure: it says when to give up. For one loop; not thread-safe.
/// </summary>
internal sealed class FailureRun
{
    /// <summary>How many failures of the socket in a row mean that it will not work again. With the pauses of the loops between them, that is about ten seconds.</summary>
    public const int Most = 100;

    // Failures that are further apart are no row.
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(1);

    private TimeSpan _last;
    private int _ofSocket;

    /// <summary>The failures in a row so far, those that are a peer's doing included.</summary>
    public int Count { get; private set; }

    /// <summary>It worked.</summary>
    public void Clear() => Count = 0;

    /// <summary>It failed.</summary>
    /// <param name="failure">How.</param>
    /// <param name="at">When, by a clock that is never set back.</param>
    /// <returns>Whether it is beyond repair: the socket is closed, or it fails again and again.</returns>
    public bool Add(Exception failure, TimeSpan at)
    {
        bool isInRow = Count > 0 && at - _last < Apart;
        Count = isInRow ? Count + 1 : 1;
        _ofSocket = (isInRow ? _ofSocket : 0) + (IsOfPeer(failure) ? 0 : 1);
        _last = at;
        return failure is ObjectDisposedException || _ofSocket >= Most;
    }

    // The ICMP error of a datagram that was sent, or a connection that was gone before it was accepted. The socket works, however often it happens.
    private static bool IsOfPeer(Exception failure) => failure is SocketException
    {
        SocketErrorCode: SocketError.ConnectionReset or SocketError.ConnectionRefused or SocketError.ConnectionAborted or SocketError.NetworkReset
    };
}
