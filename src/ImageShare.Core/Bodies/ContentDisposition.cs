using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies;

/// <summary>The Content-Disposition of a body part (RFC 2183, RFC 3261 §20.11). Immutable.</summary>
/// <param name="Type">The token, such as <c>session</c>, <c>render</c> or <c>icon</c>; case-insensitive.</param>
/// <param name="Parameters">The parameters in order.</param>
public sealed record ContentDisposition(string Type, ParameterList Parameters = default)
{
    /// <summary>
    /// Whether a receiver that does not understand the part must refuse the message: true unless there is <c>handling=optional</c> (RFC 3261
    /// §20.11, RFC 5621 §8.1).
    /// </summary>
    public bool IsRequired => !string.Equals(Parameters.GetValue("handling"), "optional", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the disposition is that token, ignoring case.</summary>
    public bool Is(string type) => Type.Equals(type, StringComparison.OrdinalIgnoreCase);

    /// <summary>disp-type *(";" parameter). The whole text must match.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out ContentDisposition? value)
    {
        value = null;
        var cursor = new AsciiCursor(text);
        cursor.SkipWhiteSpace();
        ReadOnlySpan<byte> type = cursor.ReadWhile(Grammar.MimeToken);
        if (type.IsEmpty || !ParameterList.TryRead(ref cursor, Grammar.MimeToken, out ParameterList parameters))
        {
            return false;
        }

        cursor.SkipWhiteSpace();
        if (!cursor.AtEnd)
        {
            return false;
        }

        value = new ContentDisposition(WellKnownText.GetString(type), parameters);
        return true;
    }

    /// <summary>Writes the value of the header field.</summary>
    /// <exception cref="ImageShareException">The value contains a line break.</exception>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        SafeText.ThrowIfLineBreaking(Type);
        output.WriteUtf8(Type);
        Parameters.Write(output);
    }

    /// <inheritdoc/>
    public bool Equals(ContentDisposition? other) => other is not null && Is(other.Type) && Parameters.Equals(other.Parameters);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Type);

    /// <summary>The value of the header field.</summary>
    public override string ToString() => Type + Parameters.ToString();
}
