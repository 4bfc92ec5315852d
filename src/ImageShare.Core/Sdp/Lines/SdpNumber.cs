using System.Buffers;
using System.Buffers.Text;
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
    // A number of 64 bits without leading zeros, as all are in practice, is its value; of any other there are the digits.
    private readonly ulong _value;
    private readonly string? _digits;

    private SdpNumber(ulong value) => _value = value;

    private SdpNumber(string digits) => _digits = digits;

    private string Digits => _digits ?? _value.ToString(CultureInfo.InvariantCulture);

    // Without leading zeros, which do not change the value.
    private ReadOnlySpan<char> Significant => Digits.AsSpan().TrimStart('0');

    /// <summary>Converts a 64-bit number.</summary>
    public static implicit operator SdpNumber(ulong value) => FromUInt64(value);

    /// <summary>Converts a 64-bit number.</summary>
    public static SdpNumber FromUInt64(ulong value) => new(value);

    /// <summary>Parses one or more digits, and nothing else.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, out SdpNumber value)
    {
        if (!text.IsEmpty && text[0] != '0' && DecimalDigits.Read(text, out long number) == text.Length)
        {
            value = new SdpNumber((ulong)number);
            return true;
        }

        bool isNumber = !text.IsEmpty && !text.ContainsAnyExcept(Grammar.Digit);
        value = isNumber ? new SdpNumber(WellKnownText.GetString(text)) : default;
        return isNumber;
    }

    /// <summary>Gets the value; false if it exceeds 64 bits.</summary>
    public bool TryGetUInt64(out ulong value)
    {
        value = _value;
        return _digits is null || ulong.TryParse(_digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>The number incremented by one.</summary>
    public SdpNumber Next()
    {
        if (_digits is null && _value < ulong.MaxValue)
        {
            return new SdpNumber(_value + 1);
        }

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
    public bool Equals(SdpNumber other) =>
        _digits is null && other._digits is null ? _value == other._value : Significant.SequenceEqual(other.Significant);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is SdpNumber other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => TryGetUInt64(out ulong value) ? value.GetHashCode() : string.GetHashCode(Significant, StringComparison.Ordinal);

    /// <summary>Writes the digits as they were.</summary>
    internal void Write(IBufferWriter<byte> output)
    {
        if (_digits is not null)
        {
            output.WriteUtf8(_digits);
        }
        else
        {
            Utf8Formatter.TryFormat(_value, output.GetSpan(20), out int written);
            output.Advance(written);
        }
    }

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
