using System.Buffers.Text;
using System.Text;

namespace ImageShare.Core.Benchmarks.Sip;

/// <summary>
/// The baseline: an eager SIP parser as one would write it by hand for this purpose alone, in one pass over the octets, with no limits,
/// no warnings and no way to print what it did not understand. It knows nothing of the library and shares no code with it.
/// </summary>
internal static class HandParser
{
    public static HandMessage Parse(ReadOnlySpan<byte> datagram)
    {
        byte[] octets = datagram.ToArray();
        var message = new HandMessage();
        int position = 0;
        ReadStartLine(message, TakeLine(octets, ref position));
        while (position < octets.Length)
        {
            int start = position;
            ReadOnlySpan<byte> line = TakeLine(octets, ref position);
            if (line.IsEmpty)
            {
                break;
            }

            int colon = line.IndexOf((byte)':');
            if (colon <= 0)
            {
                throw new FormatException("No colon.");
            }

            ReadOnlySpan<byte> name = Trim(line[..colon]);
            ReadOnlySpan<byte> value = Trim(line[(colon + 1)..]);
            ReadHeader(message, octets, start, name, value);
        }

        message.Body = octets.AsMemory(position, message.ContentLength < 0 ? octets.Length - position : message.ContentLength);
        return message;
    }

    private static void ReadStartLine(HandMessage message, ReadOnlySpan<byte> line)
    {
        int space = line.IndexOf((byte)' ');
        ReadOnlySpan<byte> first = line[..space];
        ReadOnlySpan<byte> rest = line[(space + 1)..];
        if (first.SequenceEqual("SIP/2.0"u8))
        {
            message.Status = Number(rest);
            message.Reason = Encoding.UTF8.GetString(rest[Math.Min(4, rest.Length)..]);
            return;
        }

        int last = rest.LastIndexOf((byte)' ');
        if (!rest[(last + 1)..].SequenceEqual("SIP/2.0"u8))
        {
            throw new FormatException("No SIP/2.0.");
        }

        message.Method = MethodName(first);
        message.RequestUri = ReadUri(rest[..last]);
    }

    private static void ReadHeader(HandMessage message, byte[] octets, int start, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        switch (name.Length)
        {
            case 1:
                ReadCompact(message, octets, start, name, value);
                return;
            case 2 when Is(name, "To"u8):
                message.To = ReadAddress(value);
                return;
            case 3 when Is(name, "Via"u8):
                while (Take(ref value, out ReadOnlySpan<byte> via))
                {
                    message.Vias.Add(ReadVia(via));
                }

                return;
            case 4 when Is(name, "From"u8):
                message.From = ReadAddress(value);
                return;
            case 4 when Is(name, "CSeq"u8):
                ReadCSeq(message, value);
                return;
            case 5 when Is(name, "Route"u8):
                ReadAddresses(message.Routes ??= new(2), value);
                return;
            case 5 when Is(name, "Allow"u8):
                ReadTokens(message.Allow ??= new(12), value, methods: true);
                return;
            case 7 when Is(name, "Contact"u8):
                ReadAddresses(message.Contacts, value);
                return;
            case 7 when Is(name, "Call-ID"u8):
                message.CallId = Encoding.UTF8.GetString(value);
                return;
            case 9 when Is(name, "Supported"u8):
                ReadTokens(message.Supported ??= new(4), value, methods: false);
                return;
            case 12 when Is(name, "Max-Forwards"u8):
                message.MaxForwards = Number(value);
                return;
            case 12 when Is(name, "Content-Type"u8):
                message.ContentType = ReadMedia(value);
                return;
            case 12 when Is(name, "Record-Route"u8):
                ReadAddresses(message.RecordRoutes ??= new(2), value);
                return;
            case 14 when Is(name, "Content-Length"u8):
                message.ContentLength = Number(value);
                return;
            case 14 when Is(name, "Accept-Contact"u8):
                ReadPreferences(message.AcceptContacts ??= new(1), value);
                return;
            case 20 when Is(name, "P-Preferred-Identity"u8):
                ReadAddresses(message.PreferredIdentities ??= new(1), value);
                return;
        }

        octets.AsSpan().Overlaps(value, out int offset);
        message.Others.Add(new HandRow(octets.AsMemory(start, name.Length), octets.AsMemory(offset, value.Length)));
    }

    private static void ReadCompact(HandMessage message, byte[] octets, int start, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        ReadHeader(
            message,
            octets,
            start,
            (name[0] | 0x20) switch
            {
                'v' => "Via"u8,
                'f' => "From"u8,
                't' => "To"u8,
                'i' => "Call-ID"u8,
                'm' => "Contact"u8,
                'c' => "Content-Type"u8,
                'l' => "Content-Length"u8,
                'k' => "Supported"u8,
                'a' => "Accept-Contact"u8,
                _ => "Unknown-Compact"u8,
            },
            value);

    private static void ReadCSeq(HandMessage message, ReadOnlySpan<byte> value)
    {
        if (!Utf8Parser.TryParse(value, out message.CSeq, out int used))
        {
            throw new FormatException("CSeq");
        }

        message.CSeqMethod = MethodName(Trim(value[used..]));
    }

    private static void ReadAddresses(List<HandAddress> addresses, ReadOnlySpan<byte> value)
    {
        while (Take(ref value, out ReadOnlySpan<byte> one))
        {
            addresses.Add(ReadAddress(one));
        }
    }

    private static void ReadTokens(List<string> tokens, ReadOnlySpan<byte> value, bool methods)
    {
        while (!value.IsEmpty)
        {
            int comma = value.IndexOf((byte)',');
            ReadOnlySpan<byte> one = Trim(comma < 0 ? value : value[..comma]);
            value = comma < 0 ? default : value[(comma + 1)..];
            tokens.Add(methods ? MethodName(one) : Encoding.UTF8.GetString(one));
        }
    }

    private static void ReadPreferences(List<HandParameter[]> preferences, ReadOnlySpan<byte> value)
    {
        while (Take(ref value, out ReadOnlySpan<byte> one))
        {
            if (one[0] != '*')
            {
                throw new FormatException("Accept-Contact");
            }

            preferences.Add(ReadParameters(one[1..]));
        }
    }

    private static HandAddress ReadAddress(ReadOnlySpan<byte> text)
    {
        string? name = null;
        if (text[0] == '"')
        {
            int close = 1;
            while (text[close] != '"')
            {
                close += text[close] == '\\' ? 2 : 1;
            }

            name = Encoding.UTF8.GetString(text[1..close]).Replace("\\", string.Empty, StringComparison.Ordinal);
            text = Trim(text[(close + 1)..]);
        }

        int open = text.IndexOf((byte)'<');
        if (open < 0)
        {
            int semicolon = text.IndexOf((byte)';');
            return semicolon < 0
                ? new HandAddress { Name = name, Uri = ReadUri(text) }
                : new HandAddress { Name = name, Uri = ReadUri(Trim(text[..semicolon])), Parameters = ReadParameters(text[semicolon..]) };
        }

        if (open > 0)
        {
            name = Encoding.UTF8.GetString(Trim(text[..open]));
        }

        int end = text.IndexOf((byte)'>');
        return new HandAddress { Name = name, Uri = ReadUri(text[(open + 1)..end]), Parameters = ReadParameters(text[(end + 1)..]) };
    }

    private static HandUri ReadUri(ReadOnlySpan<byte> text)
    {
        int colon = text.IndexOf((byte)':');
        ReadOnlySpan<byte> scheme = text[..colon];
        ReadOnlySpan<byte> rest = text[(colon + 1)..];
        string name = Is(scheme, "sip"u8) ? "sip" : Is(scheme, "sips"u8) ? "sips" : Is(scheme, "tel"u8) ? "tel" : Encoding.UTF8.GetString(scheme);
        if (name is not ("sip" or "sips"))
        {
            return new HandUri { Scheme = name, Opaque = Encoding.UTF8.GetString(rest) };
        }

        var uri = new HandUri { Scheme = name };
        int at = rest.IndexOf((byte)'@');
        if (at >= 0)
        {
            uri.User = Encoding.UTF8.GetString(rest[..at]);
            rest = rest[(at + 1)..];
        }

        int semicolon = rest.IndexOf((byte)';');
        if (semicolon >= 0)
        {
            uri.Parameters = ReadParameters(rest[semicolon..]);
            rest = rest[..semicolon];
        }

        uri.Host = ReadHostPort(rest, out uri.Port);
        return uri;
    }

    private static string ReadHostPort(ReadOnlySpan<byte> text, out int port)
    {
        int from = text.StartsWith("["u8) ? text.IndexOf((byte)']') : 0;
        int colon = text[from..].IndexOf((byte)':');
        port = colon < 0 ? 0 : Number(text[(from + colon + 1)..]);
        return Encoding.UTF8.GetString(colon < 0 ? text : text[..(from + colon)]);
    }

    private static HandVia ReadVia(ReadOnlySpan<byte> text)
    {
        int space = text.IndexOf((byte)' ');
        ReadOnlySpan<byte> protocol = text[..space];
        ReadOnlySpan<byte> transport = protocol[(protocol.LastIndexOf((byte)'/') + 1)..];
        ReadOnlySpan<byte> rest = Trim(text[(space + 1)..]);
        int semicolon = rest.IndexOf((byte)';');
        return new HandVia
        {
            Transport = Is(transport, "UDP"u8) ? "UDP" : Is(transport, "TCP"u8) ? "TCP" : Encoding.UTF8.GetString(transport),
            Host = ReadHostPort(semicolon < 0 ? rest : rest[..semicolon], out int port),
            Port = port,
            Parameters = semicolon < 0 ? [] : ReadParameters(rest[semicolon..]),
        };
    }

    private static HandMedia ReadMedia(ReadOnlySpan<byte> text)
    {
        int semicolon = text.IndexOf((byte)';');
        ReadOnlySpan<byte> essence = Trim(semicolon < 0 ? text : text[..semicolon]);
        int slash = essence.IndexOf((byte)'/');
        return new HandMedia
        {
            Type = Encoding.UTF8.GetString(essence[..slash]),
            Subtype = Encoding.UTF8.GetString(essence[(slash + 1)..]),
            Parameters = semicolon < 0 ? [] : ReadParameters(text[semicolon..]),
        };
    }

    private static HandParameter[] ReadParameters(ReadOnlySpan<byte> text)
    {
        HandParameter[] parameters = text.IsEmpty ? [] : new HandParameter[text.Count((byte)';')];
        int count = 0;
        while (!text.IsEmpty)
        {
            if (text[0] is (byte)';' or (byte)' ')
            {
                text = text[1..];
                continue;
            }

            int end = text.IndexOfAny((byte)';', (byte)'=');
            ReadOnlySpan<byte> name = end < 0 ? text : text[..end];
            string? value = null;
            bool quoted = false;
            if (end >= 0 && text[end] == '=')
            {
                ReadOnlySpan<byte> rest = text[(end + 1)..];
                quoted = rest.StartsWith("\""u8);
                int stop = quoted ? rest[1..].IndexOf((byte)'"') + 2 : rest.IndexOf((byte)';');
                stop = stop < 0 ? rest.Length : stop;
                value = Encoding.UTF8.GetString(quoted ? rest[1..(stop - 1)] : rest[..stop]);
                text = rest[stop..];
            }
            else
            {
                text = end < 0 ? default : text[end..];
            }

            parameters[count++] = new HandParameter(ParameterName(name), value, quoted);
        }

        return count == parameters.Length ? parameters : parameters[..count];
    }

    // Commas between quotes or angle brackets do not separate.
    private static bool Take(ref ReadOnlySpan<byte> list, out ReadOnlySpan<byte> one)
    {
        bool quoted = false, bracketed = false;
        for (int i = 0; i < list.Length; i++)
        {
            switch (list[i])
            {
                case (byte)'"':
                    quoted = !quoted;
                    break;
                case (byte)'\\' when quoted:
                    i++;
                    break;
                case (byte)'<' when !quoted:
                    bracketed = true;
                    break;
                case (byte)'>' when !quoted:
                    bracketed = false;
                    break;
                case (byte)',' when !quoted && !bracketed:
                    one = Trim(list[..i]);
                    list = list[(i + 1)..];
                    return true;
            }
        }

        one = Trim(list);
        list = default;
        return !one.IsEmpty;
    }

    // A line with its continuations, which are unfolded in place.
    private static ReadOnlySpan<byte> TakeLine(byte[] octets, ref int position)
    {
        int start = position;
        while (true)
        {
            int end = octets.AsSpan(position).IndexOf("\r\n"u8);
            if (end < 0)
            {
                throw new FormatException("No line end.");
            }

            position += end + 2;
            if (end == 0 || position >= octets.Length || octets[position] is not ((byte)' ' or (byte)'\t'))
            {
                return octets.AsSpan(start, position - 2 - start);
            }

            octets[position - 2] = (byte)' ';
            octets[position - 1] = (byte)' ';
        }
    }

    private static int Number(ReadOnlySpan<byte> text) => Utf8Parser.TryParse(text, out int number, out _) ? number : throw new FormatException("Number");

    private static string MethodName(ReadOnlySpan<byte> text) =>
        text.SequenceEqual("INVITE"u8) ? "INVITE"
        : text.SequenceEqual("ACK"u8) ? "ACK"
        : text.SequenceEqual("BYE"u8) ? "BYE"
        : text.SequenceEqual("CANCEL"u8) ? "CANCEL"
        : text.SequenceEqual("OPTIONS"u8) ? "OPTIONS"
        : text.SequenceEqual("PRACK"u8) ? "PRACK"
        : text.SequenceEqual("MESSAGE"u8) ? "MESSAGE"
        : text.SequenceEqual("NOTIFY"u8) ? "NOTIFY"
        : text.SequenceEqual("REFER"u8) ? "REFER"
        : Encoding.UTF8.GetString(text);

    private static string ParameterName(ReadOnlySpan<byte> text) =>
        text.SequenceEqual("tag"u8) ? "tag"
        : text.SequenceEqual("branch"u8) ? "branch"
        : text.SequenceEqual("rport"u8) ? "rport"
        : text.SequenceEqual("lr"u8) ? "lr"
        : text.SequenceEqual("transport"u8) ? "transport"
        : Encoding.UTF8.GetString(text);

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name) => text.SequenceEqual(name) || Ascii.EqualsIgnoreCase(text, name);

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty && text[0] is (byte)' ' or (byte)'\t')
        {
            text = text[1..];
        }

        while (!text.IsEmpty && text[^1] is (byte)' ' or (byte)'\t')
        {
            text = text[..^1];
        }

        return text;
    }
}
