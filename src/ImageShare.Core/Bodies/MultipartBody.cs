using System.Collections.Immutable;
using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies;

/// <summary>
/// A multipart body: its content type, including the boundary, and its parts. Immutable. The references between the parts decide which is the
/// offer and which the icon, not the multipart subtype: peers send icons in mixed as well as in related.
/// </summary>
public sealed record MultipartBody
{
    /// <summary>Creates one from the values it must have.</summary>
    /// <param name="contentType">See <see cref="ContentType"/>.</param>
    /// <param name="parts">See <see cref="Parts"/>.</param>
    public MultipartBody(MediaType contentType, ImmutableArray<BodyPart> parts)
    {
        ContentType = contentType;
        Parts = parts;
    }

    /// <summary>The content type, such as <c>multipart/related;type="application/sdp";boundary="..."</c>.</summary>
    public MediaType ContentType { get; init; }

    /// <summary>The parts in order.</summary>
    public ImmutableArray<BodyPart> Parts { get; init => field = value.IsDefault ? [] : value; }

    /// <summary>Creates a body with a boundary that occurs in none of its parts.</summary>
    /// <param name="subtype">The subtype: <c>related</c>, <c>mixed</c> or <c>alternative</c>.</param>
    /// <param name="parts">The parts in order.</param>
    /// <param name="parameters">Further parameters of the content type; the boundary is added.</param>
    /// <param name="boundary">The boundary, 1 to 70 characters of RFC 2046 §5.1.1; null for a random one.</param>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidValue"/>: the boundary is invalid or occurs in a part.</exception>
    public static MultipartBody Create(string subtype, IEnumerable<BodyPart> parts, ParameterList parameters = default, string? boundary = null)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ImmutableArray<BodyPart> all = [.. parts];
        boundary ??= Boundary.Choose(all);
        Boundary.ThrowIfUnusable(boundary, all);
        return new MultipartBody(new MediaType("multipart", subtype, parameters.With("boundary", boundary, Boundary.NeedsQuotes(boundary))), all);
    }

    /// <summary>
    /// The root part: in multipart/related the one referred to by <c>start</c>, or else the first (RFC 2387 §3.2); null for other subtypes
    /// and if there is no part.
    /// </summary>
    public BodyPart? Root
    {
        get
        {
            if (!ContentType.Is("multipart", "related") || Parts.IsEmpty)
            {
                return null;
            }

            string? start = ContentType.Parameters.GetValue("start");
            return (start is null ? null : FindPart(ContentIdUrl.ReadContentId(start))) ?? Parts[0];
        }
    }

    /// <summary>
    /// Finds the session description at any depth: in multipart/related the root; in multipart/alternative the last match, because the best
    /// alternative comes last; otherwise the first part with disposition session (RFC 5621 §4, §8.2). Null if there is none. Further
    /// descriptions are ignored.
    /// </summary>
    public BodyPart? FindSessionDescription()
    {
        if (Root is { } root)
        {
            return FromPart(root);
        }

        bool isLastBest = ContentType.Is("multipart", "alternative");
        for (int i = 0; i < Parts.Length; i++)
        {
            if (FromPart(Parts[isLastBest ? ^(i + 1) : i]) is { } found)
            {
                return found;
            }
        }

        return null;

        static BodyPart? FromPart(BodyPart part) =>
            part.Multipart is { } inner ? inner.FindSessionDescription()
            : part.ContentType.IsSdp && part.EffectiveDisposition.Equals("session", StringComparison.OrdinalIgnoreCase) && !part.IsDamaged
                ? part
                : null;
    }

    /// <summary>
    /// Finds the part a cid: URL refers to, at any depth (RFC 2392 §2). Null if it is not a cid: URL, or not exactly one part has that
    /// Content-ID.
    /// </summary>
    public BodyPart? Resolve(string cidUrl)
    {
        if (!ContentIdUrl.TryParse(cidUrl, out string? contentId))
        {
            return null;
        }

        BodyPart? found = null;
        return CountParts(contentId, ref found) == 1 ? found : null;
    }

    /// <summary>Finds the first part at this level with that Content-ID.</summary>
    internal BodyPart? FindPart(string? contentId)
    {
        if (contentId is null)
        {
            return null;
        }

        foreach (BodyPart part in Parts)
        {
            if (part.ContentId == contentId)
            {
                return part;
            }
        }

        return null;
    }

    private int CountParts(string contentId, ref BodyPart? last)
    {
        int count = 0;
        foreach (BodyPart part in Parts)
        {
            if (part.ContentId == contentId)
            {
                last = part;
                count++;
            }

            count += part.Multipart?.CountParts(contentId, ref last) ?? 0;
        }

        return count;
    }

    /// <summary>
    /// Finds the first part that must be understood but is not, so that the message must be refused (415, RFC 5621 §8.4); null if there is
    /// none. Exclude parts that are referenced: they are processed by reference (RFC 5621 §9.3).
    /// </summary>
    public BodyPart? FindRequiredButUnknown(Predicate<BodyPart> isUnderstood)
    {
        ArgumentNullException.ThrowIfNull(isUnderstood);
        return AllParts().FirstOrDefault(p => p.Multipart is null && p.IsRequired && !isUnderstood(p));
    }

    /// <summary>All parts in order, each before its nested parts.</summary>
    public IEnumerable<BodyPart> AllParts()
    {
        foreach (BodyPart part in Parts)
        {
            yield return part;
            foreach (BodyPart inner in part.Multipart?.AllParts() ?? [])
            {
                yield return inner;
            }
        }
    }

    /// <inheritdoc/>
    public bool Equals(MultipartBody? other) =>
        other is not null && ContentType == other.ContentType && Parts.AsSpan().SequenceEqual(other.Parts.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ContentType, Parts.Length);
}
