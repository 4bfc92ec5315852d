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
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImageShare.Core;

/// <summary>What an <see cref="ImageShareClient"/> is to be. Only <see cref="Identity"/> has no default.</summary>
public sealed record ImageShareOptions
{
    /// <summary>Who this client is: the address in From of what it sends, for example <c>sip:alice@ims.example</c>.</summary>
    public required SipUri Identity { get; init; }

    /// <summary>The name shown to the other side, or null for none.</summary>
    public string? DisplayName { get; init; }

    /// <summary>
    /// Where SIP is listened for, UDP and TCP on the same port. Default 127.0.0.1 and a free port: nobody but this machine
    /// reaches it until you choose an address. A client that only sends can leave the port 0.
    /// </summary>
    public IPEndPoint LocalEndPoint { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>The port MSRP is listened for on, at the address of <see cref="LocalEndPoint"/>; 0 takes a free one.</summary>
    public int MsrpPort { get; init; }

    /// <summary>
    /// The address peers are told to use, in Via, Contact, SDP and MSRP paths, when it is not the one bound: a public address in
    /// front of this machine. Null takes the bound address, or the one that leads to the peer when all addresses are bound.
    /// </summary>
    public IPAddress? AdvertisedAddress { get; init; }

    /// <summary>
    /// The hops every request outside a dialog goes through first, in order: the outbound proxy (P-CSCF, RFC 3261 §8.1.2). The service route
    /// of a registration follows it (<see cref="ImsSettings.ServiceRoute"/>). Give each an <c>lr</c> parameter. Empty sends straight to the peer.
    /// </summary>
    public IReadOnlyList<SipUri> Route { get; init; } = [];

    /// <summary>What an IMS network wants of its phones: service route, preferred identity and service, access network, privacy. Default nothing.</summary>
    public ImsSettings Ims { get; init; } = ImsSettings.None;

    /// <summary>Header fields for every capability query and every invitation. Default none.</summary>
    public ExtraHeaders Headers { get; init; } = ExtraHeaders.None;

    /// <summary>
    /// Ties incoming shares to voice calls, as networks do that offer Image Share only during one (IR.79 §3.4). Asked with the identities the
    /// network asserts of an inviting caller (P-Asserted-Identity by a trusted proxy, perhaps none): returns a token that is cancelled when the call with that
    /// caller ends, and the share with it; null when there is no such call, and the invitation is refused with 606. Called on the SIP loop:
    /// must not block. Default null: no call is needed.
    /// </summary>
    public Func<IReadOnlyList<NameAddress>, CancellationToken?>? VoiceCall { get; init; }

    /// <summary>
    /// The images that peers may fetch from this client (<see cref="ImageShareClient.FetchAsync"/> on their side); see <see cref="ImageCatalogue.FromDirectory"/>. Null, the
    /// default, serves nothing: such requests get 488.
    /// </summary>
    public IImageCatalogue? Catalogue { get; init; }

    /// <summary>Which transport SIP requests take. Default: UDP, or TCP above 1300 octets (RFC 3261 §18.1.1).</summary>
    public SipTransportChoice Transport { get; init; } = SipTransportChoice.BySize;

    /// <summary>
    /// TLS for SIP: trust for the servers connected to, and the certificate of this side. With a certificate, TLS is listened for too; without
    /// one, peers can only use the connections this side opens. Default: the machine's trust and no certificate.
    /// </summary>
    public TlsOptions Tls { get; init; } = TlsOptions.Default;

    /// <summary>The port SIP over TLS is listened for on, at the address of <see cref="LocalEndPoint"/>; 0 takes a free one.</summary>
    public int TlsPort { get; init; }

    /// <summary>The host name the certificate is for, when it is not for the address: written in Via and Contact of SIP over TLS. Peers must be able to resolve it.</summary>
    public string? TlsHost { get; init; }

    /// <summary>
    /// Whether images travel over TLS. Default <see cref="Sharing.MediaSecurity.None"/>, as in IR.79. The protection is that of the SIP
    /// signalling: use SIP over TLS with it.
    /// </summary>
    public MediaSecurity MediaSecurity { get; init; } = MediaSecurity.None;

    /// <summary>
    /// TLS for MSRP. Without a certificate of its own, the client makes one for its lifetime, which peers recognize by its fingerprint in SDP. The trusted roots
    /// count for peers that name no fingerprint. Default: a made certificate, and the machine's trust.
    /// </summary>
    public TlsOptions MediaTls { get; init; } = TlsOptions.Default;

    /// <summary>
    /// The MSRP relays of this side (RFC 4976), from the nearest to the outermost. Each share, sent or received, logs in at them and tells its peer the way through
    /// them. Images then always travel over TLS, whatever <see cref="MediaSecurity"/> says, and an offer without TLS is refused: relays speak nothing else. The first
    /// relay is recognized by its certificate and the roots of <see cref="MediaTls"/>. Default none.
    /// </summary>
    public IReadOnlyList<MsrpRelay> MsrpRelays { get; init; } = [];

    /// <summary>The port MSRP over TLS is listened for on, at the address of <see cref="LocalEndPoint"/>; 0 takes a free one.</summary>
    public int MediaTlsPort { get; init; }

    /// <summary>Whether a peer may be recognized by a SHA-1 fingerprint when it names no better one. Default false: SHA-1 can be forged.</summary>
    public bool AcceptSha1Fingerprints { get; init; }

    /// <summary>
    /// Whether middleboxes of the network may anchor the media without understanding MSRP (CEMA, RFC 6714): this side then connects to the address in c= and m=,
    /// and refuses offers whose address was changed by somebody they do not reckon with. Default false: only the MSRP path counts (RFC 4975 §8.1).
    /// </summary>
    public bool UseCema { get; init; }

    /// <summary>
    /// After how long a silent SIP connection of this side asks the peer for a sign of life (RFC 5626 §4.4.1), dropping it when none comes in 10 s.
    /// For registrars and proxies that ask for keep-alives. Null (the default) never asks.
    /// </summary>
    public TimeSpan? SipKeepAlive { get; init; }

    /// <summary>
    /// Whether SIP messages leave with compact header names, such as <c>v</c> for Via (RFC 3261 §7.3.3): more of them fit into a UDP datagram.
    /// Default false, the names people can read.
    /// </summary>
    public bool CompactHeaders { get; init; }

    /// <summary>
    /// What carries SIP in place of the library's own UDP, TCP and TLS: an application with a SIP stack of its own gives it here. The client starts
    /// it; whoever made it disposes of it, after the client. Null (the default) is the library's own. With one, <see cref="LocalEndPoint"/> is for MSRP
    /// only, and the options about TLS and transports mean nothing.
    /// </summary>
    public ISipTransport? CustomSipTransport { get; init; }

    /// <summary>
    /// Whether MSRP sessions are found by their session ids alone (<see cref="MsrpEndpointOptions.MatchesBySessionId"/>): for networks whose border controllers
    /// rewrite the hosts in paths. Default false, as RFC 4975 §6.1 has it.
    /// </summary>
    public bool MatchesMsrpBySessionId { get; init; }

    /// <summary>
    /// How many redirections (SIP 3xx) of an invitation or a capability query are followed, one behind the other (RFC 3261 §8.1.3.4). Never from sips to sip, never to an address that was
    /// tried before. Default 0: a redirection ends the share or the query, and <see cref="ImageShareResult.RedirectedTo"/> or
    /// <see cref="ImageShareCapabilities.RedirectedTo"/> says where the peer is to be found.
    /// </summary>
    public int FollowRedirects { get; init; }

    /// <summary>User and password for digest challenges (RFC 3261 §22), or null to answer none.</summary>
    public SipCredentials? Credentials { get; init; }

    /// <summary>The dialect written. Default <see cref="ImageShareProfile.Rcs2"/>.</summary>
    public ImageShareProfile Profile { get; init; } = ImageShareProfile.Rcs2;

    /// <summary>Sizes and times.</summary>
    public ImageShareLimits Limits { get; init; } = ImageShareLimits.Default;

    /// <summary>
    /// The image types taken and announced. image/jpeg is always among them (IR.79 §3.6). Default: JPEG, GIF, BMP, PNG, WebP, HEIC.
    /// The octets are carried, never decoded.
    /// </summary>
    public IReadOnlyList<MediaType> AcceptedTypes { get; init; } = ImageShareDefaults.AcceptedTypes;

    /// <summary>The name of the software in User-Agent. Default: this library and its version.</summary>
    public string UserAgent { get; init; } = ImageShareDefaults.UserAgent;

    /// <summary>Told of every SIP message and MSRP chunk as it leaves or arrives, on the thread that carries it; null traces nothing.</summary>
    public Action<ImageShareTraceEvent>? Trace { get; init; }

    /// <summary>Where logs go. Default nowhere. Nothing personal is logged above Trace level.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The clock behind every timer.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>What carries the octets. Default the machine's network; an <see cref="InMemoryNetwork"/> for tests.</summary>
    public INetwork Network { get; init; } = SystemNetwork.Instance;
}
