using System.Buffers;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Diagnostics;

/// <summary>Leaves credentials out of messages. Stateless.</summary>
internal static class Credentials
{
    /// <summary>
    /// The bytes with the values of Authorization and Proxy-Authorization replaced, folded lines included.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="isRead">Whether it was read, so that its head ends at the empty line. Otherwise the head may be anywhere, and all lines are looked at.</param>
    public static byte[] LeaveOut(ReadOnlySpan<byte> message, bool isRead)
    {
        var output = new ArrayBufferWriter<byte>(message.Length + 16);
        bool isInside = false;
        while (!message.IsEmpty)
        {
            int end = message.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? message : message[..(end + 1)];
            message = message[line.Length..];
            if (isRead && line is [(byte)'\r', (byte)'\n'] && output.WrittenCount > 0)
            {
                output.Write(line);
                output.Write(message);
                break;
            }

            isInside = isInside && Grammar.IsWhiteSpace(line[0]);
            if (isInside)
            {
                // The value goes on (RFC 3261 §7.3.1).
                continue;
            }

            int colon = line.IndexOf((byte)':');
            isInside = colon > 0 && IsSecret(Grammar.TrimWhiteSpace(line[..colon]));
            output.Write(isInside ? line[..(colon + 1)] : line);
            if (isInside)
            {
                // As a parameter, because Wireshark takes a value without any for malformed.
                output.Write(" Digest response=\"left-out\"\r\n"u8);
            }
        }

        return output.WrittenSpan.ToArray();
    }

    private static bool IsSecret(ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(name, "Authorization"u8) || Ascii.EqualsIgnoreCase(name, "Proxy-Authorization"u8);
}
