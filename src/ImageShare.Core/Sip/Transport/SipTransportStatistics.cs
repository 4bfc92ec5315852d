namespace ImageShare.Core.Sip.Transport;

/// <summary>The counters of a <see cref="SipTransport"/>. They never decrease. Thread-safe.</summary>
public sealed class SipTransportStatistics
{
    private long _received;
    private long _malformed;
    private long _refused;
    private long _foreignResponses;
    private long _receiverFaults;
    private long _socketErrors;
    private long _keepAlives;
    private long _connectionsDropped;
    private long _handshakesFailed;

    internal SipTransportStatistics()
    {
    }

    /// <summary>Messages received and delivered.</summary>
    public long MessagesReceived => Interlocked.Read(ref _received);

    /// <summary>Datagrams and streams that could not be read as messages.</summary>
    public long MalformedMessages => Interlocked.Read(ref _malformed);

    /// <summary>Malformed requests that were answered with 400 or 513.</summary>
    public long RefusedRequests => Interlocked.Read(ref _refused);

    /// <summary>Responses dropped because their top Via is not ours (RFC 3261 §18.1.2).</summary>
    public long ForeignResponses => Interlocked.Read(ref _foreignResponses);

    /// <summary>Exceptions thrown by the receiver or a trace callback.</summary>
    public long ReceiverFaults => Interlocked.Read(ref _receiverFaults);

    /// <summary>Errors of the datagram socket or a listener, after which it was used again.</summary>
    public long SocketErrors => Interlocked.Read(ref _socketErrors);

    /// <summary>Keep-alives received on streams (RFC 5626 §3.5.1).</summary>
    public long KeepAlives => Interlocked.Read(ref _keepAlives);

    /// <summary>Accepted connections closed because a limit was reached, in total or per source: the new connection, or an idle one to make room for it.</summary>
    public long ConnectionsDropped => Interlocked.Read(ref _connectionsDropped);

    /// <summary>Accepted connections whose TLS handshake failed: no TLS, no common version, a timeout, or a missing required certificate.</summary>
    public long HandshakesFailed => Interlocked.Read(ref _handshakesFailed);

    internal void CountReceived() => Interlocked.Increment(ref _received);

    internal void CountMalformed() => Interlocked.Increment(ref _malformed);

    internal void CountRefused() => Interlocked.Increment(ref _refused);

    internal void CountForeignResponse() => Interlocked.Increment(ref _foreignResponses);

    internal void CountReceiverFault() => Interlocked.Increment(ref _receiverFaults);

    internal void CountSocketError() => Interlocked.Increment(ref _socketErrors);

    internal void CountKeepAlives(int count) => Interlocked.Add(ref _keepAlives, count);

    internal void CountHandshakeFailed() => Interlocked.Increment(ref _handshakesFailed);

    internal void CountConnectionDropped() => Interlocked.Increment(ref _connectionsDropped);
}
