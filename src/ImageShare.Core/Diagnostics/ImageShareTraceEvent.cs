using System.Net;

namespace ImageShare.Core.Diagnostics;

/// <summary>
/// A SIP message or MSRP chunk on the wire. It contains what peers sent: personal data, and possibly terminal control sequences; escape it
/// before display.
/// </summary>
/// <param name="IsOutgoing">Whether this side sent it.</param>
/// <param name="Protocol"><c>SIP/UDP</c>, <c>SIP/TCP</c>, <c>SIP/TLS</c> or <c>MSRP/TCP</c>.</param>
/// <param name="StartLine">The first line, without CRLF.</param>
/// <param name="Local">The local address, if known.</param>
/// <param name="Remote">The remote address.</param>
/// <param name="Bytes">
/// The whole message for SIP; empty for MSRP; the first bytes of input that could not be read. Valid during the call only: copy what you keep.
/// </param>
/// <param name="BodyLength">The length of the body in bytes.</param>
/// <param name="Detail">For MSRP the Byte-Range and continuation flag, such as <c>1-2048/78169 +</c>; otherwise null.</param>
public sealed record ImageShareTraceEvent(
    bool IsOutgoing, string Protocol, string StartLine, IPEndPoint? Local, IPEndPoint Remote, ReadOnlyMemory<byte> Bytes, int BodyLength, string? Detail)
{
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
