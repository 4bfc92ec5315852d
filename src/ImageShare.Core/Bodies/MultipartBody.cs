using System.Collections.Immutable;
using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies;

/// <summary>
/// A multipart body: its content type, with the boundary, and its parts. Immutable. Which part is the offer and which the icon is
/// decided by the references between them, not by the kind of multipart: peers send icons in mixed as well as in related.
/// </summary>
/// <param name="ContentType">The type of the whole, such as <c>multipart/related;type="application/sdp";boundary="..."</c>.</param>
/// <param name="Parts">The parts in their order.</param>
public sealed record MultipartBody(MediaType ContentType, ImmutableArray<BodyPart> Parts)
{
    /// <summary>The parts in their order.</summary>
    public ImmutableArray<BodyPart> Parts { get; init => field = value.IsDefault ? [] : value; } = Parts;

    /// <summary>Makes a body with a boundary that occurs in none of its parts.</summary>
    /// <param name="subtype">The kind: <c>related</c>, <c>mixed</c>, <c>alternative</c>.</param>
    /// <param name="parts">The parts in their order.</param>
    /// <param name="parameters">Further parameters of the content type; the boundary is added to them.</param>
    /// <param name="boundary">1 to 70 characters of RFC 2046 §5.1.1, for a peer that expects certain ones; null for random ones.</param>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.InvalidValue"/>: the boundary is not allowed, or occurs in a part.
    /// </exception>
    public static MultipartBody Create(string subtype, IEnumerable<BodyPart> parts, ParameterList parameters = default, string? boundary = null)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ImmutableArray<BodyPart> all = [.. parts];
        boundary ??= Boundary.Choose(all);
        Boundary.ThrowIfUnusable(boundary, all);
        return new MultipartBody(new MediaType("multipart", subtype, parameters.With("boundary", boundary, Boundary.NeedsQuotes(boundary))), all);
    }

    /// <summary>
    /// The part that says what the others are for: in multipart/related the one <c>start</c> names, else the first (RFC 2387 §3.2); null
    /// in other kinds and when there is no part.
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
    /// The part with the session description, at whatever depth: in multipart/related the root; in multipart/alternative the last
    /// that fits, since the best one stands last; in every other kind the first one meant for the session (RFC 5621 §4, §8.2). Null
    /// when there is none. Further descriptions are never looked at.
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
    /// The part a cid: URL refers to, at whatever depth (RFC 2392 §2). Null when the URL is none, no part has that Content-ID, or more
    /// than one has.
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

    /// <summary>The first part of this level with that Content-ID.</summary>
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
    /// The first part that must be understood and is not, so that the message is to be refused (415, RFC 5621 §8.4); null when there is
    /// none. Ask only about parts nothing refers to: what is referred to is processed by its reference (RFC 5621 §9.3).
    /// </summary>
    public BodyPart? FindRequiredButUnknown(Predicate<BodyPart> isUnderstood)
    {
        ArgumentNullException.ThrowIfNull(isUnderstood);
        return AllParts().FirstOrDefault(p => p.Multipart is null && p.IsRequired && !isUnderstood(p));
    }

    /// <summary>Every part, outer ones before the ones inside them, in their order.</summary>
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
