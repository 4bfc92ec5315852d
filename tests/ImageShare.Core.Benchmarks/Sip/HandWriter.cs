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
            Octets(" "u8, to, ref n);
            Uri(m.RequestUri!, to, ref n);
            Octets(" SIP/2.0\r\n"u8, to, ref n);
        }
        else
        {
            Octets("SIP/2.0 "u8, to, ref n);
            Number(m.Status, to, ref n);
            Octets(" "u8, to, ref n);
            Text(m.Reason!, to, ref n);
            Octets("\r\n"u8, to, ref n);
        }

        foreach (HandVia via in m.Vias)
        {
            Octets("Via: SIP/2.0/"u8, to, ref n);
            Text(via.Transport, to, ref n);
            Octets(" "u8, to, ref n);
            HostPort(via.Host, via.Port, to, ref n);
            Parameters(via.Parameters, to, ref n);
            Octets("\r\n"u8, to, ref n);
        }

        Address("From: "u8, m.From!, to, ref n);
        Address("To: "u8, m.To!, to, ref n);
        Octets("Call-ID: "u8, to, ref n);
        Text(m.CallId!, to, ref n);
        Octets("\r\nCSeq: "u8, to, ref n);
        Number(m.CSeq, to, ref n);
        Octets(" "u8, to, ref n);
        Text(m.CSeqMethod!, to, ref n);
        Octets("\r\nMax-Forwards: "u8, to, ref n);
        Number(m.MaxForwards, to, ref n);
        Octets("\r\n"u8, to, ref n);
        Tokens("Allow: "u8, m.Allow, to, ref n);
        Tokens("Supported: "u8, m.Supported, to, ref n);
        Addresses("Contact: "u8, m.Contacts, to, ref n);
        Addresses("Route: "u8, m.Routes, to, ref n);
        Addresses("Record-Route: "u8, m.RecordRoutes, to, ref n);
        Addresses("P-Preferred-Identity: "u8, m.PreferredIdentities, to, ref n);
        foreach (HandParameter[] wanted in m.AcceptContacts ?? NoPreferences)
        {
            Octets("Accept-Contact: *"u8, to, ref n);
            Parameters(wanted, to, ref n);
            Octets("\r\n"u8, to, ref n);
        }

        foreach (HandRow row in m.Others)
        {
            Octets(row.Name.Span, to, ref n);
            Octets(": "u8, to, ref n);
            Octets(row.Value.Span, to, ref n);
            Octets("\r\n"u8, to, ref n);
        }

        if (m.ContentType is { } type)
        {
            Octets("Content-Type: "u8, to, ref n);
            Text(type.Type, to, ref n);
            Octets("/"u8, to, ref n);
            Text(type.Subtype, to, ref n);
            Parameters(type.Parameters, to, ref n);
            Octets("\r\n"u8, to, ref n);
        }

        Octets("Content-Length: "u8, to, ref n);
        Number(m.Body.Length, to, ref n);
        Octets("\r\n\r\n"u8, to, ref n);
        Octets(m.Body.Span, to, ref n);
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
        Octets(name, to, ref n);
        if (address.Name is not null)
        {
            Octets("\""u8, to, ref n);
            Text(address.Name, to, ref n);
            Octets("\" "u8, to, ref n);
        }

        Octets("<"u8, to, ref n);
        Uri(address.Uri, to, ref n);
        Octets(">"u8, to, ref n);
        Parameters(address.Parameters, to, ref n);
        Octets("\r\n"u8, to, ref n);
    }

    private static void Uri(HandUri uri, Span<byte> to, ref int n)
    {
        Text(uri.Scheme, to, ref n);
        Octets(":"u8, to, ref n);
        if (uri.Opaque is not null)
        {
            Text(uri.Opaque, to, ref n);
            return;
        }

        if (uri.User is not null)
        {
            Text(uri.User, to, ref n);
            Octets("@"u8, to, ref n);
        }

        HostPort(uri.Host!, uri.Port, to, ref n);
        Parameters(uri.Parameters, to, ref n);
    }

    private static void HostPort(string host, int port, Span<byte> to, ref int n)
    {
        Text(host, to, ref n);
        if (port > 0)
        {
            Octets(":"u8, to, ref n);
            Number(port, to, ref n);
        }
    }

    private static void Parameters(HandParameter[] parameters, Span<byte> to, ref int n)
    {
        foreach ((string name, string? value, bool quoted) in parameters)
        {
            Octets(";"u8, to, ref n);
            Text(name, to, ref n);
            if (value is not null)
            {
                Octets(quoted ? "=\""u8 : "="u8, to, ref n);
                Text(value, to, ref n);
                Octets(quoted ? "\""u8 : ""u8, to, ref n);
            }
        }
    }

    private static void Tokens(ReadOnlySpan<byte> name, List<string>? tokens, Span<byte> to, ref int n)
    {
        if (tokens is null)
        {
            return;
        }

        Octets(name, to, ref n);
        for (int i = 0; i < tokens.Count; i++)
        {
            Octets(i > 0 ? ", "u8 : ""u8, to, ref n);
            Text(tokens[i], to, ref n);
        }

        Octets("\r\n"u8, to, ref n);
    }

    private static void Octets(ReadOnlySpan<byte> octets, Span<byte> to, ref int n)
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
