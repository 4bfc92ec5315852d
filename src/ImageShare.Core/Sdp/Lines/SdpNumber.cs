using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp.Lines;

/// <summary>
/// A number of any length, for the session id and version of an o= line (1*DIGIT, RFC 8866 §9). Keeps the digits and compares by value.
/// Immutable; the default value is 0.
/// </summary>
public readonly struct SdpNumber : IEquatable<SdpNumber>, IComparable<SdpNumber>
{
    private readonly string? _digits;

    private SdpNumber(string digits) => _digits = digits;

    private string Digits => _digits ?? "0";

    // Without leading zeros, which do not change the value.
    private ReadOnlySpan<char> Significant => Digits.AsSpan().TrimStart('0');

    /// <summary>Converts a 64-bit number.</summary>
    public static implicit operator SdpNumber(ulong value) => FromUInt64(value);

    /// <summary>Converts a 64-bit number.</summary>
    public static SdpNumber FromUInt64(ulong value) => new(value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Parses one or more digits, and nothing else.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out SdpNumber value)
    {
        bool isNumber = !text.IsEmpty && !text.ContainsAnyExcept(Grammar.Digit);
        value = isNumber ? new SdpNumber(WellKnownText.GetString(text)) : default;
        return isNumber;
    }

    /// <summary>Gets the value; false if it exceeds 64 bits.</summary>
    public bool TryGetUInt64(out ulong value) => ulong.TryParse(Digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    /// <summary>The number incremented by one.</summary>
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

    /// <summary>The digits as written.</summary>
    public override string ToString() => Digits;

    /// <summary>Whether both numbers are equal.</summary>
    public static bool operator ==(SdpNumber left, SdpNumber right) => left.Equals(right);

    /// <summary>Whether the numbers differ.</summary>
    public static bool operator !=(SdpNumber left, SdpNumber right) => !left.Equals(right);

    /// <summary>Whether the left number is less.</summary>
    public static bool operator <(SdpNumber left, SdpNumber right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left number is less or equal.</summary>
    public static bool operator <=(SdpNumber left, SdpNumber right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left number is greater.</summary>
    public static bool operator >(SdpNumber left, SdpNumber right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left number is greater or equal.</summary>
    public static bool operator >=(SdpNumber left, SdpNumber right) => left.CompareTo(right) >= 0;
}
