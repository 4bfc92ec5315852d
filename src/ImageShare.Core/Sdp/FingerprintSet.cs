using System.Collections.Immutable;
using ImageShare.Core.Sdp.Attributes;

namespace ImageShare.Core.Sdp;

/// <summary>
/// The fingerprints that hold for one media section, and the certificate they stand for (RFC 8122 §5): the section's own when it has any, else the
/// session's; among them those of the strongest hash function, and one of these must match (§5.1).
/// </summary>
public sealed class FingerprintSet
{
    private readonly ImmutableArray<Fingerprint> _strongest;

    private FingerprintSet(bool isPresent, ImmutableArray<Fingerprint> strongest)
    {
        IsPresent = isPresent;
        _strongest = strongest;
    }

    /// <summary>Whether there is any <c>a=fingerprint</c>, be it one that cannot be used.</summary>
    public bool IsPresent { get; }

    /// <summary>Whether a certificate can be verified by it.</summary>
    public bool IsUsable => !_strongest.IsEmpty;

    /// <summary>Collects the fingerprints of a section.</summary>
    /// <param name="session">The description.</param>
    /// <param name="media">The section of it.</param>
    /// <param name="acceptsSha1">Whether SHA-1 counts, for peers that know nothing better. MD5 and MD2 never do.</param>
    public static FingerprintSet Of(SessionDescription session, MediaDescription media, bool acceptsSha1 = false)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(media);
        bool isOwn = media.Find(SdpAttributes.FingerprintName) is not null;
        bool isPresent = isOwn || session.Find(SdpAttributes.FingerprintName) is not null;
        var usable = new List<Fingerprint>();
        foreach (SdpAttribute attribute in isOwn ? media.Attributes : session.Attributes)
        {
            if (attribute.Is(SdpAttributes.FingerprintName) && attribute.Meaning is Fingerprint { IsUsable: true } value
                && (acceptsSha1 || !value.IsSha1))
            {
                usable.Add(value);
            }
        }

        int strongest = usable.Count == 0 ? -1 : usable.Max(static f => f.Strength);
        return new FingerprintSet(isPresent, [.. usable.Where(f => f.Strength == strongest)]);
    }

    /// <summary>Whether a certificate is the one meant; never when nothing here can be used.</summary>
    /// <param name="certificate">Its DER octets.</param>
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
