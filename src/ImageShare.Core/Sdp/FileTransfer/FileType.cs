using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp.FileTransfer;

/// <summary>The form of a media type in a file selector (RFC 5547 §6): parameters are always quoted and percent-encoded.</summary>
internal static class FileType
{
    /// <summary>type "/" subtype *(";" attribute "=" DQUOTE value-string DQUOTE). Unquoted values are accepted too.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out MediaType? value)
    {
        value = MediaType.FindWellKnown(text);
        if (value is not null)
        {
            return true;
        }

        var cursor = new AsciiCursor(text);
        ReadOnlySpan<byte> type = cursor.ReadWhile(Grammar.MimeToken);
        if (type.IsEmpty || !cursor.TryRead((byte)'/'))
        {
            return false;
        }

        ReadOnlySpan<byte> subtype = cursor.ReadWhile(Grammar.MimeToken);
        if (subtype.IsEmpty)
        {
            return false;
        }

        ParameterList parameters = default;
        while (cursor.TryRead((byte)';'))
        {
            if (!TryReadParameter(ref cursor, ref parameters))
            {
                return false;
            }
        }

        value = cursor.AtEnd ? MediaType.Create(type, subtype, parameters) : null;
        return value is not null;
    }

    public static void Write(IBufferWriter<byte> output, MediaType type, SearchValues<byte> unescaped)
    {
        output.WriteUtf8(type.Type);
        output.WriteByte((byte)'/');
        output.WriteUtf8(type.Subtype);
        foreach (Parameter parameter in type.Parameters)
        {
            output.WriteByte((byte)';');
            SdpText.WriteField(output, parameter.Name);
            output.Write("=\""u8);
            PercentEncoding.Write(output, parameter.Value, unescaped);
            output.WriteByte((byte)'"');
        }
    }

    /// <summary>Whether the types and their parameters are the same. Parameters are compared by value: quoting makes no difference.</summary>
    public static bool AreSame(MediaType mine, MediaType theirs)
    {
        if (!mine.IsSameTypeAs(theirs) || mine.Parameters.Count != theirs.Parameters.Count)
        {
            return false;
        }

        foreach (Parameter parameter in mine.Parameters)
        {
            if (!theirs.Parameters.TryGet(parameter.Name, out Parameter their)
                || !string.Equals(parameter.Value, their.Value, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryReadParameter(ref AsciiCursor cursor, ref ParameterList parameters)
    {
        ReadOnlySpan<byte> name = cursor.ReadWhile(Grammar.MimeToken);
        if (name.IsEmpty || !cursor.TryRead((byte)'='))
        {
            return false;
        }

        bool quoted = cursor.TryRead((byte)'"');
        ReadOnlySpan<byte> raw = quoted ? cursor.ReadUntil((byte)'"') : cursor.ReadUntil((byte)';');
        if (quoted && !cursor.TryRead((byte)'"'))
        {
            return false;
        }

        parameters = parameters.With(WellKnownText.GetString(name), PercentEncoding.Decode(raw), quoted: true);
        return true;
    }
}
