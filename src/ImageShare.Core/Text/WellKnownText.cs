using System.Collections.Frozen;
using System.Text;

namespace ImageShare.Core.Text;

/// <summary>Turns octets into strings, and the words every message repeats into one shared string each.</summary>
internal static class WellKnownText
{
    private const int LongestWord = 24;

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Words = FrozenSet.Create(
        StringComparer.Ordinal,
        "sip", "sips", "tel", "msrp", "msrps", "SIP", "UDP", "TCP", "TLS", "udp", "tcp", "tls", "IN", "IP4", "IP6", "-", "*",
        "branch", "rport", "received", "maddr", "ttl", "tag", "lr", "transport", "user", "phone", "method", "comp", "ob", "expires", "q",
        "true", "on", "yes", "no", "partial", "explicit", "require", "text", "application", "image", "message", "multipart",
        "sdp", "png", "jpeg", "gif", "bmp", "plain", "cpim", "related", "mixed", "alternative", "boundary", "type", "start", "charset",
        "session", "icon", "render", "attachment", "inline", "handling", "optional", "required", "filename", "size", "name", "hash",
        "INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "PRACK", "UPDATE", "MESSAGE", "REGISTER", "NOTIFY", "SUBSCRIBE", "REFER", "INFO", "PUBLISH",
        "+g.3gpp.iari-ref", "+g.3gpp.app_ref", "+g.3gpp.app%5fref", "+g.3gpp.icsi-ref", "+g.3gpp.cs-voice", "+g.oma.sip-im",
        "application/sdp", "OK", "Trying", "Ringing", "TCP/MSRP", "sendonly", "recvonly", "sendrecv", "inactive")
        .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Reads UTF-8; octets that are not UTF-8 become U+FFFD.</summary>
    public static string GetString(ReadOnlySpan<byte> text)
    {
        if (text.Length <= LongestWord)
        {
            Span<char> chars = stackalloc char[LongestWord];
            if (Ascii.ToUtf16(text, chars, out int written) == System.Buffers.OperationStatus.Done
                && Words.TryGetValue(chars[..written], out string? word))
            {
                return word;
            }
        }

        return text.IsEmpty ? string.Empty : Encoding.UTF8.GetString(text);
    }
}
