using System.Buffers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Messages;

/// <summary>Writes a message (RFC 3261 §7) with the true Content-Length.</summary>
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
            string name = (message.UseCompactForm ? row.Known?.CommonCompact : null) ?? row.WrittenName;
            if (!ReferenceEquals(row.Known, LengthName))
            {
                output.WriteUtf8(name);
                output.Write(": "u8);
                output.Write(row.RawValue.Span);
                output.WriteLineEnd();
            }
            else if (!lengthWritten)
            {
                WriteLength(name, message, output);
                lengthWritten = true;
            }
        }

        if (!lengthWritten)
        {
            WriteLength(message.UseCompactForm ? LengthName.CommonCompact! : LengthName.Name, message, output);
        }

        output.WriteLineEnd();
        output.Write(message.Body.Span);
    }

    private static void WriteLength(string name, SipMessage message, IBufferWriter<byte> output)
    {
        output.WriteUtf8(name);
        output.Write(": "u8);
        output.WriteNumber(message.Body.Length);
        output.WriteLineEnd();
    }
}
