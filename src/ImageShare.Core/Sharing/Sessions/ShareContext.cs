using System.Net;
using System.Net.Sockets;
using ImageShare.Core.Images;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Net;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.Peers;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Text;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Sharing.Sessions;

/// <summary>The settings and services common to all shares of a client.</summary>
internal sealed class ShareContext
{
    public required ImageShareProfile Profile { get; init; }

    public required ImageShareLimits Limits { get; init; }

    /// <summary>See <see cref="ImageShareOptions.FollowRedirects"/>.</summary>
    public int FollowRedirects { get; init; }

    public required IReadOnlyList<MediaType> AcceptedTypes { get; init; }

    /// <summary>The same as this side lists them.</summary>
    public AcceptedTypes Accepted => field ??= new AcceptedTypes(AcceptedTypes);

    /// <summary>The same as a receiver lists them, with the containers around them.</summary>
    public AcceptedTypes AcceptedWithContainers => field ??= Containers.With(AcceptedTypes);

    /// <summary>The feature parameters of the profile.</summary>
    public ServiceTags Tags => field ??= new ServiceTags(Profile);

    public required TimeProvider TimeProvider { get; init; }

    public required ILogger Log { get; init; }

    /// <summary>See <see cref="ImageShareOptions.NamesInActivities"/>.</summary>
    public bool NamesInActivities { get; init; }

    public required ISipTransport Transport { get; init; }

    public required SipUserAgent Agent { get; init; }

    public required MsrpEndpoint Msrp { get; init; }

    /// <summary>The identity of this side.</summary>
    public required SipUri Identity { get; init; }

    /// <summary>The route of requests outside a session: the outbound proxy and the service route of the registration.</summary>
    public IReadOnlyList<SipUri> Route => Agent.Route;

    public required PeerCapabilities Known { get; init; }

    /// <summary>The proxies whose asserted identities are trusted.</summary>
    public required TrustedHops TrustedHops { get; init; }

    public MsrpSecurity MsrpSecurity { get; init; }

    public bool AcceptsSha1Fingerprints { get; init; }

    /// <summary>See <see cref="ImageShareOptions.UseCema"/>.</summary>
    public bool UsesCema { get; init; }

    /// <summary>The requirements for peers' media sections.</summary>
    public MediaTerms Terms => field ??= new MediaTerms(Relays.Any ? MsrpSecurity.Required : MsrpSecurity, AcceptsSha1Fingerprints, Relays.Any);

    /// <summary>The fingerprints of this side's certificate. Empty without TLS, and behind relays, whose certificates peers see.</summary>
    public IReadOnlyList<Fingerprint> Fingerprints => field ??= Relays.Any ? [] : OwnFingerprints.Of(Msrp.Certificate);

    /// <summary>See <see cref="ImageShareOptions.MsrpRelays"/>.</summary>
    public OwnRelays Relays { get; init; } = OwnRelays.None;

    public ImsSettings Ims { get; init; } = ImsSettings.None;

    public ExtraHeaders Headers { get; init; } = ExtraHeaders.None;

    /// <summary>See <see cref="ImageShareOptions.VoiceCall"/>.</summary>
    public Func<IReadOnlyList<NameAddress>, CancellationToken?>? VoiceCall { get; init; }

    /// <summary>See <see cref="ImageShareOptions.Catalogue"/>.</summary>
    public IImageCatalogue? Catalogue { get; init; }

    /// <summary>The files that were read before.</summary>
    public DescribedFiles DescribedFiles => field ??= new DescribedFiles(TimeProvider);

    public PlainOfferPeers PlainOfferPeers { get; } = new();

    /// <summary>Called once for each session when it has ended.</summary>
    public required Action<ShareSession> Ended { get; init; }

    /// <summary>Called once with each result, as it is published.</summary>
    public required Action<ImageShareResult> Concluded { get; init; }

    /// <summary>Adds the header fields required by the network and the application to a query or invitation.</summary>
    public void AddOwnHeaders(SipHeaders headers, ExtraHeaders ofThisRequest)
    {
        Ims.AddTo(headers);
        Headers.AddTo(headers);
        ofThisRequest.AddTo(headers);
    }

    /// <summary>The address or host name to advertise if it is not the bound one.</summary>
    public required string? AdvertisedHost { get; init; }

    /// <summary>Whether what is advertised is expected to reach this side for MSRP as well.</summary>
    public required bool AdvertisesMedia { get; init; }

    public required INetwork Network { get; init; }

    /// <summary>Whether SIP or MSRP run on something of the application's, which may block where it should not.</summary>
    public bool HasCustomNetwork => Network is not SystemNetwork || Transport is not SipTransport;

    /// <summary>The address of this side as told the peer at <paramref name="destination"/>. MSRP advertises the same one as SIP.</summary>
    public OwnAddress AddressFor(SipDestination destination)
    {
        IPAddress bound = Msrp.LocalEndPoint.Address;
        if (AdvertisedHost is { } advertised)
        {
            // A host name does not say which kind of address it has (RFC 8866 §5.7).
            var named = new ConnectionData(advertised);
            return new OwnAddress(named.IPAddress is null && bound.AddressFamily == AddressFamily.InterNetworkV6 ? named with { AddressType = "IP6" } : named, Relays.Any || AdvertisesMedia);
        }

        // The Via of SIP over TLS may contain the host name of the certificate, which says nothing about the MSRP address; the Via of plain
        // SIP contains the address. A custom transport may use any name.
        IPAddress remote = destination.EndPoint.Address;
        string host = Transport.GetSentBy(destination.Protocol == SipProtocol.Tls ? new SipDestination(destination.EndPoint, SipProtocol.Tcp) : destination).Host;
        IPAddress address = IPAddress.TryParse(host, out IPAddress? own) ? own
            : bound.Equals(IPAddress.Any) || bound.Equals(IPAddress.IPv6Any) ? Network.GetLocalAddressFor(remote)
            : bound;
        return new OwnAddress(
            new ConnectionData(address), Relays.Any || (Transport.LearntAddress is null && AddressReaches.Of(address) >= AddressReaches.Of(remote)));
    }

    /// <summary>The address of this side as told the sender of a request.</summary>
    public OwnAddress AddressFor(SipSource source) => AddressFor(new SipDestination(source.Remote, source.Protocol, source.Connection));

    /// <summary>Waits at most two seconds for work that should end soon.</summary>
    public static async Task WaitBrieflyAsync(Task work, TimeProvider time)
    {
        try
        {
            await work.WaitAsync(TimeSpan.FromSeconds(2), time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // A peer that no longer reads delays it; closing the connection ends it.
        }
    }

    /// <summary>Resolves the first hop towards <paramref name="peer"/>: the outbound proxy, or the peer itself.</summary>
    public async ValueTask<SipDestination> ResolveAsync(SipUri peer, CancellationToken cancellationToken)
    {
        IReadOnlyList<SipUri> route = Route;
        SipDestination hop = await Transport.ResolveAsync(route.Count > 0 ? route[0] : peer, messageLength: 0, cancellationToken).ConfigureAwait(false);
        if (route.Count > 0)
        {
            TrustedHops.Learn(hop);
        }

        return hop;
    }
}
