using System.Collections.Concurrent;
using System.Net;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sharing.Calls.Incoming;
using ImageShare.Core.Sharing.Peers;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Sip.UserAgents.Settings;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core;

/// <summary>Creates the parts of a client.</summary>
public sealed partial class ImageShareClient
{
    private static async Task<ImageShareClient> StartCoreAsync(ImageShareOptions options)
    {
        ILogger log = options.LoggerFactory.CreateLogger("ImageShare.Core");
        SipTransport? own = options.CustomSipTransport is not null ? null : SipTransport.Create(options.Network, new SipTransportOptions
        {
            LocalEndPoint = options.LocalEndPoint,
            AdvertisedAddress = options.AdvertisedAddress,
            Fixed = options.Transport switch
            {
                SipTransportChoice.Udp => SipProtocol.Udp,
                SipTransportChoice.Tcp => SipProtocol.Tcp,
                SipTransportChoice.Tls => SipProtocol.Tls,
                _ => null,
            },
            Tls = options.Tls,
            TlsPort = options.TlsPort,
            TlsHost = options.TlsHost,
            KeepAliveInterval = options.SipKeepAlive,
            MaxConnections = options.Limits.MaxSipConnections,
            MaxConnectionsPerSource = options.Limits.MaxSipConnectionsPerSource,
            TimeProvider = options.TimeProvider,
            Trace = TraceAdapter.ForSip(options.Trace),
            TraceUnreadable = TraceAdapter.ForUnreadableSip(options.Trace),
        });
        MsrpEndpoint? msrp = null;
        try
        {
            msrp = MsrpEndpoint.Start(options.Network, new MsrpEndpointOptions
            {
                LocalEndPoint = new IPEndPoint(options.LocalEndPoint.Address, options.MsrpPort),
                Tls = options.MediaSecurity is MediaSecurity.None && options.MsrpRelays.Count == 0 ? null : options.MediaTls,
                TlsPort = options.MediaTlsPort,
                AdvertisedAddress = options.AdvertisedAddress,
                TimeProvider = options.TimeProvider,
                MatchesBySessionId = options.MatchesMsrpBySessionId,
                BindTimeout = options.Limits.MediaConnectTimeout,
                IdleTimeout = options.Limits.IdleTimeout,

                // All three come from one setting: a transfer that may be idle for a minute must not be ended after half of it, and a trickle
                // must not prolong it to two.
                StandstillTimeout = options.Limits.IdleTimeout,
                ProgressInterval = options.Limits.IdleTimeout,
                Limits = MsrpLimits.Default with { MinProgressBytes = (int)Math.Clamp(options.Limits.MinTransferRate * options.Limits.IdleTimeout.TotalSeconds, 1, int.MaxValue) },
                LoggerFactory = options.LoggerFactory,
                Trace = TraceAdapter.ForMsrp(options.Trace, log),
            });
            return Assemble(options, log, own, msrp);
        }
        catch
        {
            if (own is not null)
            {
                await own.DisposeAsync().ConfigureAwait(false);
            }

            if (msrp is not null)
            {
                await msrp.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    private static ImageShareClient Assemble(ImageShareOptions options, ILogger log, SipTransport? own, MsrpEndpoint msrp)
    {
        // Everything that can fail comes before the agent starts, so that there is nothing to undo.
        ISipTransport transport = own ?? options.CustomSipTransport!;
        bool isTls = options.Transport is SipTransportChoice.Tls && own?.TlsEndPoint is not null;
        SipSentBy sentBy = transport.GetSentBy(new SipDestination(own?.LocalEndPoint ?? options.LocalEndPoint, isTls ? SipProtocol.Tls : SipProtocol.Udp));
        var address = new SipUri("sip", options.Identity.User, sentBy.Host, sentBy.Port);
        address = isTls ? address with { Parameters = address.Parameters.With("transport", "tls") } : address;
        var sessions = new ConcurrentDictionary<ShareSession, string?>();
        var incoming = new IncomingShares(options.Limits, peer => RunningShares.Of(sessions, peer), (session, peer) => sessions[session] = peer);
        SipUri[] route = [.. options.Route, .. options.Ims.ServiceRoute];
        SipUserAgent agent = SipUserAgent.Start(
            transport,
            new SipUserAgentOptions
            {
                Identity = new NameAddress(options.DisplayName, options.Identity),
                Route = route,
                TimeProvider = options.TimeProvider,
                UserAgent = options.UserAgent,
                AllowedMethods = IncomingShares.AllowedMethods,
                Credentials = options.Credentials,
                FallBackToUdp = options.Transport is SipTransportChoice.BySize,
                CompactNames = options.CompactHeaders,
                AnswersOptionsWithoutState = true,
                AnswersStrayOptions = options.Profile == ImageShareProfile.Mercuro,
                MaxServerTransactions = options.Limits.MaxPendingRequests,
                MaxServerTransactionsPerSource = options.Limits.MaxPendingRequestsPerSource,
                InviteTimeLimit = options.Limits.AnswerTimeout + TimeSpan.FromMinutes(1),
                LoggerFactory = options.LoggerFactory,
            },
            incoming);
        var context = new ShareContext
        {
            Profile = options.Profile,
            Limits = options.Limits,
            FollowRedirects = options.FollowRedirects,
            AcceptedTypes = ImageShareDefaults.WithJpeg(options.AcceptedTypes),
            TimeProvider = options.TimeProvider,
            Log = log,
            Transport = transport,
            AdvertisedAddress = options.AdvertisedAddress,
            Network = options.Network,
            Agent = agent,
            Msrp = msrp,
            Identity = options.Identity,
            Route = route,
            Known = new PeerCapabilities(options.Limits.MaxKnownPeers, options.Limits.CapabilityLifetime, options.TimeProvider, log),
            TrustedHops = TrustedHops.Start(options.Ims.TrustedProxies, route, options.Network, options.TimeProvider),
            UsesCema = options.UseCema,
            MediaSecurity = options.MediaSecurity,
            Relays = new OwnRelays([.. options.MsrpRelays], options.Limits.MediaConnectTimeout),
            AcceptsSha1Fingerprints = options.AcceptSha1Fingerprints,
            Ims = options.Ims,
            Headers = options.Headers,
            VoiceCall = options.VoiceCall,
            Catalogue = options.Catalogue,
            Ended = session => sessions.TryRemove(session, out _),
        };
        incoming.Attach(context);
        return new ImageShareClient(context, own, incoming, sessions, address);
    }
}
