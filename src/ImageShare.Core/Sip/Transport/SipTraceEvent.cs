using System.Net;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sip.Transport;

/// <summary>A message on the wire, for message charts and trace files. It contains everything, including credentials and bodies.</summary>
public sealed record SipTraceEvent
{
    internal SipTraceEvent(bool isOutgoing, SipMessage message, SipProtocol protocol, IPEndPoint local, IPEndPoint remote, ReadOnlyMemory<byte> bytes)
    {
        IsOutgoing = isOutgoing;
        Message = message;
        Protocol = protocol;
        Local = local;
        Remote = remote;
        Bytes = bytes;
    }

    /// <summary>Whether it was sent; false if it was received.</summary>
    public bool IsOutgoing { get; init; }

    /// <summary>The message; do not change it.</summary>
    public SipMessage Message { get; init; }

    /// <summary>The transport protocol.</summary>
    public SipProtocol Protocol { get; init; }

    /// <summary>The address and port of this side.</summary>
    public IPEndPoint Local { get; init; }

    /// <summary>The address and port of the peer.</summary>
    public IPEndPoint Remote { get; init; }

    /// <summary>The bytes. The callback may keep them.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }
}

/// <summary>Received data that is not a valid message, for message charts and trace files.</summary>
public sealed record SipUnreadableTraceEvent
{
    internal SipUnreadableTraceEvent(SipReadError error, SipProtocol protocol, IPEndPoint local, IPEndPoint remote, ReadOnlyMemory<byte> bytes)
    {
        Error = error;
        Protocol = protocol;
        Local = local;
        Remote = remote;
        Bytes = bytes;
    }

    /// <summary>The error and its byte offset.</summary>
    public SipReadError Error { get; init; }

    /// <summary>The transport protocol.</summary>
    public SipProtocol Protocol { get; init; }

    /// <summary>The address and port of this side.</summary>
    public IPEndPoint Local { get; init; }

    /// <summary>The address and port of the peer.</summary>
    public IPEndPoint Remote { get; init; }

    /// <summary>The first <see cref="MaxBytes"/> bytes. The callback may keep them.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>The maximum length of <see cref="Bytes"/>.</summary>
    public const int MaxBytes = 4096;
}
