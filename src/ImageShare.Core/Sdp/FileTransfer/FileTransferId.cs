using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp.FileTransfer;

/// <summary>
/// Identifies a transfer, so that a repeated description is not mistaken for a new transfer (a=file-transfer-id, RFC 5547 §8.1). Opaque,
/// case-sensitive, and echoed unchanged.
/// </summary>
/// <param name="Value">The id as written.</param>
public readonly record struct FileTransferId(string Value)
{
    /// <summary>Creates an id of 32 random letters and digits (190 bits).</summary>
    public static FileTransferId Create() => new(RandomToken.Create(32));

    /// <summary>Parses an id: any text without white space, because peers do not restrict themselves to tokens.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, out FileTransferId value)
    {
        text = Grammar.TrimWhiteSpace(text);
        bool isId = !text.IsEmpty && !text.ContainsAny(" \t"u8);

        // Not from the cache: each transfer has its own.
        value = isId ? new FileTransferId(Encoding.UTF8.GetString(text)) : default;
        return isId;
    }

    /// <summary>The id.</summary>
    public override string ToString() => Value ?? string.Empty;
}
