using System.Net;

namespace ImageShare.Core.Diagnostics;

/// <summary>One SIP message or MSRP chunk on the wire. Holds what peers sent: personal data, and hostile for a terminal; escape it before showing.</summary>
/// <param name="IsOutgoing">Whether this side sent it.</param>
/// <param name="Protocol"><c>SIP/UDP</c>, <c>SIP/TCP</c> or <c>MSRP/TCP</c>.</param>
/// <param name="StartLine">Its first line, without the line end.</param>
/// <param name="Local">This end, where it is known.</param>
/// <param name="Remote">The other end.</param>
/// <param name="Octets">The whole message for SIP; empty for MSRP. Valid during the call only: copy what is kept.</param>
/// <param name="BodyLength">Octets of body.</param>
/// <param name="Detail">For MSRP its Byte-Range and continuation flag, such as <c>1-2048/78169 +</c>; otherwise null.</param>
public sealed record ImageShareTraceEvent(
    bool IsOutgoing, string Protocol, string StartLine, IPEndPoint? Local, IPEndPoint Remote, ReadOnlyMemory<byte> Octets, int BodyLength, string? Detail);
