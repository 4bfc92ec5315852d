using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp.FileTransfer;

/// <summary>The format of file dates.</summary>
public enum FileDateStyle
{
    /// <summary>A quoted RFC 5322 date with a numeric zone, as RFC 5547 §6 requires: <c>creation:"Wed, 15 Oct 2008 10:40:46 +0000"</c>.</summary>
    Rfc5322 = 0,

    /// <summary>Unquoted ISO 8601 in UTC with milliseconds, for old peers: <c>creation:2008-10-15T10:40:46.405Z</c>.</summary>
    Iso8601,
}

/// <summary>The dates of creation, modification and last read of a file (a=file-date, RFC 5547 §6).</summary>
public sealed record FileDate
{
    /// <summary>When the file was created, or null.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When the file was last modified, or null.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>When the file was last read, or null.</summary>
    public DateTimeOffset? Read { get; init; }

    /// <summary>
    /// date-param *(SP date-param). Accepts quoted and unquoted values, RFC 5322 dates with numeric and named zones, and ISO 8601. Malformed
    /// dates are skipped; false if none is left.
    /// </summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out FileDate? value)
    {
        DateTimeOffset? created = null, modified = null, read = null;
        var cursor = new AsciiCursor(text);
        cursor.SkipWhiteSpace();
        while (!cursor.AtEnd)
        {
            if (cursor.TryReadIgnoreCase("creation:"u8))
            {
                created = ReadDate(ref cursor, created);
            }
            else if (cursor.TryReadIgnoreCase("modification:"u8))
            {
                modified = ReadDate(ref cursor, modified);
            }
            else
            {
                // Text without a known label is skipped like a date.
                bool isRead = cursor.TryReadIgnoreCase("read:"u8);
                DateTimeOffset? date = ReadDate(ref cursor, read);
                read = isRead ? date : read;
            }

            cursor.SkipWhiteSpace();
        }

        value = (created ?? modified ?? read) is null ? null : new FileDate { Created = created, Modified = modified, Read = read };
        return value is not null;
    }

    // Of repeated dates the first one that can be read counts.
    private static DateTimeOffset? ReadDate(ref AsciiCursor cursor, DateTimeOffset? before)
    {
        bool quoted = cursor.TryRead((byte)'"');
        ReadOnlySpan<byte> raw = quoted ? cursor.ReadUntil((byte)'"') : ReadToNextLabel(ref cursor);
        if (quoted)
        {
            cursor.TryRead((byte)'"');
        }

        return before ?? (UsualDate.TryParseIso8601(raw, out DateTimeOffset date) || MailDate.TryParse(raw, out date, out _) || MailDate.TryParseIso8601(raw, out date)
            ? date
            : null);
    }

    /// <summary>Whether every date is written as RFC 5547 requires: quoted, RFC 5322, with a numeric zone.</summary>
    internal static bool IsWellSpelt(ReadOnlySpan<byte> text)
    {
        var cursor = new AsciiCursor(text);
        cursor.SkipWhiteSpace();
        while (!cursor.AtEnd)
        {
            bool isLabelled = cursor.TryReadIgnoreCase("creation:"u8) || cursor.TryReadIgnoreCase("modification:"u8) || cursor.TryReadIgnoreCase("read:"u8);
            if (!isLabelled || !cursor.TryRead((byte)'"') || !MailDate.TryParse(cursor.ReadUntil((byte)'"'), out _, out bool isNumericZone)
                || !isNumericZone || !cursor.TryRead((byte)'"'))
            {
                return false;
            }

            cursor.SkipWhiteSpace();
        }

        return true;
    }

    /// <summary>Writes the dates that are set, in the order creation, modification, read.</summary>
    /// <exception cref="ImageShareException">No date is set.</exception>
    internal void Write(IBufferWriter<byte> output, FileDateStyle style = FileDateStyle.Rfc5322)
    {
        ArgumentNullException.ThrowIfNull(output);
        if ((Created ?? Modified ?? Read) is null)
        {
            throw new ImageShareException(ImageShareError.InvalidValue, "A file-date contains no date; set one or omit the attribute.");
        }

        bool first = true;
        WriteOne(output, "creation:"u8, Created, style, ref first);
        WriteOne(output, "modification:"u8, Modified, style, ref first);
        WriteOne(output, "read:"u8, Read, style, ref first);
    }

    /// <summary>The value of the attribute in the given style.</summary>
    internal string ToString(FileDateStyle style) => SdpText.Print(output => Write(output, style));

    /// <summary>The value of the attribute in the format of RFC 5547.</summary>
    public override string ToString() => ToString(FileDateStyle.Rfc5322);

    private static void WriteOne(IBufferWriter<byte> output, ReadOnlySpan<byte> label, DateTimeOffset? date, FileDateStyle style, ref bool first)
    {
        if (date is not { } value)
        {
            return;
        }

        if (!first)
        {
            output.WriteByte((byte)' ');
        }

        first = false;
        output.Write(label);
        if (style == FileDateStyle.Iso8601)
        {
            output.WriteUtf8(MailDate.ToIso8601(value));
        }
        else
        {
            output.WriteByte((byte)'"');
            output.WriteUtf8(MailDate.ToString(value));
            output.WriteByte((byte)'"');
        }
    }

    // An unquoted RFC 5322 date contains spaces: it ends where the next label starts.
    private static ReadOnlySpan<byte> ReadToNextLabel(ref AsciiCursor cursor)
    {
        ReadOnlySpan<byte> rest = cursor.Rest;
        if (!rest.Contains((byte)' '))
        {
            cursor.Advance(rest.Length);
            return rest;
        }

        int end = Math.Min(IndexOf(rest, " creation:"u8), Math.Min(IndexOf(rest, " modification:"u8), IndexOf(rest, " read:"u8)));

        // Consume at least one byte, so that the caller's loop advances.
        end = Math.Max(end, Math.Min(1, rest.Length));
        cursor.Advance(end);
        return rest[..end];
    }

    private static int IndexOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> label)
    {
        int at = text.IndexOf(label);
        return at < 0 ? text.Length : at;
    }
}
