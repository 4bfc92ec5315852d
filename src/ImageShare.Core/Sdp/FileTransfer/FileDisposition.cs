using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp.FileTransfer;

/// <summary>What the sender would like to happen with the file (a=file-disposition, RFC 5547 §7).</summary>
/// <param name="Value">The token, such as <c>render</c>; compared without case.</param>
public readonly record struct FileDisposition(string Value)
{
    /// <summary>Show it at once. Also what an absent attribute means.</summary>
    public static FileDisposition Render { get; } = new("render");

    /// <summary>Keep it until the user asks.</summary>
    public static FileDisposition Attachment { get; } = new("attachment");

    /// <summary>Whether the file may be shown without asking: only for <c>render</c>; a word nobody knows counts as attachment.</summary>
    public bool MayDisplay => string.Equals(Value, "render", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a token.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out FileDisposition value)
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
