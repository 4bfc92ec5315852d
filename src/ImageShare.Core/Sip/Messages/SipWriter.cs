using System.Buffers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Messages;

/// <summary>Puts a message on the wire (RFC 3261 §7): <c>Name: value</c>, CRLF, and a Content-Length that is true.</summary>
internal static class SipWriter
{
    private static readonly SipHeaderName LengthName = SipHeaderName.Find("Content-Length"u8)!;

    public static void Write(SipMessage message, IBufferWriter<byte> output)
    {
        message.WriteStartLine(output);
        output.WriteLineEnd();
        SipHeaders headers = message.Headers;
        bool lengthWritten = false;
        for (int i = 0; i < headers.Count; i++)
        {
            SipHeader row = headers.Row(i);
            bool isLength = ReferenceEquals(row.Known, LengthName);
            if (isLength && lengthWritten)
            {
                continue;
            }

            output.WriteUtf8((message.CompactNames ? row.Known?.CommonCompact : null) ?? row.WrittenName);
            output.Write(": "u8);
            if (isLength)
            {
                output.WriteNumber(message.Body.Length);
                lengthWritten = true;
            }
            else
            {
                output.Write(row.RawValue.Span);
            }

            output.WriteLineEnd();
        }

        if (!lengthWritten)
        {
            output.WriteUtf8(message.CompactNames ? LengthName.CommonCompact : LengthName.Name);
            output.Write(": "u8);
            output.WriteNumber(message.Body.Length);
            output.WriteLineEnd();
        }

        output.WriteLineEnd();
        output.Write(message.Body.Span);
    }
}
