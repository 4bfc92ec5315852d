using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp.Lines;

/// <summary>
/// A number of any length, as the session id and version of an o= line are (1*DIGIT, RFC 8866 §9): kept as its digits, compared as a number. Immutable.
/// The default value is 0.
/// </summary>
public readonly struct SdpNumber : IEquatable<SdpNumber>, IComparable<SdpNumber>
{
    private readonly string? _digits;

    private SdpNumber(string digits) => _digits = digits;

    private string Digits => _digits ?? "0";

    // Without the zeros in front, which make no other number.
    private ReadOnlySpan<char> Significant => Digits.AsSpan().TrimStart('0');

    /// <summary>A number of up to 64 bits.</summary>
    public static implicit operator SdpNumber(ulong value) => FromUInt64(value);

    /// <summary>A number of up to 64 bits.</summary>
    public static SdpNumber FromUInt64(ulong value) => new(value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Reads digits, one at least, and nothing else.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out SdpNumber value)
    {
        bool isNumber = !text.IsEmpty && !text.ContainsAnyExcept(Grammar.Digit);
        value = isNumber ? new SdpNumber(WellKnownText.GetString(text)) : default;
        return isNumber;
    }

    /// <summary>The value; false when it takes more than 64 bits.</summary>
    public bool TryGetUInt64(out ulong value) => ulong.TryParse(Digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    /// <summary>One more.</summary>
    public SdpNumber Next()
    {
        char[] digits = ['0', .. Digits];
        int i = digits.Length - 1;
        while (digits[i] == '9')
        {
            digits[i--] = '0';
        }

        digits[i]++;
        return new SdpNumber(new string(digits, digits[0] == '0' ? 1 : 0, digits.Length - (digits[0] == '0' ? 1 : 0)));
    }

    /// <inheritdoc/>
    public int CompareTo(SdpNumber other)
    {
        ReadOnlySpan<char> mine = Significant, theirs = other.Significant;
        return mine.Length != theirs.Length ? mine.Length.CompareTo(theirs.Length) : mine.CompareTo(theirs, StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public bool Equals(SdpNumber other) => Significant.SequenceEqual(other.Significant);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is SdpNumber other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => string.GetHashCode(Significant, StringComparison.Ordinal);

    /// <summary>The digits as they were written.</summary>
    public override string ToString() => Digits;

    /// <summary>Whether both are the same number.</summary>
    public static bool operator ==(SdpNumber left, SdpNumber right) => left.Equals(right);

    /// <summary>Whether they are different numbers.</summary>
    public static bool operator !=(SdpNumber left, SdpNumber right) => !left.Equals(right);

    /// <summary>Whether the left one is less.</summary>
    public static bool operator <(SdpNumber left, SdpNumber right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left one is less, or the same.</summary>
    public static bool operator <=(SdpNumber left, SdpNumber right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left one is greater.</summary>
    public static bool operator >(SdpNumber left, SdpNumber right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left one is greater, or the same.</summary>
    public static bool operator >=(SdpNumber left, SdpNumber right) => left.CompareTo(right) >= 0;
}
