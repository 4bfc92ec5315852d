using System.Net;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Msrp.Relays;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Names;
using ImageShare.Core.Sip.Registration;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImageShare.Core;

/// <summary>The options of an <see cref="ImageShareClient"/>. Only <see cref="Identity"/> is required.</summary>
public sealed record ImageShareOptions
{
    // A configuration binder fills the object it finds in a property. So no default here is one that others have too, such as ImageShareLimits.Default.

    /// <summary>The SIP address of the user, sent in From; for example <c>sip:alice@ims.example</c>.</summary>
    public required SipUri Identity { get; init; }

    /// <summary>The display name shown to peers, or null.</summary>
    public string? DisplayName { get; init; }

    /// <summary>
    /// The address and port to listen on for SIP, over both UDP and TCP. Default 127.0.0.1 and a free port, so only this machine can reach
    /// the client until another address is set. A client that only sends can leave the port at 0.
    /// </summary>
    public IPEndPoint LocalEndPoint { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>The port to listen on for MSRP, at the address of <see cref="LocalEndPoint"/>. 0 (the default) picks a free port.</summary>
    public int MsrpPort { get; init; }

    /// <summary>
    /// The address or host name, and the ports, to advertise in Via, Contact, SDP and MSRP paths where they differ from the bound ones, such as
    /// those of a NAT that forwards ports to this client. Null (the default) uses the bound address and ports, or the local address of the route
    /// to the peer if all addresses are bound.
    /// </summary>
    public AdvertisedAddress? Advertised { get; init; }

    /// <summary>
    /// Whether Contact contains the address and port at which the registrar saw this client (<c>received</c> and <c>rport</c>; RFC 3581), if they
    /// are not its own, so that requests of its peers pass a NAT. For registrars and proxies that do not send requests over the flow of the
    /// registration. Has no effect on <see cref="AdvertisedAddress.Host"/>. Default false.
    /// </summary>
    public bool UseLearntAddress { get; init; }

    /// <summary>
    /// The proxies through which every request outside a dialog is sent, in order: usually the outbound proxy (P-CSCF, RFC 3261 §8.1.2). The
    /// service route of a registration follows (<see cref="ImsSettings.ServiceRoute"/>). Add an <c>lr</c> parameter to each. Empty (the
    /// default) sends directly to the peer.
    /// </summary>
    public IReadOnlyList<SipUri> Route { get; init; } = [];

    /// <summary>
    /// Registers the client at the registrar of its provider, so that peers reach it by its identity: from the start until it is disposed of. The start does not
    /// wait for the outcome: see <see cref="ImageShareClient.Registration"/> and <see cref="ImageShareClient.RegisterAsync"/>. Needs <see cref="LocalEndPoint"/> on an
    /// address the registrar can reach, and usually <see cref="Credentials"/>. Null (the default) does not register.
    /// </summary>
    public SipRegistrationOptions? Registration { get; init; }

    /// <summary>Settings for IMS networks: service route, preferred identity and service, access network, privacy. Default none.</summary>
    public ImsSettings Ims { get; init; } = new();

    /// <summary>Extra header fields for every capability query and invitation. Default none.</summary>
    public ExtraHeaders Headers { get; init; } = ExtraHeaders.None;

    /// <summary>
    /// Ties incoming shares to voice calls, for networks that offer Image Share only during a call (IR.79 §3.4). The function receives the
    /// caller's asserted identities (P-Asserted-Identity from a trusted proxy, possibly none). It returns a token that is cancelled when the
    /// call with that caller ends, which also ends the share, or null if there is no such call, in which case the invitation is refused with
    /// 606. It runs on the SIP loop and must not block. Null (the default) requires no call.
    /// </summary>
    public Func<IReadOnlyList<NameAddress>, CancellationToken?>? VoiceCall { get; init; }

    /// <summary>
    /// The images that peers may fetch from this client with <see cref="ImageShareClient.FetchAsync"/>; see <see
    /// cref="ImageCatalogue.FromDirectory"/>. Null (the default) serves none and refuses such requests with 488.
    /// </summary>
    public IImageCatalogue? Catalogue { get; init; }

    /// <summary>The transport for SIP requests. Default: UDP, or TCP above 1300 bytes (RFC 3261 §18.1.1).</summary>
    public SipTransportChoice Transport { get; init; } = SipTransportChoice.BySize;

    /// <summary>
    /// TLS settings for SIP: the trusted roots for servers, and the certificate of this side. With a certificate, the client also listens for
    /// TLS; without one, peers can only use connections opened by this side. Default: the machine's trusted roots and no certificate.
    /// </summary>
    public TlsOptions SipTls { get; init; } = new();

    /// <summary>The port to listen on for SIP over TLS, at the address of <see cref="LocalEndPoint"/>. 0 (the default) picks a free port.</summary>
    public int SipTlsPort { get; init; }

    /// <summary>
    /// The host name in the certificate, if it is not issued for the address. It is written in Via and Contact of SIP over TLS, so peers must
    /// be able to resolve it.
    /// </summary>
    public string? SipTlsHost { get; init; }

    /// <summary>
    /// Whether images are sent over TLS. Default <see cref="Sharing.MsrpSecurity.None"/>, as in IR.79. This is only as secure as the SIP
    /// signalling, so use SIP over TLS with it.
    /// </summary>
    public MsrpSecurity MsrpSecurity { get; init; } = MsrpSecurity.None;

    /// <summary>
    /// TLS settings for MSRP. Without a certificate, the client creates one for its lifetime, which peers verify by its fingerprint in SDP.
    /// The trusted roots apply to peers that send no fingerprint. Default: a generated certificate and the machine's trusted roots.
    /// </summary>
    public TlsOptions MsrpTls { get; init; } = new();

    /// <summary>
    /// The MSRP relays of this side (RFC 4976), from nearest to outermost. Each share, sent or received, authenticates with them and gives
    /// its peer the path through them. Relays only speak TLS, so images always use TLS, whatever <see cref="MsrpSecurity"/> says, and offers
    /// without TLS are refused. The certificate of the first relay is verified with the roots of <see cref="MsrpTls"/>. Default none.
    /// </summary>
    public IReadOnlyList<MsrpRelay> MsrpRelays { get; init; } = [];

    /// <summary>The port to listen on for MSRP over TLS, at the address of <see cref="LocalEndPoint"/>. 0 (the default) picks a free port.</summary>
    public int MsrpTlsPort { get; init; }

    /// <summary>Whether to accept a SHA-1 fingerprint from a peer that sends no stronger one. Default false: SHA-1 can be forged.</summary>
    public bool AcceptSha1Fingerprints { get; init; }

    /// <summary>
    /// Whether to support middleboxes that anchor media without understanding MSRP (CEMA, RFC 6714): this side then connects to the address
    /// in c= and m=, and refuses an offer whose address was changed although the offerer does not support CEMA. Default false: only the MSRP
    /// path counts (RFC 4975 §8.1).
    /// </summary>
    public bool UseCema { get; init; }

    /// <summary>
    /// The idle time after which a keep-alive is sent on a SIP connection opened by this side (RFC 5626 §4.4.1); the connection is dropped if
    /// there is no response within 10 seconds. For registrars and proxies that require keep-alives. Null (the default) sends none.
    /// </summary>
    public TimeSpan? SipKeepAlive { get; init; }

    /// <summary>
    /// The interval after which an MSRP connection on which this side has sent nothing gets a SEND without a body (RFC 4975 §7.1), so that a NAT does
    /// not forget it while a share waits, for example for a slow source: 5 seconds to 7 days, and less than the time the NAT remembers. It prolongs no
    /// timeout of this side. Null (the default) sends none.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is out of that range.</exception>
    public TimeSpan? MsrpKeepAlive { get; init => field = value is { } time ? OptionRange.TimeAtLeast(MsrpEndpointOptions.LeastKeepAlive, time) : null; }

    /// <summary>
    /// Whether to write compact header names, such as <c>v</c> for Via (RFC 3261 §7.3.3), so that more messages fit into a UDP datagram.
    /// Default false.
    /// </summary>
    public bool UseCompactForm { get; init; }

    /// <summary>
    /// A custom SIP transport for applications that have their own SIP stack, instead of the library's UDP, TCP and TLS. The client starts
    /// it; the application disposes of it, after the client. Null (the default) uses the library's transport. With a custom transport, <see
    /// cref="LocalEndPoint"/> applies to MSRP only, and the TLS and transport options for SIP have no effect.
    /// </summary>
    public ISipTransport? CustomSipTransport { get; init; }

    /// <summary>
    /// Who is asked for the DNS records by which SIP servers are found (RFC 3263): NAPTR, SRV and addresses. Null (the default) asks the name servers of the machine;
    /// with a <see cref="Network"/> other than <see cref="SystemNetwork"/>, only that network is asked, for addresses. Use a <see cref="DnsSipResolver"/> for
    /// other name servers, and an <see cref="InMemorySipResolver"/> for tests. Hosts of MSRP are always looked up by the network.
    /// </summary>
    public ISipResolver? Resolver { get; init; }

    /// <summary>
    /// Whether MSRP sessions are matched by session id alone (<see cref="MsrpEndpointOptions.MatchBySessionId"/>), for networks whose
    /// border controllers rewrite the hosts in paths. Default false, as RFC 4975 §6.1 requires.
    /// </summary>
    public bool MatchMsrpBySessionId { get; init; }

    /// <summary>
    /// How many consecutive redirections (SIP 3xx) of an invitation to follow (RFC 3261 §8.1.3.4). A redirection from sips to sip, or to an
    /// address already tried, is never followed. Default 0: a redirection ends the share, and <see cref="ImageShareResult.RedirectedTo"/>
    /// contains the new addresses.
    /// </summary>
    public int FollowRedirects { get; init; }

    /// <summary>The user name and password for digest challenges (RFC 3261 §22). Null (the default) answers none.</summary>
    public SipCredentials? Credentials { get; init; }

    /// <summary>The protocol profile, which decides how messages are written. Default <see cref="ImageShareProfile.Rcs2"/>.</summary>
    public ImageShareProfile Profile { get; init; } = ImageShareProfile.Rcs2 with { };

    /// <summary>Size limits and timeouts.</summary>
    public ImageShareLimits Limits { get; init; } = new();

    /// <summary>
    /// The image types that are accepted and announced. image/jpeg is always included (IR.79 §3.6). Default: JPEG, GIF, BMP, PNG, WebP, HEIC.
    /// Images are never decoded.
    /// </summary>
    public IReadOnlyList<MediaType> AcceptedTypes { get; init; } = ImageShareDefaults.AcceptedTypes;

    /// <summary>The software name in User-Agent. Default: this library and its version.</summary>
    public string UserAgent { get; init; } = ImageShareDefaults.UserAgent;

    /// <summary>
    /// Called for every SIP message and MSRP chunk as it is sent or received, on the thread that handles it, so it must not block. Null (the
    /// default) for no tracing.
    /// </summary>
    public Action<ImageShareTraceEvent>? Trace { get; init; }

    /// <summary>
    /// Whether <see cref="Trace"/> is given the image: <see cref="ImageShareTraceEvent.Body"/> of MSRP chunks. Default false. It costs a copy of each chunk.
    /// </summary>
    public bool TraceBodies { get; init; }

    /// <summary>
    /// Whether the activities of <see cref="ImageShareTelemetry.ActivitySourceName"/> name the peer and the file. Default false: they have the Call-ID and the transfer id.
    /// </summary>
    public bool NamesInActivities { get; init; }

    /// <summary>The logger factory. Default: no logging. Personal data is only logged at Trace level.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The clock for all timers. Default: the system clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The network. Default: the machine's network. Use an <see cref="InMemoryNetwork"/> for tests.</summary>
    public INetwork Network { get; init; } = SystemNetwork.Instance;

    /// <summary>Throws if an option that cannot be null is null, as a binder that cannot create the value leaves it.</summary>
    internal void ThrowIfIncomplete()
    {
        ThrowIfNull(Identity, nameof(Identity), "give the SIP address of the user, such as sip:alice@ims.example");
        const string Keep = "leave the default or give a value";
        ThrowIfNull(LocalEndPoint, nameof(LocalEndPoint), Keep);
        ThrowIfNull(Route, nameof(Route), Keep);
        ThrowIfNull(Ims, nameof(Ims), Keep);
        ThrowIfNull(Headers, nameof(Headers), Keep);
        ThrowIfNull(SipTls, nameof(SipTls), Keep);
        ThrowIfNull(MsrpTls, nameof(MsrpTls), Keep);
        ThrowIfNull(MsrpRelays, nameof(MsrpRelays), Keep);
        ThrowIfNull(Profile, nameof(Profile), Keep);
        ThrowIfNull(Limits, nameof(Limits), Keep);
        ThrowIfNull(AcceptedTypes, nameof(AcceptedTypes), Keep);
        ThrowIfNull(UserAgent, nameof(UserAgent), Keep);
        ThrowIfNull(LoggerFactory, nameof(LoggerFactory), Keep);
        ThrowIfNull(TimeProvider, nameof(TimeProvider), Keep);
        ThrowIfNull(Network, nameof(Network), Keep);
    }

    private static void ThrowIfNull(object? value, string name, string advice)
    {
        if (value is null)
        {
            throw new ImageShareException(ImageShareError.InvalidValue, $"ImageShareOptions.{name} is not set; {advice}.");
        }
    }
}
