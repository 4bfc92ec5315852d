namespace ImageShare.Core.Sip.Transport;

/// <summary>What a <see cref="SipTransport"/> has seen so far. Each number only grows; all may be read at any time from any thread.</summary>
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

    /// <summary>Messages read and handed on.</summary>
    public long MessagesReceived => Interlocked.Read(ref _received);

    /// <summary>Datagrams and streams that could not be read as messages.</summary>
    public long MalformedMessages => Interlocked.Read(ref _malformed);

    /// <summary>Those of them that were requests and got a 400 or 513.</summary>
    public long RefusedRequests => Interlocked.Read(ref _refused);

    /// <summary>Responses dropped because their top Via is not ours (RFC 3261 §18.1.2).</summary>
    public long ForeignResponses => Interlocked.Read(ref _foreignResponses);

    /// <summary>Times the receiver or the trace hook threw. The transport went on.</summary>
    public long ReceiverFaults => Interlocked.Read(ref _receiverFaults);

    /// <summary>Errors of the datagram socket or the listener that were survived.</summary>
    public long SocketErrors => Interlocked.Read(ref _socketErrors);

    /// <summary>Keep-alives received on streams (RFC 5626 §3.5.1).</summary>
    public long KeepAlives => Interlocked.Read(ref _keepAlives);

    /// <summary>Accepted connections dropped because there were too many, of one source or in all, new ones or long silent ones in their favour.</summary>
    public long ConnectionsDropped => Interlocked.Read(ref _connectionsDropped);

    /// <summary>Accepted connections that got no further than the TLS handshake: no TLS, none new enough, too slow, or no certificate where one is required.</summary>
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
