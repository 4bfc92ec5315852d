using System.Buffers;
using System.Globalization;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp.FileTransfer;

/// <summary>
/// Reads and writes dates of RFC 5322 §3.3, and reads ISO 8601. The day of the week is ignored: it is redundant, and peers get it wrong.
/// </summary>
internal static class MailDate
{
    private static readonly SearchValues<byte> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);

    internal static ReadOnlySpan<byte> Months => "janfebmaraprmayjunjulaugsepoctnovdec"u8;

    public static string ToString(DateTimeOffset date) => string.Create(
        CultureInfo.InvariantCulture,
        $"{date:ddd, d MMM yyyy HH':'mm':'ss} {(date.Offset < TimeSpan.Zero ? '-' : '+')}{date.Offset:hhmm}");

    public static string ToIso8601(DateTimeOffset date) =>
        date.UtcDateTime.ToString("yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>
    /// [ day-of-week "," ] day month year hour ":" minute [ ":" second ] zone, and the obsolete forms of RFC 5322 §4.3: two- and three-digit
    /// years, named zones, and comments and white space anywhere.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out DateTimeOffset value, out bool isNumericZone)
    {
        if (UsualDate.TryParseMail(text, out value))
        {
            isNumericZone = true;
            return true;
        }

        return TryParseAny(text, out value, out isNumericZone);
    }

    /// <summary>The same without <see cref="UsualDate"/>.</summary>
    internal static bool TryParseAny(ReadOnlySpan<byte> text, out DateTimeOffset value, out bool isNumericZone)
    {
        value = default;
        isNumericZone = false;
        if (!text.Contains((byte)'('))
        {
            return TryParsePlain(text, out value, out isNumericZone);
        }

        byte[] plain = new byte[text.Length];
        return TryRemoveComments(text, plain, out int length) && TryParsePlain(plain.AsSpan(0, length), out value, out _);
    }

    // A comment counts as a space. Comments nest, and a backslash escapes the next character (RFC 5322 §3.2.2).
    private static bool TryRemoveComments(ReadOnlySpan<byte> text, Span<byte> plain, out int length)
    {
        length = 0;
        int depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            byte character = text[i];
            if (character == '(')
            {
                depth++;
            }
            else if (character == ')')
            {
                if (--depth < 0)
                {
                    return false;
                }

                plain[length++] = (byte)' ';
            }
            else if (depth == 0)
            {
                plain[length++] = character;
            }
            else if (character == '\\')
            {
                i++;
            }
        }

        return depth == 0;
    }

    private static bool TryParsePlain(ReadOnlySpan<byte> text, out DateTimeOffset value, out bool isNumericZone)
    {
        value = default;
        isNumericZone = false;
        int comma = text.IndexOf((byte)',');
        var cursor = new AsciiCursor(comma >= 0 ? text[(comma + 1)..] : text);
        cursor.SkipWhiteSpace();
        if (!cursor.TryReadUInt32(out uint day) || !SkipDateSeparator(ref cursor) || !TryReadMonth(ref cursor, out int month)
            || !SkipDateSeparator(ref cursor) || !TryReadYear(ref cursor, out uint year) || !cursor.SkipWhiteSpace()
            || !cursor.TryReadUInt32(out uint hour) || !TryReadColon(ref cursor) || !cursor.TryReadUInt32(out uint minute))
        {
            return false;
        }

        uint second = 0;
        if (TryReadColon(ref cursor) && !cursor.TryReadUInt32(out second))
        {
            return false;
        }

        cursor.SkipWhiteSpace();
        if (!TryReadZone(ref cursor, out TimeSpan offset, out isNumericZone))
        {
            return false;
        }

        second = Math.Min(second, 60) == 60 ? 59 : second;
        if (year is < 1 or > 9999 || day < 1 || day > DateTime.DaysInMonth((int)year, month) || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        return TryMake(new DateTime((int)year, month, (int)day, (int)hour, (int)minute, (int)second, DateTimeKind.Unspecified), offset, out value);
    }

    /// <summary>yyyy-mm-ddThh:mm:ss with optional fraction and zone; UTC without a zone.</summary>
    public static bool TryParseIso8601(ReadOnlySpan<byte> text, out DateTimeOffset value)
    {
        text = Grammar.TrimWhiteSpace(text);
        value = default;
        return text.Length is >= 16 and <= 40 && text[4] == '-' && text[7] == '-' && (text[10] | 0x20) is 't' or ' '
            && DateTimeOffset.TryParse(
                Encoding.Latin1.GetString(text), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out value);
    }

    private static bool TryReadMonth(ref AsciiCursor cursor, out int month)
    {
        for (month = 1; month <= 12; month++)
        {
            if (cursor.TryReadIgnoreCase(Months.Slice((month - 1) * 3, 3)))
            {
                return true;
            }
        }

        return false;
    }

    // Two-digit years mean 1950 to 2049, and three-digit years count from 1900 (RFC 5322 §4.3): 106 is 2006.
    private static bool TryReadYear(ref AsciiCursor cursor, out uint year)
    {
        int start = cursor.Position;
        bool isRead = cursor.TryReadUInt32(out year);
        int digits = cursor.Position - start;
        year += digits switch { <= 2 when year < 50 => 2000u, <= 3 => 1900u, _ => 0u };
        return isRead;
    }

    private static bool TryReadColon(ref AsciiCursor cursor)
    {
        AsciiCursor ahead = cursor;
        ahead.SkipWhiteSpace();
        bool isColon = ahead.TryRead((byte)':');
        if (isColon)
        {
            ahead.SkipWhiteSpace();
            cursor = ahead;
        }

        return isColon;
    }

    private static bool SkipDateSeparator(ref AsciiCursor cursor) => cursor.SkipWhiteSpace() || cursor.TryRead((byte)'-');

    private static bool TryReadZone(ref AsciiCursor cursor, out TimeSpan offset, out bool isNumeric)
    {
        offset = TimeSpan.Zero;
        isNumeric = false;
        ReadOnlySpan<byte> zone = Grammar.TrimWhiteSpace(cursor.Rest);
        if (zone.IsEmpty || zone[0] is not ((byte)'+' or (byte)'-'))
        {
            offset = TimeSpan.FromHours(HoursOf(zone));
            return !zone.ContainsAnyExcept(Letters);
        }

        var digits = new AsciiCursor(zone[1..]);
        if (zone.Length != 5 || !digits.TryReadUInt32(out uint number) || !digits.AtEnd || number % 100 > 59 || number / 100 > 14)
        {
            return false;
        }

        isNumeric = true;
        offset = new TimeSpan((int)(number / 100), (int)(number % 100), 0) * (zone[0] == '-' ? -1 : 1);
        return true;
    }

    // EST to PDT. All other zone names, including the military ones, are unreliable and mean UTC (RFC 5322 §4.3).
    private static int HoursOf(ReadOnlySpan<byte> zone)
    {
        if (zone.Length != 3 || (zone[1] | 0x20) is not ((byte)'s' or (byte)'d') || (zone[2] | 0x20) != 't')
        {
            return 0;
        }

        int standard = (zone[0] | 0x20) switch { 'e' => -5, 'c' => -6, 'm' => -7, 'p' => -8, _ => 0 };
        return standard != 0 && (zone[1] | 0x20) == 'd' ? standard + 1 : standard;
    }

    private static bool TryMake(DateTime local, TimeSpan offset, out DateTimeOffset value)
    {
        long utc = local.Ticks - offset.Ticks;
        bool fits = offset.Duration() <= TimeSpan.FromHours(14) && utc >= DateTime.MinValue.Ticks && utc <= DateTime.MaxValue.Ticks;
        value = fits ? new DateTimeOffset(local, offset) : default;
        return fits;
    }
}
