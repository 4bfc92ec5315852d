using System.Net;
using System.Text;

namespace ImageShare.Core.Msrp;

/// <summary>One request or response that passed a connection. Made only when somebody listens.</summary>
public sealed record MsrpTraceEvent
{
    internal MsrpTraceEvent(bool isOutgoing, string startLine, string? messageId, ByteRange? range, long bodyLength, char continuation, IPEndPoint remote)
    {
        IsOutgoing = isOutgoing;
        StartLine = startLine;
        MessageId = messageId;
        Range = range;
        BodyLength = bodyLength;
        Continuation = continuation;
        Remote = remote;
    }

    /// <summary>Whether this side sent it.</summary>
    public bool IsOutgoing { get; init; }

    /// <summary>Its start line.</summary>
    public string StartLine { get; init; }

    /// <summary>Its Message-ID, if it has one.</summary>
    public string? MessageId { get; init; }

    /// <summary>Its Byte-Range, if it has one.</summary>
    public ByteRange? Range { get; init; }

    /// <summary>The bytes of its body.</summary>
    public long BodyLength { get; init; }

    /// <summary>The sign of its end-line.</summary>
    public char Continuation { get; init; }

    /// <summary>The other end of the connection.</summary>
    public IPEndPoint Remote { get; init; }

    /// <summary>This end of the connection, if known.</summary>
    public IPEndPoint? Local { get; init; }

    /// <summary>
    /// The start line and the headers as they passed, credentials included; with the empty line if a body follows, without the end-line. Empty for what could
    /// not be read. May be kept.
    /// </summary>
    public ReadOnlyMemory<byte> Head { get; init; }

    /// <summary>
    /// The body, or its first 256 KiB, if <c>MsrpEndpointOptions.TraceBodies</c> is set; otherwise empty. May be kept.
    /// </summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Why what was received could not be read; null for every request and response. The connection ends with it.</summary>
    public string? Problem { get; init; }

    /// <summary>The bytes that could not be read, at most the first 4096 that were buffered; empty for every request and response. They may be kept.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>A whole request or response without a body that this side sent.</summary>
    internal static MsrpTraceEvent OfSent(ReadOnlySpan<byte> message, string? messageId, ByteRange? range, IPEndPoint? local, IPEndPoint remote) =>
        new(true, Encoding.UTF8.GetString(message[..message.IndexOf("\r\n"u8)]), messageId, range, 0, '$', remote)
        {
            Local = local,
            Head = WithoutEndLine(message).ToArray(),
        };

    /// <summary>A head without the end-line, which follows at once if there is no body.</summary>
    internal static ReadOnlySpan<byte> WithoutEndLine(ReadOnlySpan<byte> head)
    {
        int end = head.LastIndexOf("\r\n-------"u8);
        return head.EndsWith("\r\n\r\n"u8) || end < 0 ? head : head[..(end + 2)];
    }
}
