using System.Net;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp.Sessions;

/// <summary>What one <see cref="MsrpSession"/> takes and how it answers.</summary>
public sealed record MsrpSessionOptions
{
    /// <summary>Where incoming messages go; null refuses them all with 403.</summary>
    public IMsrpMessageReceiver? Receiver { get; init; }

    /// <summary>
    /// Whether the session runs over TLS: its URI is an msrps URI then, and nothing else is dialled or let in. Needs <see cref="MsrpEndpointOptions.Tls"/>.
    /// Default false.
    /// </summary>
    public bool IsSecure { get; init; }

    /// <summary>The address this peer is told; null is the endpoint's.</summary>
    public IPAddress? AdvertisedAddress { get; init; }

    /// <summary>
    /// Asked, besides the endpoint's own policy, before this session opens a connection to an address its peer named; false refuses it. Null,
    /// the default, allows all.
    /// </summary>
    public Func<IPEndPoint, bool>? DialPolicy { get; init; }

    /// <summary>The largest incoming message in bytes, 0 or more; a larger one is refused with 413. Default: no limit.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    public long MaxMessageSize { get; init => field = OptionRange.AtLeast(0, value); } = long.MaxValue;

    /// <summary>Whether the message that is expected may have no bytes: then an empty first SEND with a type is that message, not an opening.</summary>
    internal bool MayBeEmpty { get; init; }

    /// <summary>
    /// Whether requests are refused with 481 when their From-Path does not end in the peer's own URI, once that is known. Default false: peers in
    /// the field write another one (so does RFC 5547's own example), and the session id is secret enough to identify the session.
    /// </summary>
    public bool StrictFromPath { get; init; }

    /// <summary>
    /// Whether the session is there to receive a message at once, as that of a file transfer is: one must have begun when the session was bound, and in use, for
    /// one to two <see cref="MsrpEndpointOptions.ProgressInterval"/>s, or the session ends as idle. Requests without a body, heartbeats and empty lines
    /// are no messages. Default false: a conversation may be silent.
    /// </summary>
    public bool ExpectsMessage { get; init; }

    /// <summary>How success reports are sent to a sender that asks for them.</summary>
    public MsrpSuccessReports SuccessReports { get; init; } = MsrpSuccessReports.WholeMessage;

    /// <summary>
    /// Whether the side that connects sends a SEND without a body at once (RFC 4975 §5.4). Default true: some peers fail when the first SEND
    /// on a connection carries data. The receiver of a file has to (RFC 6135 §4.2.2).
    /// </summary>
    public bool OpenWithEmptySend { get; init; } = true;
}
