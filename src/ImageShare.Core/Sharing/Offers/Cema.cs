using System.Net;
using ImageShare.Core.Sdp.Attributes;

namespace ImageShare.Core.Sharing.Offers;

/// <summary>How the offerer connects after the answer (RFC 6714 §4.2).</summary>
internal enum CemaCourse
{
    /// <summary>To the address in the peer's MSRP path (RFC 4975).</summary>
    Path,

    /// <summary>To the address in the c= and m= lines; the messages still use the path.</summary>
    MediaLine,

    /// <summary>A middlebox must act as an MSRP endpoint: send a new offer without the extension.</summary>
    OfferAgain,
}

/// <summary>How the answerer replies (RFC 6714 §4.3).</summary>
internal enum CemaReply
{
    /// <summary>Refuse: a middlebox changed the address, but the offerer does not support CEMA.</summary>
    Refuse,

    /// <summary>Answer without the extension.</summary>
    Without,

    /// <summary>Answer with the extension.</summary>
    With,
}

/// <summary>
/// Connection Establishment for Media Anchoring (CEMA, RFC 6714): the address in c= and m= may belong to a middlebox that forwards MSRP
/// without understanding it. Contains the decision tables of both sides.
/// </summary>
internal static class Cema
{
    private const int DiscardPort = 9;

    /// <summary>The decision of the offerer.</summary>
    /// <param name="answered">Whether the answer has <c>a=msrp-cema</c>.</param>
    /// <param name="matches">Whether its c= and m= lines match an address of its path.</param>
    /// <param name="isActive">Whether this side opens the connection.</param>
    /// <param name="hasRelay">Whether this side uses a relay.</param>
    /// <param name="peerHasRelay">Whether the peer uses a relay: its path has several URIs.</param>
    public static CemaCourse AfterAnswer(bool answered, bool matches, bool isActive, bool hasRelay, bool peerHasRelay) =>
        matches ? CemaCourse.Path
        : !answered && (!isActive || hasRelay || peerHasRelay) ? CemaCourse.OfferAgain
        : isActive && !hasRelay ? CemaCourse.MediaLine
        : CemaCourse.Path;

    /// <summary>The decision of the answerer.</summary>
    /// <param name="offered">Whether the offer has <c>a=msrp-cema</c>.</param>
    /// <param name="matches">Whether its c= and m= lines match an address of its path.</param>
    /// <param name="setup">The a=setup value of the offer.</param>
    /// <param name="hasRelay">Whether this side uses a relay.</param>
    /// <param name="peerHasRelay">Whether the peer uses a relay.</param>
    public static CemaReply ToOffer(bool offered, bool matches, SetupRole? setup, bool hasRelay, bool peerHasRelay) =>
        !offered && !matches ? CemaReply.Refuse
        : (hasRelay && peerHasRelay)
            || (peerHasRelay && setup is null or SetupRole.Active or SetupRole.HoldConn)
            || (hasRelay && setup is SetupRole.Passive) ? CemaReply.Without
        : CemaReply.With;

    /// <summary>
    /// Whether the address and port of a section match its path (RFC 6714 §4.4), compared as IP addresses. A side that only connects uses the
    /// discard port (RFC 6135 §4.2.2), which is not an address of its path or of a middlebox.
    /// </summary>
    public static bool Matches(IReadOnlyList<IPAddress> addresses, int port, IEnumerable<IPEndPoint> path, SetupRole? setup) =>
        (port == DiscardPort && setup is SetupRole.Active)
        || path.Any(uri => uri.Port == port && addresses.Any(a => Plain(a).Equals(Plain(uri.Address))));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
