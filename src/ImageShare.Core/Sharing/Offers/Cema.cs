using System.Net;
using ImageShare.Core.Sdp.Attributes;

namespace ImageShare.Core.Sharing.Offers;

/// <summary>What the offerer does about media anchored by a middlebox, once the answer is there (RFC 6714 §4.2).</summary>
internal enum CemaCourse
{
    /// <summary>The path says where the peer is (RFC 4975).</summary>
    Path,

    /// <summary>The c= and m= lines say where to connect; the path stays in the messages.</summary>
    MediaLine,

    /// <summary>A middlebox has to join in for real: the offer is made again without the extension.</summary>
    OfferAgain,
}

/// <summary>What the answerer does about it (RFC 6714 §4.3).</summary>
internal enum CemaReply
{
    /// <summary>Refused: a middlebox has changed the address and the offerer does not reckon with one.</summary>
    Refuse,

    /// <summary>Answered without the extension.</summary>
    Without,

    /// <summary>Answered with it.</summary>
    With,
}

/// <summary>
/// Connection establishment for media anchoring (CEMA, RFC 6714): the address in c= and m= may be a middlebox's that carries MSRP without
/// understanding it. The decisions of both sides, as tables.
/// </summary>
internal static class Cema
{
    private const int DiscardPort = 9;

    /// <summary>The offerer's table.</summary>
    /// <param name="answered">Whether the answer has <c>a=msrp-cema</c>.</param>
    /// <param name="matches">Whether its c= and m= lines name an address of its path.</param>
    /// <param name="isActive">Whether this side connects.</param>
    /// <param name="hasRelay">Whether this side uses a relay.</param>
    /// <param name="peerHasRelay">Whether the peer does: its path has several URIs.</param>
    public static CemaCourse AfterAnswer(bool answered, bool matches, bool isActive, bool hasRelay, bool peerHasRelay) =>
        matches ? CemaCourse.Path
        : !answered && (!isActive || hasRelay || peerHasRelay) ? CemaCourse.OfferAgain
        : isActive && !hasRelay ? CemaCourse.MediaLine
        : CemaCourse.Path;

    /// <summary>The answerer's table.</summary>
    /// <param name="offered">Whether the offer has <c>a=msrp-cema</c>.</param>
    /// <param name="matches">Whether its c= and m= lines name an address of its path.</param>
    /// <param name="setup">Who connects, as the offer says.</param>
    /// <param name="hasRelay">Whether this side uses a relay.</param>
    /// <param name="peerHasRelay">Whether the peer does.</param>
    public static CemaReply ToOffer(bool offered, bool matches, SetupRole? setup, bool hasRelay, bool peerHasRelay) =>
        !offered && !matches ? CemaReply.Refuse
        : (hasRelay && peerHasRelay)
            || (peerHasRelay && setup is null or SetupRole.Active or SetupRole.HoldConn)
            || (hasRelay && setup is SetupRole.Passive) ? CemaReply.Without
        : CemaReply.With;

    /// <summary>
    /// Whether a section's address is one of its path (§4.4): address and port, compared as numbers. A side that only connects has nothing to be
    /// connected to and names the discard port (RFC 6135 §4.2.2): that is nobody's address, and no middlebox's either.
    /// </summary>
    public static bool Matches(IReadOnlyList<IPAddress> addresses, int port, IEnumerable<IPEndPoint> path, SetupRole? setup) =>
        (port == DiscardPort && setup is SetupRole.Active)
        || path.Any(uri => uri.Port == port && addresses.Any(a => Plain(a).Equals(Plain(uri.Address))));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
