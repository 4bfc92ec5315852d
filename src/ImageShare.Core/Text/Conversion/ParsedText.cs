using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ImageShare.Core.Text.Conversion;

/// <summary><see cref="IParsable{TSelf}"/> for values that are read from bytes.</summary>
internal static class ParsedText
{
    /// <summary>Reads all of the bytes; false if they are no such value.</summary>
    public delegate bool Reader<T>(ReadOnlySpan<byte> text, [NotNullWhen(true)] out T? value);

    public static T Parse<T>(string text, Reader<T> reader, string expected)
    {
        ArgumentNullException.ThrowIfNull(text);
        return reader(Encoding.UTF8.GetBytes(text), out T? value) ? value : throw new FormatException($"'{text}' is not {expected}.");
    }

    public static bool TryParse<T>([NotNullWhen(true)] string? text, Reader<T> reader, [NotNullWhen(true)] out T? value)
    {
        value = default;
        return text is not null && reader(Encoding.UTF8.GetBytes(text), out value);
    }
}
