using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using ImageShare.Core.Msrp.Framing;

namespace ImageShare.Core.Msrp.Tracing;

/// <summary>Shows what one connection receives, with the bytes of each head as they came. Made only when somebody traces. For the reader loop.</summary>
/// <param name="show">Who is shown each message.</param>
/// <param name="withBodies">Whether bodies are shown too.</param>
/// <param name="local">This end of the connection.</param>
/// <param name="remote">The other end.</param>
internal sealed class IncomingTrace(Action<MsrpTraceEvent> show, bool withBodies, IPEndPoint local, IPEndPoint remote)
{
    private const int MaxUnreadBytes = 4096;

    private readonly ByteBuffer _head = new();
    private readonly TracedBody? _body = withBodies ? new() : null;

    /// <summary>Takes bytes up to the end of a head; a head may come in several parts.</summary>
    public void Head(in ReadOnlySequence<byte> bytes)
    {
        foreach (ReadOnlyMemory<byte> segment in bytes)
        {
            _head.Append(segment.Span);
        }
    }

    /// <summary>Takes a part of a body.</summary>
    public void Body(in ReadOnlySequence<byte> bytes) => _body?.Append(bytes);

    /// <summary>Takes the head and the body of a message that is all there.</summary>
    public void Whole(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        _head.Append(head);
        _body?.Append(body);
    }

    /// <summary>The message has ended: shows it.</summary>
    public void End(MsrpHead head, long bodyLength, MsrpContinuation continuation)
    {
        byte[] bytes = MsrpTraceEvent.WithoutEndLine(_head.Span.TrimStart("\r\n"u8)).ToArray();
        _head.Clear();
        show(new MsrpTraceEvent(isOutgoing: false, head.StartLine, head.MessageId, head.ByteRange, bodyLength, (char)continuation.ToSign(), remote)
        {
            Local = local,
            Head = bytes,
            Body = _body?.Take() ?? [],
        });
    }

    /// <summary>Shows what made the stream unreadable, as far as it is buffered.</summary>
    /// <param name="read">What was read last.</param>
    /// <param name="consumed">How many bytes came before it.</param>
    /// <param name="error">What is wrong with it.</param>
    public void Unreadable(in ReadOnlySequence<byte> read, long consumed, MsrpReadError error)
    {
        ReadOnlySequence<byte> rest = read.Slice(Math.Clamp(error.Offset - consumed, 0, read.Length));
        byte[] bytes = rest.Slice(0, Math.Min(rest.Length, MaxUnreadBytes)).ToArray();
        int line = bytes.AsSpan().IndexOf("\r\n"u8);
        show(new MsrpTraceEvent(isOutgoing: false, Encoding.UTF8.GetString(bytes.AsSpan(0, line < 0 ? bytes.Length : line)), null, null, 0, ' ', remote)
        {
            Local = local,
            Problem = string.Create(CultureInfo.InvariantCulture, $"{error.Code} at byte {error.Offset} of the connection"),
            Bytes = bytes,
        });
    }
}
