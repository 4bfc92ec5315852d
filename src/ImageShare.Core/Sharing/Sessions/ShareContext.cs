using System.Net;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Net;
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

/// <summary>What all shares of one client have in common.</summary>
internal sealed class ShareContext
{
    public required ImageShareProfile Profile { get; init; }

    public required ImageShareLimits Limits { get; init; }

    /// <summary>How many redirections of an invitation are followed.</summary>
    public int FollowRedirects { get; init; }

    public required IReadOnlyList<MediaType> AcceptedTypes { get; init; }

    public required TimeProvider TimeProvider { get; init; }

    public required ILogger Log { get; init; }

    public required ISipTransport Transport { get; init; }

    public required SipUserAgent Agent { get; init; }

    public required MsrpEndpoint Msrp { get; init; }

    /// <summary>Who this side is.</summary>
    public required SipUri Identity { get; init; }

    public required IReadOnlyList<SipUri> Route { get; init; }

    public required PeerCapabilities Known { get; init; }

    /// <summary>Whose word on a caller's identity counts.</summary>
    public required TrustedHops TrustedHops { get; init; }

    public MediaSecurity MediaSecurity { get; init; }

    public bool AcceptsSha1Fingerprints { get; init; }

    /// <summary>See <see cref="ImageShareOptions.UseCema"/>.</summary>
    public bool UsesCema { get; init; }

    /// <summary>What is asked of peers' media.</summary>
    public MediaTerms Terms => field ??= new MediaTerms(Relays.Any ? MediaSecurity.Required : MediaSecurity, AcceptsSha1Fingerprints, Relays.Any);

    /// <summary>What this side's certificate is recognized by; empty without TLS, and behind relays: it is their certificates that are seen.</summary>
    public IReadOnlyList<Fingerprint> Fingerprints => field ??= Relays.Any ? [] : OwnFingerprints.Of(Msrp.Certificate);

    /// <summary>See <see cref="ImageShareOptions.MsrpRelays"/>.</summary>
    public OwnRelays Relays { get; init; } = OwnRelays.None;

    public ImsSettings Ims { get; init; } = ImsSettings.None;

    public ExtraHeaders Headers { get; init; } = ExtraHeaders.None;

    /// <summary>See <see cref="ImageShareOptions.VoiceCall"/>.</summary>
    public Func<IReadOnlyList<NameAddress>, CancellationToken?>? VoiceCall { get; init; }

    /// <summary>See <see cref="ImageShareOptions.Catalogue"/>.</summary>
    public IImageCatalogue? Catalogue { get; init; }

    public PlainOfferPeers PlainOfferPeers { get; } = new();

    /// <summary>Called once by each session that has ended.</summary>
    public required Action<ShareSession> Ended { get; init; }

    /// <summary>What the network and the application want in each query and invitation.</summary>
    public void AddOwnHeaders(SipHeaders headers, ExtraHeaders ofThisRequest)
    {
        Ims.AddTo(headers);
        Headers.AddTo(headers);
        ofThisRequest.AddTo(headers);
    }

    /// <summary>What peers are told of this side's address when it is not the bound one.</summary>
    public required IPAddress? AdvertisedAddress { get; init; }

    public required INetwork Network { get; init; }

    /// <summary>This side's address as <paramref name="destination"/> is to reach it; MSRP is advertised at the same one as SIP.</summary>
    public IPAddress AddressFor(SipDestination destination)
    {
        // A name that a certificate is for says nothing of the address MSRP is listened for on; what stands in the Via of plain SIP does.
        string host = Transport.GetSentBy(destination.Protocol == SipProtocol.Tls ? new SipDestination(destination.EndPoint, SipProtocol.Tcp) : destination).Host;
        if (IPAddress.TryParse(host, out IPAddress? address))
        {
            return address;
        }

        // A transport of the application's own may name itself as it likes.
        IPAddress bound = Msrp.LocalEndPoint.Address;
        return AdvertisedAddress
            ?? (bound.Equals(IPAddress.Any) || bound.Equals(IPAddress.IPv6Any) ? Network.GetLocalAddressFor(destination.EndPoint.Address) : bound);
    }

    /// <summary>This side's address as the sender of a request is to reach it.</summary>
    public IPAddress AddressFor(SipSource source) => AddressFor(new SipDestination(source.Remote, source.Protocol, source.Connection));

    /// <summary>Waits for work that should end soon, two seconds at most; how it ends is its own business.</summary>
    public static async Task WaitBrieflyAsync(Task work, TimeProvider time)
    {
        try
        {
            await work.WaitAsync(TimeSpan.FromSeconds(2), time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // A peer that reads no more keeps it from ending; closing the connection will.
        }
    }

    /// <summary>Where the first hop towards <paramref name="peer"/> is: the outbound proxy, or the peer itself.</summary>
    public async ValueTask<SipDestination> ResolveAsync(SipUri peer, CancellationToken cancellationToken)
    {
        SipDestination hop = await Transport.ResolveAsync(Route.Count > 0 ? Route[0] : peer, messageLength: 0, cancellationToken).ConfigureAwait(false);
        if (Route.Count > 0)
        {
            TrustedHops.Learn(hop);
        }

        return hop;
    }
}
