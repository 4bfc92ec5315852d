using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace ImageShare.Core.Benchmarks.Sip;

/// <summary>The baseline for writing: prints the hand-written model in one go, into one span that is asked for once.</summary>
internal static class HandWriter
{
    private static readonly List<HandParameter[]> NoPreferences = [];

    public static void Write(HandMessage message, IBufferWriter<byte> output)
    {
        Span<byte> span = output.GetSpan(4096 + message.Body.Length);
        int length = 0;
        Write(message, span, ref length);
        output.Advance(length);
    }

    private static void Write(HandMessage m, Span<byte> to, ref int n)
    {
        if (m.Method is not null)
        {
            Text(m.Method, to, ref n);
            Bytes(" "u8, to, ref n);
            Uri(m.RequestUri!, to, ref n);
            Bytes(" SIP/2.0\r\n"u8, to, ref n);
        }
        else
        {
            Bytes("SIP/2.0 "u8, to, ref n);
            Number(m.Status, to, ref n);
            Bytes(" "u8, to, ref n);
            Text(m.Reason!, to, ref n);
            Bytes("\r\n"u8, to, ref n);
        }

        foreach (HandVia via in m.Vias)
        {
            Bytes("Via: SIP/2.0/"u8, to, ref n);
            Text(via.Transport, to, ref n);
            Bytes(" "u8, to, ref n);
            HostPort(via.Host, via.Port, to, ref n);
            Parameters(via.Parameters, to, ref n);
            Bytes("\r\n"u8, to, ref n);
        }

        Address("From: "u8, m.From!, to, ref n);
        Address("To: "u8, m.To!, to, ref n);
        Bytes("Call-ID: "u8, to, ref n);
        Text(m.CallId!, to, ref n);
        Bytes("\r\nCSeq: "u8, to, ref n);
        Number(m.CSeq, to, ref n);
        Bytes(" "u8, to, ref n);
        Text(m.CSeqMethod!, to, ref n);
        Bytes("\r\nMax-Forwards: "u8, to, ref n);
        Number(m.MaxForwards, to, ref n);
        Bytes("\r\n"u8, to, ref n);
        Tokens("Allow: "u8, m.Allow, to, ref n);
        Tokens("Supported: "u8, m.Supported, to, ref n);
        Addresses("Contact: "u8, m.Contacts, to, ref n);
        Addresses("Route: "u8, m.Routes, to, ref n);
        Addresses("Record-Route: "u8, m.RecordRoutes, to, ref n);
        Addresses("P-Preferred-Identity: "u8, m.PreferredIdentities, to, ref n);
        foreach (HandParameter[] wanted in m.AcceptContacts ?? NoPreferences)
        {
            Bytes("Accept-Contact: *"u8, to, ref n);
            Parameters(wanted, to, ref n);
            Bytes("\r\n"u8, to, ref n);
        }

        foreach (HandRow row in m.Others)
        {
            Bytes(row.Name.Span, to, ref n);
            Bytes(": "u8, to, ref n);
            Bytes(row.Value.Span, to, ref n);
            Bytes("\r\n"u8, to, ref n);
        }

        if (m.ContentType is { } type)
        {
            Bytes("Content-Type: "u8, to, ref n);
            Text(type.Type, to, ref n);
            Bytes("/"u8, to, ref n);
            Text(type.Subtype, to, ref n);
            Parameters(type.Parameters, to, ref n);
            Bytes("\r\n"u8, to, ref n);
        }

        Bytes("Content-Length: "u8, to, ref n);
        Number(m.Body.Length, to, ref n);
        Bytes("\r\n\r\n"u8, to, ref n);
        Bytes(m.Body.Span, to, ref n);
    }

    private static void Addresses(ReadOnlySpan<byte> name, List<HandAddress>? addresses, Span<byte> to, ref int n)
    {
        if (addresses is not null)
        {
            foreach (HandAddress address in addresses)
            {
                Address(name, address, to, ref n);
            }
        }
    }

    private static void Address(ReadOnlySpan<byte> name, HandAddress address, Span<byte> to, ref int n)
    {
        Bytes(name, to, ref n);
        if (address.Name is not null)
        {
            Bytes("\""u8, to, ref n);
            Text(address.Name, to, ref n);
            Bytes("\" "u8, to, ref n);
        }

        Bytes("<"u8, to, ref n);
        Uri(address.Uri, to, ref n);
        Bytes(">"u8, to, ref n);
        Parameters(address.Parameters, to, ref n);
        Bytes("\r\n"u8, to, ref n);
    }

    private static void Uri(HandUri uri, Span<byte> to, ref int n)
    {
        Text(uri.Scheme, to, ref n);
        Bytes(":"u8, to, ref n);
        if (uri.Opaque is not null)
        {
            Text(uri.Opaque, to, ref n);
            return;
        }

        if (uri.User is not null)
        {
            Text(uri.User, to, ref n);
            Bytes("@"u8, to, ref n);
        }

        HostPort(uri.Host!, uri.Port, to, ref n);
        Parameters(uri.Parameters, to, ref n);
    }

    private static void HostPort(string host, int port, Span<byte> to, ref int n)
    {
        Text(host, to, ref n);
        if (port > 0)
        {
            Bytes(":"u8, to, ref n);
            Number(port, to, ref n);
        }
    }

    private static void Parameters(HandParameter[] parameters, Span<byte> to, ref int n)
    {
        foreach ((string name, string? value, bool quoted) in parameters)
        {
            Bytes(";"u8, to, ref n);
            Text(name, to, ref n);
            if (value is not null)
            {
                Bytes(quoted ? "=\""u8 : "="u8, to, ref n);
                Text(value, to, ref n);
                Bytes(quoted ? "\""u8 : ""u8, to, ref n);
            }
        }
    }

    private static void Tokens(ReadOnlySpan<byte> name, List<string>? tokens, Span<byte> to, ref int n)
    {
        if (tokens is null)
        {
            return;
        }

        Bytes(name, to, ref n);
        for (int i = 0; i < tokens.Count; i++)
        {
            Bytes(i > 0 ? ", "u8 : ""u8, to, ref n);
            Text(tokens[i], to, ref n);
        }

        Bytes("\r\n"u8, to, ref n);
    }

    private static void Bytes(ReadOnlySpan<byte> octets, Span<byte> to, ref int n)
    {
        octets.CopyTo(to[n..]);
        n += octets.Length;
    }

    private static void Text(string text, Span<byte> to, ref int n) => n += Encoding.UTF8.GetBytes(text, to[n..]);

    private static void Number(long number, Span<byte> to, ref int n)
    {
        Utf8Formatter.TryFormat(number, to[n..], out int written);
        n += written;
    }
}
