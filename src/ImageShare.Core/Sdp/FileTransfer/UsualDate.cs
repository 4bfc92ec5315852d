namespace ImageShare.Core.Sdp.FileTransfer;

/// <summary>
/// Reads file dates in the two forms that are in use, without a cursor and without the parser of .NET. It accepts nothing that <see cref="MailDate"/>
/// does not accept with the same result; anything else, including a date out of range, is left to it.
/// </summary>
internal static class UsualDate
{
    private const int IsoLength = 20;
    private const int IsoLengthWithMilliseconds = 24;

    // "Wed, ", a day of one or two digits, and " Oct 2008 10:40:46 +0000".
    private const int MailStart = 5;
    private const int MailRest = 24;

    // Larger than any field of a date, alone and in a sum.
    private const int NoNumber = 1 << 20;

    /// <summary><c>2008-10-15T10:40:46Z</c> or <c>2008-10-15T10:40:46.405Z</c>.</summary>
    public static bool TryParseIso8601(ReadOnlySpan<byte> text, out DateTimeOffset value)
    {
        value = default;
        if (text.Length is not (IsoLength or IsoLengthWithMilliseconds)
            || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[19] != (text.Length == IsoLength ? 'Z' : '.') || text[^1] != 'Z')
        {
            return false;
        }

        int milliseconds = text.Length == IsoLength ? 0 : (Digit(text[20]) * 100) + TwoDigits(text[21..]);
        return TryMake(FourDigits(text), TwoDigits(text[5..]), TwoDigits(text[8..]), text.Slice(11, 8), milliseconds, TimeSpan.Zero, out value);
    }

    /// <summary><c>Wed, 15 Oct 2008 10:40:46 +0000</c>, the form of RFC 5322 §3.3 with single spaces and all of its parts.</summary>
    public static bool TryParseMail(ReadOnlySpan<byte> text, out DateTimeOffset value)
    {
        value = default;
        int dayLength = text.Length - MailStart - MailRest;
        if (dayLength is not (1 or 2) || text[3] != ',' || text[4] != ' '
            || !char.IsAsciiLetter((char)text[0]) || !char.IsAsciiLetter((char)text[1]) || !char.IsAsciiLetter((char)text[2]))
        {
            return false;
        }

        int day = dayLength == 1 ? Digit(text[MailStart]) : TwoDigits(text[MailStart..]);
        text = text[^MailRest..];
        if (text[0] != ' ' || text[4] != ' ' || text[9] != ' ' || text[18] != ' ' || text[19] is not ((byte)'+' or (byte)'-'))
        {
            return false;
        }

        int hours = TwoDigits(text[20..]), minutes = TwoDigits(text[22..]);
        if (hours > 13 || minutes > 59)
        {
            return false;
        }

        TimeSpan zone = new TimeSpan(hours, minutes, 0) * (text[19] == '-' ? -1 : 1);
        return TryMake(FourDigits(text[5..]), MonthOf(text.Slice(1, 3)), day, text.Slice(10, 8), 0, zone, out value);
    }

    private static bool TryMake(
        int year, int month, int day, ReadOnlySpan<byte> time, int milliseconds, TimeSpan zone, out DateTimeOffset value)
    {
        value = default;
        int hour = TwoDigits(time), minute = TwoDigits(time[3..]), second = TwoDigits(time[6..]);

        // Years in which no zone leads out of the range of .NET.
        if (year is < 2 or > 9998 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 59 || milliseconds > 999 || time[2] != ':' || time[5] != ':')
        {
            return false;
        }

        var local = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Unspecified);
        value = new DateTimeOffset(local.AddTicks(milliseconds * TimeSpan.TicksPerMillisecond), zone);
        return true;
    }

    // 0 if it is none.
    private static int MonthOf(ReadOnlySpan<byte> name)
    {
        for (int month = 0; month < 12; month++)
        {
            ReadOnlySpan<byte> known = MailDate.Months.Slice(month * 3, 3);
            if ((name[0] | 0x20) == known[0] && (name[1] | 0x20) == known[1] && (name[2] | 0x20) == known[2])
            {
                return month + 1;
            }
        }

        return 0;
    }

    private static int FourDigits(ReadOnlySpan<byte> text) => (TwoDigits(text) * 100) + TwoDigits(text[2..]);

    private static int TwoDigits(ReadOnlySpan<byte> text) => (Digit(text[0]) * 10) + Digit(text[1]);

    private static int Digit(byte digit) => (uint)(digit - '0') <= 9 ? digit - '0' : NoNumber;
}
