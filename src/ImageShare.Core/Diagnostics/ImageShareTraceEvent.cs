using System.Net;

namespace ImageShare.Core.Diagnostics;

/// <summary>
/// A SIP message or MSRP chunk on the wire. It contains what peers sent: personal data, and possibly terminal control sequences; escape it
/// before display.
/// </summary>
public sealed record ImageShareTraceEvent
{
    internal ImageShareTraceEvent(bool isOutgoing, string protocol, string startLine, IPEndPoint? local, IPEndPoint remote, ReadOnlyMemory<byte> bytes, int bodyLength, string? detail)
    {
        IsOutgoing = isOutgoing;
        Protocol = protocol;
        StartLine = startLine;
        Local = local;
        Remote = remote;
        Bytes = bytes;
        BodyLength = bodyLength;
        Detail = detail;
    }

    /// <summary>Whether this side sent it.</summary>
    public bool IsOutgoing { get; init; }

    /// <summary><c>SIP/UDP</c>, <c>SIP/TCP</c>, <c>SIP/TLS</c> or <c>MSRP/TCP</c>.</summary>
    public string Protocol { get; init; }

    /// <summary>The first line, without CRLF.</summary>
    public string StartLine { get; init; }

    /// <summary>The local address, if known.</summary>
    public IPEndPoint? Local { get; init; }

    /// <summary>The remote address.</summary>
    public IPEndPoint Remote { get; init; }

    /// <summary>The whole message for SIP; empty for MSRP; the first bytes of input that could not be read. Valid during the call only: copy what you keep.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>The length of the body in bytes.</summary>
    public int BodyLength { get; init; }

    /// <summary>For MSRP the Byte-Range and continuation flag, such as <c>1-2048/78169 +</c>; otherwise null.</summary>
    public string? Detail { get; init; }

    /// <summary>
    /// The id of the share it belongs to (<c>ImageShareSession.Id</c>, the same on both sides). For SIP it is the Call-ID, also of messages that belong to no share, such
    /// as a capability query or REGISTER. For MSRP it is null for what belongs to no share, or to one that has ended; null for what could not be read.
    /// </summary>
    public string? ShareId { get; init; }

    /// <summary>When it was sent or received, by the clock of the client; of a chunk, when its end was.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>
    /// For MSRP the start line and the headers as they passed, with the empty line if a body follows; otherwise empty. Valid during the call only.
    /// </summary>
    public ReadOnlyMemory<byte> Head { get; init; }

    /// <summary>
    /// For MSRP the body, or its first 256 KiB, if <c>ImageShareOptions.TraceBodies</c> is set; otherwise empty. Valid during the call only.
    /// </summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>For MSRP the continuation flag: <c>+</c>, <c>$</c> or <c>#</c>; otherwise a space or NUL.</summary>
    public char Continuation { get; init; }

    /// <summary>
    /// Why the input could not be read and at which offset, such as <c>BadContentLength at byte 212</c>; null for a message that was read. The start
    /// line is then the text before the first line end, as far as it is text, and the other parameters say nothing about the message.
    /// </summary>
    public string? Problem { get; init; }
}
