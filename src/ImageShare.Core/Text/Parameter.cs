using System.Buffers;

namespace ImageShare.Core.Text;

/// <summary>A parameter <c>name</c>, <c>name=value</c> or <c>name="value"</c> of a header field or URI (generic-param, RFC 3261 §25.1).</summary>
/// <param name="Name">The name as written; case-insensitive.</param>
/// <param name="Value">The value, unquoted and unescaped; null if there is no equals sign.</param>
/// <param name="IsQuoted">Whether the value is quoted.</param>
public readonly record struct Parameter(string Name, string? Value = null, bool IsQuoted = false)
{
    /// <summary>Names are case-insensitive, and so are values unless quoted (RFC 3261 §7.3.1).</summary>
    public bool Equals(Parameter other) =>
        string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase)
        && IsQuoted == other.IsQuoted
        && string.Equals(Value, other.Value, IsQuoted ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(
        StringComparer.OrdinalIgnoreCase.GetHashCode(Name ?? string.Empty),
        Value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(Value));

    /// <summary>The parameter as written, with quotes and backslashes escaped in a quoted value.</summary>
    public override string ToString() => Value is null ? Name : IsQuoted ? $"{Name}=\"{QuotedString.Escape(Value)}\"" : $"{Name}={Value}";

    /// <summary>[ EQUAL ( token / host / quoted-string ) ] (RFC 3261 §25.1), with white space around the equals sign.</summary>
    /// <param name="cursor">The cursor after the name; on success it is after the parameter.</param>
    /// <param name="name">The name, which was read.</param>
    /// <param name="unquoted">The characters allowed in an unquoted value.</param>
    /// <param name="parameter">The parameter.</param>
    internal static bool TryReadValue(ref AsciiCursor cursor, scoped ReadOnlySpan<byte> name, SearchValues<byte> unquoted, out Parameter parameter)
    {
        AsciiCursor ahead = cursor;
        ahead.SkipWhiteSpace();
        if (!ahead.TryRead((byte)'='))
        {
            parameter = new Parameter(WellKnownText.GetString(name));
            return true;
        }

        ahead.SkipWhiteSpace();
        cursor = ahead;
        if (cursor.TryReadQuotedString(out ReadOnlySpan<byte> inner))
        {
            parameter = new Parameter(WellKnownText.GetString(name), QuotedString.Unescape(inner), IsQuoted: true);
            return true;
        }

        ReadOnlySpan<byte> value = cursor.ReadWhile(unquoted);
        parameter = value.IsEmpty ? default : new Parameter(WellKnownText.GetString(name), WellKnownText.GetString(value));
        return !value.IsEmpty;
    }

    /// <summary>Writes the parameter.</summary>
    internal void Write(IBufferWriter<byte> output)
    {
        SafeText.ThrowIfLineBreaking(Name);
        output.WriteUtf8(Name);
        if (Value is null)
        {
            return;
        }

        output.WriteByte((byte)'=');
        if (IsQuoted)
        {
            QuotedString.Write(output, Value);
        }
        else
        {
            SafeText.ThrowIfLineBreaking(Value);
            output.WriteUtf8(Value);
        }
    }
}
