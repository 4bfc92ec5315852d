using System.Buffers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip;

/// <summary>Writes a URI (RFC 3261 §19.1, RFC 3261 §25.1). What was read from a peer against the grammar is written as it was.</summary>
internal static class SipUriWriter
{
    // user and password of RFC 3261 §25.1 as they are written: everything printable that ends neither the part nor the URI.
    private static readonly SearchValues<byte> UserText =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!~*'()&=+$,;?/%#[]\\^`{|}"u8);

    private static readonly SearchValues<byte> PasswordText =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!~*'()&=+$,;?/%#[]\\^`{|}:"u8);

    // Neither may a quoted value hold these: they would end the URI or its brackets.
    internal static readonly SearchValues<char> ForbiddenInQuotes = SearchValues.Create(
        [.. Enumerable.Range(0, 0x21).Select(i => (char)i), '<', '>', (char)0x7f]);

    private static readonly SearchValues<char> ForbiddenChars = SearchValues.Create(
        [.. Enumerable.Range(0, 0x21).Select(i => (char)i), '"', '<', '>', (char)0x7f]);

    public static void Write(SipUri uri, IBufferWriter<byte> output)
    {
        if (uri.Scheme.Length == 0)
        {
            // What a peer wrote in place of a URI is written as it was.
            SafeText.ThrowIfLineBreaking(uri.Opaque);
            output.WriteUtf8(uri.Opaque);
            return;
        }

        WriteChecked(output, uri.Scheme);
        output.WriteByte((byte)':');
        if (uri.Opaque is not null)
        {
            WriteChecked(output, uri.Opaque);
            return;
        }

        WriteUserInfo(uri, output);
        WriteHostPort(output, uri.Host, uri.Port);
        for (int i = 0; i < uri.Parameters.Count; i++)
        {
            output.WriteByte((byte)';');
            WriteParameter(uri.Parameters[i], output);
        }

        if (uri.Headers is not null)
        {
            output.WriteByte((byte)'?');
            WriteChecked(output, uri.Headers);
        }
    }

    public static void WriteHostPort(IBufferWriter<byte> output, string host, int? port)
    {
        bool brackets = host.Contains(':') && host[0] != '[';
        if (brackets)
        {
            output.WriteByte((byte)'[');
        }

        WriteChecked(output, host);
        if (brackets)
        {
            output.WriteByte((byte)']');
        }

        if (port is { } number)
        {
            output.WriteByte((byte)':');
            output.WriteNumber(number);
        }
    }

    // userinfo = ( user / telephone-subscriber ) [ ":" password ] "@"
    private static void WriteUserInfo(SipUri uri, IBufferWriter<byte> output)
    {
        if (uri.User is null)
        {
            return;
        }

        PercentEncoding.Write(output, uri.User, UserText);
        if (uri.Password is not null)
        {
            output.WriteByte((byte)':');
            PercentEncoding.Write(output, uri.Password, PasswordText);
        }

        output.WriteByte((byte)'@');
    }

    // other-param = pname [ "=" pvalue ]
    private static void WriteParameter(Parameter parameter, IBufferWriter<byte> output)
    {
        WriteChecked(output, parameter.Name);
        if (parameter.Value is null)
        {
            return;
        }

        output.WriteByte((byte)'=');
        if (parameter.IsQuoted)
        {
            // Against the grammar, but the peer that wrote it so must get it back so.
            ThrowIfAny(parameter.Value, ForbiddenInQuotes);
            QuotedString.Write(output, parameter.Value);
        }
        else
        {
            WriteChecked(output, parameter.Value);
        }
    }

    private static void WriteChecked(IBufferWriter<byte> output, string part)
    {
        ThrowIfAny(part, ForbiddenChars);
        output.WriteUtf8(part);
    }

    private static void ThrowIfAny(string part, SearchValues<char> forbidden)
    {
        if (part.AsSpan().ContainsAny(forbidden))
        {
            throw new ImageShareException(
                ImageShareError.InvalidValue, "A part of a URI holds a space, a quote, an angle bracket or a control character; escape it as %HH.");
        }
    }
}
