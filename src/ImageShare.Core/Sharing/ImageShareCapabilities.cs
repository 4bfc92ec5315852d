using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sip;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing;

/// <summary>What a peer said of itself when asked with OPTIONS (IR.79 §3.3).</summary>
public sealed record ImageShareCapabilities
{
    /// <summary>
    /// Whether the peer can share images, as far as its answer says so. Unknown is what an answer leaves open that says nothing of its sender: a 200 without
    /// service tags and without SDP, as proxies give for others and some clients always do; a 401 or 407, which the question did not get past; and a redirection.
    /// </summary>
    public ImageShareSupport Support => Evidence is not CapabilityEvidence.None ? ImageShareSupport.Yes
        : SaysNothing || IsRedirected || SipStatus is 401 or 407 ? ImageShareSupport.Unknown
        : ImageShareSupport.No;

    /// <summary>Whether it is known that the peer can share images. False when it cannot, and when it is not known (<see cref="Support"/>).</summary>
    public bool CanShareImages => Support is ImageShareSupport.Yes;

    /// <summary>What the decision rests on.</summary>
    public CapabilityEvidence Evidence { get; init; }

    /// <summary>The types the peer's SDP lists, <c>*</c> included; empty when it sent no SDP, and then nothing is known.</summary>
    public IReadOnlyList<string> AcceptedTypes { get; init; } = [];

    /// <summary>
    /// The types it takes inside another one only, above all inside <c>message/cpim</c> (<c>a=accept-wrapped-types</c>, RFC 4975 §8.6), <c>*</c> included;
    /// empty when it named none.
    /// </summary>
    public IReadOnlyList<string> AcceptedWrappedTypes { get; init; } = [];

    /// <summary>The largest image in octets the peer takes (<c>a=max-size</c>), or null when it did not say.</summary>
    public long? MaxSize { get; init; }

    /// <summary>
    /// Whether images can be fetched from the peer (<see cref="ImageShareClient.FetchAsync"/>), as far as its SDP says so: <c>a=sendrecv</c> or
    /// <c>a=sendonly</c> that it serves some, <c>a=recvonly</c> that it does not. Null when it says nothing, as most do: RFC 5547 §8.5 knows no words for it.
    /// </summary>
    public bool? ServesImages { get; init; }

    /// <summary>The SIP status of the answer.</summary>
    public int SipStatus { get; init; }

    /// <summary>The peer's software, if it named it (User-Agent or Server).</summary>
    public string? Software { get; init; }

    /// <summary>Where a redirection (SIP 3xx) says that the peer is to be found, the most wanted first; empty for every other answer.</summary>
    public IReadOnlyList<SipUri> RedirectedTo { get; init; } = [];

    /// <summary>
    /// A sentence for a person about a question that did not reach the peer: a 401 or 407 that could not be answered, or a redirection that was not followed. Why, and
    /// what to do next. Null for any other answer.
    /// </summary>
    public string? Message { get; init; }

    /// <summary>Whether the question got through.</summary>
    internal bool IsAnswered => SipStatus is not (401 or 407) && !IsRedirected;

    /// <summary>Whether the answer was that the peer is elsewhere.</summary>
    internal bool IsRedirected => SipStatus is >= 300 and < 400;

    /// <summary>Whether it was a 200 that says nothing of what its sender can do.</summary>
    internal bool SaysNothing { get; init; }

    /// <summary>Whether the peer takes images of <paramref name="type"/>, alone or inside <c>message/cpim</c>, as far as it is known: an unknown list takes everything.</summary>
    public bool Accepts(MediaType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return Containers.TypeToSend(ListOf(AcceptedTypes), ListOf(AcceptedWrappedTypes), type) is { } sent && (sent == type || sent == Containers.Cpim);

        static AcceptedTypes? ListOf(IReadOnlyList<string> types) => types.Count == 0 ? null : Sdp.Attributes.AcceptedTypes.Parse(string.Join(' ', types));
    }
}

/// <summary>Whether a peer can share images.</summary>
public enum ImageShareSupport
{
    /// <summary>It cannot: it says what it can do, and this is not part of it, or it refuses to be asked (IR.79 §3.3).</summary>
    No,

    /// <summary>It can.</summary>
    Yes,

    /// <summary>Its answer leaves it open. An invitation shows it.</summary>
    Unknown,
}

/// <summary>What shows that a peer can share images.</summary>
public enum CapabilityEvidence
{
    /// <summary>Nothing does.</summary>
    None,

    /// <summary>The Image Share IARI in its Contact.</summary>
    Iari,

    /// <summary>An <c>m=message</c> section with <c>a=file-selector</c> and an image type (RFC 5547 §8.5).</summary>
    Sdp,

    /// <summary>Both of them.</summary>
    IariAndSdp,
}
