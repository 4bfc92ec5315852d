using System.Net;

namespace ImageShare.Core.Msrp;

/// <summary>One request or response that passed a connection, without its body. Made only when somebody listens.</summary>
/// <param name="Outgoing">Whether this side sent it.</param>
/// <param name="StartLine">Its start line.</param>
/// <param name="MessageId">Its Message-ID, if it has one.</param>
/// <param name="Range">Its Byte-Range, if it has one.</param>
/// <param name="BodyLength">The bytes of its body.</param>
/// <param name="Continuation">The sign of its end-line.</param>
/// <param name="Remote">The other end of the connection.</param>
public sealed record MsrpTraceEvent(
    bool Outgoing, string StartLine, string? MessageId, ByteRange? Range, long BodyLength, char Continuation, IPEndPoint Remote)
{
    /// <summary>Why what was received could not be read; null for every request and response. The connection ends with it.</summary>
    public string? Problem { get; init; }

    /// <summary>The bytes that could not be read, at most the first 4096 that were buffered; empty for every request and response. They may be kept.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }
}
