using System.Net;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;
using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp.Sessions;

/// <summary>Settings of one <see cref="MsrpSession"/>.</summary>
public sealed record MsrpSessionOptions
{
    /// <summary>Receives incoming messages; null refuses them all with 403.</summary>
    public IMsrpMessageReceiver? Receiver { get; init; }

    /// <summary>
    /// Whether the session uses TLS: its URI is then an msrps URI, and connections without TLS are neither opened nor accepted. Requires
    /// <see cref="MsrpEndpointOptions.Tls"/>. Default false.
    /// </summary>
    public bool IsSecure { get; init; }

    /// <summary>The address or host name to advertise to this peer; null for the endpoint's.</summary>
    /// <exception cref="ArgumentException">It is no host name, or an address that no single host has.</exception>
    public string? AdvertisedHost { get; init => field = AdvertisedHosts.Check(value); }

    /// <summary>
    /// Called in addition to the endpoint's policy before this session opens a connection to an address from its peer; false refuses it. Null (the
    /// default) allows all.
    /// </summary>
    public Func<IPEndPoint, bool>? DialPolicy { get; init; }

    /// <summary>The largest incoming message in bytes, 0 or more; a larger one is refused with 413. Default: no limit.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    public long MaxMessageSize { get; init => field = OptionRange.AtLeast(0, value); } = long.MaxValue;

    /// <summary>
    /// Marks the log lines of the session and of the connection it is bound to, for example with the Call-ID of the SIP session it belongs to. Never sent. Null (the
    /// default) for no mark.
    /// </summary>
    public string? LogId { get; init; }

    /// <summary>Whether the expected message may be empty: then an empty first SEND with a type is that message, and not the opening of the session.</summary>
    internal bool MayBeEmpty { get; init; }

    /// <summary>
    /// Whether requests are refused with 481 if their From-Path does not end in the peer's URI, once that is known. Default false: some peers write
    /// another one (as in the example of RFC 5547), and the session id is secret enough to identify the session.
    /// </summary>
    public bool StrictFromPath { get; init; }

    /// <summary>
    /// Whether a message is expected at once, as in a file transfer: if none has begun within one to two
    /// <see cref="MsrpEndpointOptions.ProgressInterval"/>s after the session was bound, the session ends as idle. Requests without a body, heartbeats
    /// and empty lines do not count as messages. Default false: a conversation may be silent.
    /// </summary>
    public bool ExpectsMessage { get; init; }

    /// <summary>How success reports are sent to a sender that requests them.</summary>
    public MsrpSuccessReportScope SuccessReports { get; init; } = MsrpSuccessReportScope.WholeMessage;

    /// <summary>
    /// Whether the side that connects sends a SEND without a body at once (RFC 4975 §5.4). Default true: some peers fail when the first SEND
    /// on a connection carries data. The receiver of a file must (RFC 6135 §4.2.2).
    /// </summary>
    public bool OpenWithEmptySend { get; init; } = true;
}
