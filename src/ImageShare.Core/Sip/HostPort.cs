using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip;

/// <summary>hostport = host [ ":" port ] (RFC 3261 §25.1), in URIs and in the sent-by of a Via.</summary>
internal static class HostPort
{
    /// <summary>The port where none is given (RFC 3261 §19.1.2).</summary>
    public static int DefaultPort(bool isTls) => isTls ? 5061 : 5060;

    internal static readonly SearchValues<byte> HostName =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._"u8);

    /// <summary>Reads a host and the port behind it, if any.</summary>
    /// <param name="cursor">Stands before the host.</param>
    /// <param name="host">A name, an IPv4 address, or an IPv6 address without its brackets.</param>
    /// <param name="port">Null when there is none.</param>
    /// <param name="portMayBeEmpty">Whether a colon without a number is tolerated before the end, a semicolon or a question mark.</param>
    public static bool TryRead(ref AsciiCursor cursor, [NotNullWhen(true)] out string? host, out int? port, bool portMayBeEmpty = false)
    {
        port = null;
        return TryReadHost(ref cursor, out host) && TryReadPort(ref cursor, out port, portMayBeEmpty);
    }

    private static bool TryReadHost(ref AsciiCursor cursor, [NotNullWhen(true)] out string? host)
    {
        if (cursor.TryRead((byte)'['))
        {
            return TryReadIPv6(ref cursor, out host);
        }

        ReadOnlySpan<byte> name = cursor.ReadWhile(HostName);
        host = name.IsEmpty ? null : WellKnownText.GetString(name);
        return host is not null;
    }

    private static bool TryReadIPv6(ref AsciiCursor cursor, [NotNullWhen(true)] out string? host)
    {
        host = null;
        ReadOnlySpan<byte> address = cursor.ReadUntil((byte)']');
        if (!cursor.TryRead((byte)']') || address.Length > 64)
        {
            return false;
        }

        // The grammar of RFC 3261 lets a third colon stand before the IPv4 part; it means nothing (RFC 5118 §4.10).
        host = Encoding.UTF8.GetString(address);
        host = host.Contains('.') ? host.Replace(":::", "::", StringComparison.Ordinal) : host;
        return IPAddress.TryParse(host, out IPAddress? parsed) && parsed.AddressFamily == AddressFamily.InterNetworkV6;
    }

    private static bool TryReadPort(ref AsciiCursor cursor, out int? port, bool mayBeEmpty)
    {
        port = null;
        AsciiCursor ahead = cursor;
        ahead.SkipWhiteSpace();
        if (!ahead.TryRead((byte)':'))
        {
            return true;
        }

        ahead.SkipWhiteSpace();
        cursor = ahead;
        if (mayBeEmpty && (cursor.AtEnd || cursor.Peek is (byte)';' or (byte)'?'))
        {
            return true;
        }

        if (!cursor.TryReadUInt32(out uint number) || number > IPEndPoint.MaxPort)
        {
            return false;
        }

        port = (int)number;
        return true;
    }
}
