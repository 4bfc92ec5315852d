using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp.FileTransfer;

/// <summary>
/// Names one transfer, so that a repeated description is not taken for a new one (a=file-transfer-id, RFC 5547 §8.1). Opaque,
/// compared with case, echoed as it came.
/// </summary>
/// <param name="Value">The id as it was written.</param>
public readonly record struct FileTransferId(string Value)
{
    /// <summary>A new id: 32 random letters and digits, 190 bits.</summary>
    public static FileTransferId Create() => new(RandomToken.Create(32));

    /// <summary>Reads an id: any text without white space, since peers use more than tokens.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out FileTransferId value)
    {
        text = Grammar.TrimWhiteSpace(text);
        bool isId = !text.IsEmpty && !text.ContainsAny(" \t"u8);
        value = isId ? new FileTransferId(WellKnownText.GetString(text)) : default;
        return isId;
    }

    /// <summary>The id.</summary>
    public override string ToString() => Value ?? string.Empty;
}
