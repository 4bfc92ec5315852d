using ImageShare.Core.Sip;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing;

/// <summary>The capabilities of a peer, from its answer to OPTIONS (IR.79 §3.3).</summary>
public sealed record ImageShareCapabilities
{
    /// <summary>
    /// Whether the peer can share images, as far as its answer says. The answer is inconclusive (Unknown) if it is a 200 without service tags
    /// and SDP, as sent by proxies on behalf of others and by some clients, or a redirection, 401 or 407, because the query then did not
    /// reach the peer.
    /// </summary>
    public ImageShareSupport Support => Evidence is not CapabilityEvidence.None ? ImageShareSupport.Yes
        : SaysNothing || IsRedirected || SipStatus is 401 or 407 ? ImageShareSupport.Unknown
        : ImageShareSupport.No;

    /// <summary>Whether the peer is known to support Image Share. False if it does not, or if that is unknown (<see cref="Support"/>).</summary>
    public bool CanShareImages => Support is ImageShareSupport.Yes;

    /// <summary>The evidence for the decision.</summary>
    public CapabilityEvidence Evidence { get; init; }

    /// <summary>The types listed in the peer's SDP, including <c>*</c>. Empty if the answer had no SDP, in which case the types are unknown.</summary>
    public IReadOnlyList<string> AcceptedTypes { get; init; } = [];

    /// <summary>
    /// The types the peer accepts only when wrapped, usually inside <c>message/cpim</c> (<c>a=accept-wrapped-types</c>, RFC 4975 §8.6),
    /// including <c>*</c>. Empty if it named none.
    /// </summary>
    public IReadOnlyList<string> AcceptedWrappedTypes { get; init; } = [];

    /// <summary>The largest image the peer accepts, in bytes (<c>a=max-size</c>), or null if it did not say.</summary>
    public long? MaxSize { get; init; }

    /// <summary>
    /// Whether images can be fetched from the peer (<see cref="ImageShareClient.FetchAsync"/>): true for <c>a=sendrecv</c> or
    /// <c>a=sendonly</c> in its SDP, false for <c>a=recvonly</c>. Null if it does not say, which is usual: RFC 5547 §8.5 does not define how
    /// to.
    /// </summary>
    public bool? ServesImages { get; init; }

    /// <summary>The SIP status code of the answer.</summary>
    public int SipStatus { get; init; }

    /// <summary>The peer's software (User-Agent or Server), or null.</summary>
    public string? Software { get; init; }

    /// <summary>The new addresses of the peer after a redirection (SIP 3xx), in order of preference; otherwise empty.</summary>
    public IReadOnlyList<SipUri> RedirectedTo { get; init; } = [];

    /// <summary>
    /// For a query that did not reach the peer: a message for users that says why and what to do next. The query was answered with a 401 or
    /// 407 that could not be answered, or with a redirection that was not followed. Null for any other answer.
    /// </summary>
    public string? Message { get; init; }

    /// <summary>Whether the query reached the peer.</summary>
    internal bool IsAnswered => SipStatus is not (401 or 407) && !IsRedirected;

    /// <summary>Whether the answer was a redirection.</summary>
    internal bool IsRedirected => SipStatus is >= 300 and < 400;

    /// <summary>Whether the answer was a 200 that says nothing about the peer's capabilities.</summary>
    internal bool SaysNothing { get; init; }

    /// <summary>
    /// Whether the peer accepts images of <paramref name="type"/>, bare or inside <c>message/cpim</c>. If its types are unknown, it is
    /// assumed to accept all.
    /// </summary>
    public bool Accepts(MediaType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return AcceptedTypes.Count == 0 || Covers(AcceptedTypes, type) || (Covers(AcceptedTypes, Containers.Cpim) && Covers(AcceptedWrappedTypes, type));
    }

    private static bool Covers(IReadOnlyList<string> entries, MediaType type)
    {
        foreach (string entry in entries)
        {
            ReadOnlySpan<char> top = entry.AsSpan(0, Math.Max(0, entry.IndexOf('/')));
            ReadOnlySpan<char> sub = entry.AsSpan(Math.Min(entry.Length, top.Length + 1));
            if (entry is "*" || (top.Equals(type.Type, StringComparison.OrdinalIgnoreCase) && (sub is "*" || sub.Equals(type.Subtype, StringComparison.OrdinalIgnoreCase))))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>Whether a peer can share images.</summary>
public enum ImageShareSupport
{
    /// <summary>No: the answer lists its capabilities without Image Share, or refuses the query (IR.79 §3.3).</summary>
    No,

    /// <summary>Yes.</summary>
    Yes,

    /// <summary>The answer does not say. Only an invitation will tell.</summary>
    Unknown,
}

/// <summary>The evidence that a peer can share images.</summary>
public enum CapabilityEvidence
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>The Image Share IARI in its Contact.</summary>
    Iari,

    /// <summary>An <c>m=message</c> section with <c>a=file-selector</c> and an image type (RFC 5547 §8.5).</summary>
    Sdp,

    /// <summary>Both of them.</summary>
    IariAndSdp,
}
