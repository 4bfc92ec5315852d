using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp.FileTransfer;

/// <summary>How the sender suggests handling the file (a=file-disposition, RFC 5547 §7).</summary>
/// <param name="Value">The token, such as <c>render</c>; case-insensitive.</param>
public readonly record struct FileDisposition(string Value)
{
    /// <summary>Display the file at once. The default if the attribute is absent.</summary>
    public static FileDisposition Render { get; } = new("render");

    /// <summary>Store the file; display it only on request.</summary>
    public static FileDisposition Attachment { get; } = new("attachment");

    /// <summary>Whether the file may be displayed without asking: only for <c>render</c>; unknown values count as attachment.</summary>
    public bool MayDisplay => string.Equals(Value, "render", StringComparison.OrdinalIgnoreCase);

    /// <summary>Parses a token.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, out FileDisposition value)
    {
        text = Grammar.TrimWhiteSpace(text);
        bool isToken = !text.IsEmpty && !text.ContainsAnyExcept(Grammar.MimeToken);
        value = isToken ? new FileDisposition(WellKnownText.GetString(text)) : default;
        return isToken;
    }

    /// <inheritdoc/>
    public bool Equals(FileDisposition other) => string.Equals(Value, other.Value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override int GetHashCode() => Value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(Value);

    /// <summary>The token.</summary>
    public override string ToString() => Value ?? string.Empty;
}
