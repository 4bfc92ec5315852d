using System.Collections.Immutable;
using ImageShare.Core.Sdp.Attributes;

namespace ImageShare.Core.Sdp;

/// <summary>
/// The fingerprints that apply to a media section, and the check of a certificate against them (RFC 8122 §5): the section's own, or else
/// those of the session. Only those with the strongest hash function count, and one of them must match (RFC 8122 §5.1).
/// </summary>
public sealed class FingerprintSet
{
    private static readonly FingerprintSet None = new(false, []);

    private readonly ImmutableArray<Fingerprint> _strongest;

    private FingerprintSet(bool isPresent, ImmutableArray<Fingerprint> strongest)
    {
        IsPresent = isPresent;
        _strongest = strongest;
    }

    /// <summary>Whether there is any <c>a=fingerprint</c>, even an unusable one.</summary>
    public bool IsPresent { get; }

    /// <summary>Whether a certificate can be verified.</summary>
    public bool IsUsable => !_strongest.IsEmpty;

    /// <summary>Collects the fingerprints that apply to a section.</summary>
    /// <param name="session">The description.</param>
    /// <param name="media">The media section.</param>
    /// <param name="acceptSha1">Whether to accept SHA-1, for peers that support nothing stronger. MD5 and MD2 are never accepted.</param>
    public static FingerprintSet FromMedia(SessionDescription session, MediaDescription media, bool acceptSha1 = false)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(media);
        bool isOwn = media.Find(SdpAttributes.FingerprintName) is not null;
        if (!isOwn && session.Find(SdpAttributes.FingerprintName) is null)
        {
            return None;
        }

        var usable = new List<Fingerprint>();
        foreach (SdpAttribute attribute in isOwn ? media.Attributes : session.Attributes)
        {
            if (attribute.Is(SdpAttributes.FingerprintName) && attribute.Meaning is Fingerprint { IsUsable: true } value
                && (acceptSha1 || !value.IsSha1))
            {
                usable.Add(value);
            }
        }

        int strongest = usable.Count == 0 ? -1 : usable.Max(static f => f.Strength);
        return new FingerprintSet(true, [.. usable.Where(f => f.Strength == strongest)]);
    }

    /// <summary>Whether a certificate matches; always false if <see cref="IsUsable"/> is false.</summary>
    /// <param name="certificate">The certificate in DER form.</param>
    public bool Matches(ReadOnlySpan<byte> certificate)
    {
        foreach (Fingerprint fingerprint in _strongest)
        {
            if (fingerprint.Matches(certificate))
            {
                return true;
            }
        }

        return false;
    }
}
