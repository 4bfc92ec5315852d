using System.Net;

namespace ImageShare.Core.Diagnostics;

/// <summary>One SIP message or MSRP chunk on the wire. Holds what peers sent: personal data, and hostile for a terminal; escape it before showing.</summary>
/// <param name="IsOutgoing">Whether this side sent it.</param>
/// <param name="Protocol"><c>SIP/UDP</c>, <c>SIP/TCP</c> or <c>MSRP/TCP</c>.</param>
/// <param name="StartLine">Its first line, without the line end.</param>
/// <param name="Local">This end, where it is known.</param>
/// <param name="Remote">The other end.</param>
/// <param name="Octets">The whole message for SIP; empty for MSRP; of what could not be read the first octets. Valid during the call only: copy what is kept.</param>
/// <param name="BodyLength">Octets of body.</param>
/// <param name="Detail">For MSRP its Byte-Range and continuation flag, such as <c>1-2048/78169 +</c>; otherwise null.</param>
public sealed record ImageShareTraceEvent(
    bool IsOutgoing, string Protocol, string StartLine, IPEndPoint? Local, IPEndPoint Remote, ReadOnlyMemory<byte> Octets, int BodyLength, string? Detail)
{
    /// <summary>
    /// Why what came could not be read, and at which octet, such as <c>BadContentLength at octet 212</c>; null for every message. The start line is then what stands
    /// before its first line end, as far as that is text, and nothing more is known of it.
    /// </summary>
    public string? Problem { get; init; }
}
