using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp;

/// <summary>The Status header of a REPORT, <c>000 200 OK</c> (RFC 4975 §7.1.3).</summary>
/// <param name="Namespace">What the code means: 0, written <c>000</c>, is the codes of MSRP responses; no other is known.</param>
/// <param name="Code">The status code, three digits.</param>
/// <param name="Comment">A text for people, or null.</param>
public sealed record MsrpReportStatus(int Namespace, int Code, string? Comment = null)
{
    /// <summary>Status = namespace SP status-code [SP comment].</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out MsrpReportStatus? value)
    {
        value = null;
        var cursor = new AsciiCursor(text);
        if (!TryReadThreeDigits(ref cursor, out int space) || !cursor.SkipWhiteSpace() || !TryReadThreeDigits(ref cursor, out int code))
        {
            return false;
        }

        if (!cursor.AtEnd && !Grammar.IsWhiteSpace(cursor.Peek))
        {
            return false;
        }

        cursor.SkipWhiteSpace();
        value = new MsrpReportStatus(space, code, cursor.AtEnd ? null : WellKnownText.GetString(cursor.Rest));
        return true;
    }

    /// <summary>Writes the value.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        SafeText.ThrowIfLineBreaking(Comment);
        WriteThreeDigits(output, Namespace);
        output.WriteByte((byte)' ');
        WriteThreeDigits(output, Code);
        if (!string.IsNullOrEmpty(Comment))
        {
            output.WriteByte((byte)' ');
            output.WriteUtf8(Comment);
        }
    }

    internal static bool TryReadThreeDigits(ref AsciiCursor cursor, out int value)
    {
        ReadOnlySpan<byte> rest = cursor.Rest;
        value = 0;
        if (rest.Length < 3 || !Grammar.IsDigit(rest[0]) || !Grammar.IsDigit(rest[1]) || !Grammar.IsDigit(rest[2])
            || (rest.Length > 3 && Grammar.IsDigit(rest[3])))
        {
            return false;
        }

        value = ((rest[0] - '0') * 100) + ((rest[1] - '0') * 10) + rest[2] - '0';
        cursor.Advance(3);
        return true;
    }

    internal static void WriteThreeDigits(IBufferWriter<byte> output, int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 999);
        Span<byte> digits = output.GetSpan(3);
        digits[0] = (byte)('0' + (value / 100));
        digits[1] = (byte)('0' + (value / 10 % 10));
        digits[2] = (byte)('0' + (value % 10));
        output.Advance(3);
    }
}
