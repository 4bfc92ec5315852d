using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies;

/// <summary>What a body part is for (Content-Disposition, RFC 2183 and RFC 3261 §20.11). Immutable.</summary>
/// <param name="Type">The token, such as <c>session</c>, <c>render</c> or <c>icon</c>; compared without case.</param>
/// <param name="Parameters">The parameters in their order.</param>
public sealed record ContentDisposition(string Type, ParameterList Parameters = default)
{
    /// <summary>
    /// Whether a receiver that does not know what to do with the part must refuse the message. So it is unless
    /// <c>handling=optional</c> is there (RFC 3261 §20.11, RFC 5621 §8.1).
    /// </summary>
    public bool IsRequired => !string.Equals(Parameters.GetValue("handling"), "optional", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the disposition is that token, case ignored.</summary>
    public bool Is(string type) => Type.Equals(type, StringComparison.OrdinalIgnoreCase);

    /// <summary>disp-type *(";" parameter): all of the text must match.</summary>
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
    /// <exception cref="ImageShareException">A part of it holds a line break.</exception>
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
