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
}
