using System.Buffers;
using System.Globalization;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Diagnostics;

/// <summary>The bytes of a traced message as they are written to a file: without credentials and images, unless these are wanted. Stateless.</summary>
internal static class TracedMessage
{
    /// <summary>The bytes, and a remark on what is not among them.</summary>
    public static (byte[] Bytes, string? Remark) Render(ImageShareTraceEvent message, PcapngTraceOptions options) =>
        message.Protocol.StartsWith("MSRP", StringComparison.Ordinal) ? RenderMsrp(message, options) : RenderSip(message, options);

    private static (byte[] Bytes, string? Remark) RenderSip(ImageShareTraceEvent message, PcapngTraceOptions options)
    {
        byte[] bytes = message.Bytes.ToArray();
        int blanked = options.IncludeBodies ? 0 : BodyBlanks.Blank(bytes);
        string? remark = blanked == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{blanked} bytes of the body are left out and stand as dots");
        if (message.Problem is { } problem)
        {
            remark = $"Not read: {problem}{(remark is null ? null : "; " + remark)}";
        }

        return (options.IncludeCredentials ? bytes : Credentials.LeaveOut(bytes, message.Problem is null), remark);
    }

    private static (byte[] Bytes, string? Remark) RenderMsrp(ImageShareTraceEvent message, PcapngTraceOptions options)
    {
        if (message.Problem is { } problem)
        {
            ReadOnlySpan<byte> unread = message.Bytes.Span;
            int text = options.IncludeBodies ? -1 : unread.IndexOfAnyExcept(BodyBlanks.Text);
            unread = text < 0 ? unread : unread[..text];
            return (options.IncludeCredentials ? unread.ToArray() : Credentials.LeaveOut(unread, isRead: false), "Not read: " + problem);
        }

        var output = new ArrayBufferWriter<byte>(message.Head.Length + message.Body.Length + 64);
        byte[] startLine = Encoding.UTF8.GetBytes(message.StartLine + "\r\n");
        ReadOnlySpan<byte> head = message.Head.IsEmpty ? startLine : message.Head.Span;
        output.Write(options.IncludeCredentials ? head : Credentials.LeaveOut(head, isRead: true));
        string? remark = null;
        if (head.EndsWith("\r\n\r\n"u8))
        {
            ReadOnlySpan<byte> body = options.IncludeBodies ? message.Body.Span : default;
            output.Write(body);
            if (body.Length < message.BodyLength)
            {
                string leftOut = string.Create(CultureInfo.InvariantCulture, $"[{message.BodyLength - body.Length} bytes left out]");
                output.WriteUtf8(leftOut);
                remark = "The body is not all here: " + leftOut[1..^1];
            }

            output.WriteLineEnd();
        }

        output.Write("-------"u8);
        output.WriteUtf8(message.StartLine.Split(' ') is [_, var id, ..] ? id : string.Empty);
        output.WriteByte((byte)(message.Continuation is '+' or '#' ? message.Continuation : '$'));
        output.WriteLineEnd();
        return (output.WrittenSpan.ToArray(), remark);
    }
}
