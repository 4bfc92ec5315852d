using System.Collections.Immutable;
using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies;

/// <summary>How the content of a part is encoded (Content-Transfer-Encoding, RFC 2045 §6).</summary>
public enum TransferEncoding
{
    /// <summary>No header field: not encoded.</summary>
    Unstated = 0,

    /// <summary><c>7bit</c>: not encoded, ASCII only.</summary>
    SevenBit,

    /// <summary><c>8bit</c>: not encoded, in lines.</summary>
    EightBit,

    /// <summary><c>binary</c>: not encoded. Preferred in SIP (RFC 5621 §3.2).</summary>
    Binary,

    /// <summary><c>base64</c>.</summary>
    Base64,

    /// <summary><c>quoted-printable</c>.</summary>
    QuotedPrintable,

    /// <summary>An unknown encoding: the content is not usable.</summary>
    Unknown,
}

/// <summary>A header field of a part for which there is no property.</summary>
/// <param name="Name">The name as written; case-insensitive.</param>
/// <param name="Value">The value, unfolded and trimmed.</param>
public readonly record struct BodyHeader(string Name, string Value);

/// <summary>A part of a multipart body: its headers and content. Immutable.</summary>
public sealed record BodyPart
{
    internal static readonly MediaType Unstated = new("text", "plain");

    /// <summary>The media type; <c>text/plain</c> if the part does not say (RFC 2046 §5.1).</summary>
    public MediaType ContentType { get; init; } = Unstated;

    /// <summary>The Content-ID without angle brackets, case-sensitive; or null.</summary>
    public string? ContentId { get; init; }

    /// <summary>The Content-Disposition, or null.</summary>
    public ContentDisposition? Disposition { get; init; }

    /// <summary>The transfer encoding, as read or to be written.</summary>
    public TransferEncoding TransferEncoding { get; init; }

    /// <summary>
    /// The decoded content. If the part was not encoded, it is a slice of the body's memory. For a nested multipart, it is the text of that
    /// multipart.
    /// </summary>
    public ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>Whether the content could not be decoded; <see cref="Content"/> is then empty, and the part should be treated as missing.</summary>
    public bool IsDamaged { get; init; }

    /// <summary>The nested parts, if this part is a readable multipart. When writing, they take precedence over <see cref="Content"/>.</summary>
    public MultipartBody? Multipart { get; init; }

    /// <summary>The other header fields in order.</summary>
    public ImmutableArray<BodyHeader> OtherHeaders { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>
    /// The effective disposition: its own, or else <c>session</c> for a session description and <c>render</c> for anything else (RFC 3261
    /// §20.11).
    /// </summary>
    public string EffectiveDisposition => Disposition?.Type ?? (ContentType.IsSdp ? "session" : "render");

    /// <summary>Whether the message must be refused if this part is not understood.</summary>
    public bool IsRequired => Disposition?.IsRequired ?? true;

    /// <summary>Whether the content is encoded.</summary>
    internal bool IsEncoded => TransferEncoding is TransferEncoding.Base64 or TransferEncoding.QuotedPrintable or TransferEncoding.Unknown;

    /// <summary>Whether the part may contain parts. A multipart must not be encoded (RFC 2045 §6.4); if it is, its parts are hidden.</summary>
    internal bool IsMultipart => ContentType.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase) && !IsEncoded;

    /// <inheritdoc/>
    public bool Equals(BodyPart? other) =>
        other is not null && ContentType == other.ContentType && ContentId == other.ContentId && Disposition == other.Disposition
        && TransferEncoding == other.TransferEncoding && IsDamaged == other.IsDamaged && Equals(Multipart, other.Multipart)
        && (Multipart is not null || Content.Span.SequenceEqual(other.Content.Span))
        && OtherHeaders.AsSpan().SequenceEqual(other.OtherHeaders.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ContentType, ContentId, TransferEncoding);
}
