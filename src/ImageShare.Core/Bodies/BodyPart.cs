using System.Collections.Immutable;
using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies;

/// <summary>How the content of a part is written between its delimiters (Content-Transfer-Encoding, RFC 2045 §6).</summary>
public enum TransferEncoding
{
    /// <summary>No header field: the octets as they are.</summary>
    Unstated = 0,

    /// <summary><c>7bit</c>: the octets as they are, all of them ASCII.</summary>
    SevenBit,

    /// <summary><c>8bit</c>: the octets as they are, in lines.</summary>
    EightBit,

    /// <summary><c>binary</c>: the octets as they are. What RFC 5621 §3.2 prefers in SIP.</summary>
    Binary,

    /// <summary><c>base64</c>.</summary>
    Base64,

    /// <summary><c>quoted-printable</c>.</summary>
    QuotedPrintable,

    /// <summary>An encoding this library does not know: there is no usable content.</summary>
    Unknown,
}

/// <summary>A header field of a part that has no property of its own.</summary>
/// <param name="Name">The name as it was written; compared without case.</param>
/// <param name="Value">The value, unfolded, without the white space around it.</param>
public readonly record struct BodyHeader(string Name, string Value);

/// <summary>One part of a multipart body: what it is, what it is called, what it is for, and its content. Immutable.</summary>
public sealed record BodyPart
{
    internal static readonly MediaType Unstated = new("text", "plain");

    /// <summary>The media type; <c>text/plain</c> when the part says nothing (RFC 2046 §5.1).</summary>
    public MediaType ContentType { get; init; } = Unstated;

    /// <summary>The Content-ID without its angle brackets, compared with case; null when there is none.</summary>
    public string? ContentId { get; init; }

    /// <summary>What the part is for; null when it does not say.</summary>
    public ContentDisposition? Disposition { get; init; }

    /// <summary>How the content was, or is to be, written.</summary>
    public TransferEncoding TransferEncoding { get; init; }

    /// <summary>
    /// The decoded content. Of a part that was read without decoding it is a slice of the body's memory. For a nested multipart it is
    /// the text of that multipart.
    /// </summary>
    public ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>Whether the content could not be decoded: <see cref="Content"/> is then empty, the part as good as missing.</summary>
    public bool IsDamaged { get; init; }

    /// <summary>The parts inside, when this part is a multipart that could be read. It is what gets written, not <see cref="Content"/>.</summary>
    public MultipartBody? Multipart { get; init; }

    /// <summary>The other header fields in their order.</summary>
    public ImmutableArray<BodyHeader> OtherHeaders { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>
    /// What the part is for: its own disposition, else <c>session</c> for a session description and <c>render</c> for anything else
    /// (RFC 3261 §20.11).
    /// </summary>
    public string EffectiveDisposition => Disposition?.Type ?? (ContentType.IsSdp ? "session" : "render");

    /// <summary>Whether the message must be refused when nobody knows what to do with this part.</summary>
    public bool IsRequired => Disposition?.IsRequired ?? true;

    /// <summary>Whether the content is not written as it is.</summary>
    internal bool IsEncoded => TransferEncoding is TransferEncoding.Base64 or TransferEncoding.QuotedPrintable or TransferEncoding.Unknown;

    /// <summary>Whether there may be parts inside: an encoding is not allowed on a multipart (RFC 2045 §6.4), and hides what is in it.</summary>
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
