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

/// <summary>
/// The sockets, listeners and agents of a client, started together from its options and closed together. Closing ends every wait for a peer.
/// </summary>
internal sealed class ClientStack : IAsyncDisposable
{
    private readonly SipTransport? _ownTransport;
    private readonly SipUri _boundAddress;
    private readonly Func<SipUri?> _learntAddress;

    private ClientStack(ImageShareOptions options, ILogger log, ClientHealth health, SipTransport? ownTransport, MsrpEndpoint msrp)
    {
        // Everything that can fail comes before the agent starts, so that there is nothing to undo.
        _ownTransport = ownTransport;
        ISipTransport transport = ownTransport ?? options.CustomSipTransport!;
        _boundAddress = AddressOf(options, transport, ownTransport);
        _learntAddress = () => transport.LearntAddress is null ? null : AddressOf(options, transport, ownTransport);
        Health = health;
        Running = new RunningShares(options.Limits);
        Incoming = new IncomingShares(options.Limits, Running);
        Context = new ShareContext
        {
            Profile = options.Profile,
            Limits = options.Limits,
            FollowRedirects = options.FollowRedirects,
            AcceptedTypes = ImageShareDefaults.WithJpeg(options.AcceptedTypes),
            TimeProvider = options.TimeProvider,
            Log = log,
            NamesInActivities = options.NamesInActivities,
            Transport = transport,
            AdvertisedHost = options.Advertised?.Host,
            AdvertisesMedia = options.Advertised?.HasMedia ?? false,
            Network = options.Network,
            Agent = SipUserAgent.Start(transport, AgentOptions(options), Incoming),
            Msrp = msrp,
            Identity = options.Identity,
            Known = new PeerCapabilities(options.Limits.MaxKnownPeers, options.Limits.CapabilityLifetime, options.TimeProvider, log),
            TrustedHops = TrustedHops.Start(options.Ims.TrustedProxies, [.. options.Route, .. options.Ims.ServiceRoute], transport, options.TimeProvider),
            UsesCema = options.UseCema,
            MsrpSecurity = options.MsrpSecurity,
            Relays = new OwnRelays([.. options.MsrpRelays], options.Limits.MsrpConnectTimeout),
            AcceptsSha1Fingerprints = options.AcceptSha1Fingerprints,
            Ims = options.Ims,
            Headers = options.Headers,
            VoiceCall = options.VoiceCall,
            Catalogue = options.Catalogue,
            Ended = Running.Remove,
            Concluded = health.Take,
        };
        Incoming.Attach(Context);
        Registration = new ClientRegistration(Context.Agent, options);
        Registration.Changed += health.Take;
        Registration.Begin();
    }

    /// <summary>The SIP address at which peers reach the client; another one once an address was learnt.</summary>
    public SipUri Address => _learntAddress() ?? _boundAddress;

    public ShareContext Context { get; }

    /// <summary>Whether the listeners work, and what last went wrong.</summary>
    public ClientHealth Health { get; }

    /// <summary>The registration at a registrar.</summary>
    public ClientRegistration Registration { get; }

    /// <summary>The shares that have not ended yet.</summary>
    public RunningShares Running { get; }

    /// <summary>What peers ask of the client.</summary>
    public IncomingShares Incoming { get; }

    /// <summary>Binds the sockets and begins to answer requests.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.AddressInUse"/>: the address or port cannot be bound; no socket stays bound.</exception>
    public static async Task<ClientStack> StartAsync(ImageShareOptions options)
    {
        ILogger log = options.LoggerFactory.CreateLogger("ImageShare.Core");
        TraceAdapter? trace = options.Trace is { } listener ? new TraceAdapter(listener, options, log) : null;
        var health = new ClientHealth(options.TimeProvider, log);
        SipTransport? ownTransport = options.CustomSipTransport is not null ? null : SipTransport.Create(options.Network, TransportOptions(options, trace, health));
        MsrpEndpoint? msrp = null;
        try
        {
            msrp = MsrpEndpoint.Start(options.Network, EndpointOptions(options, trace, health));
            trace?.FindShare = msrp.FindLogId;
            return new ClientStack(options, log, health, ownTransport, msrp);
        }
        catch
        {
            if (ownTransport is not null)
            {
                await ownTransport.DisposeAsync().ConfigureAwait(false);
            }

            if (msrp is not null)
            {
                await msrp.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Context.Agent.DisposeAsync().ConfigureAwait(false);
        if (_ownTransport is not null)
        {
            await _ownTransport.DisposeAsync().ConfigureAwait(false);
        }

        await Context.Msrp.DisposeAsync().ConfigureAwait(false);
    }

    private static SipUri AddressOf(ImageShareOptions options, ISipTransport transport, SipTransport? ownTransport)
    {
        bool isTls = options.Transport is SipTransportChoice.Tls && ownTransport?.TlsLocalEndPoint is not null;
        SipSentBy contact = transport.GetContact(new SipDestination(ownTransport?.LocalEndPoint ?? options.LocalEndPoint, isTls ? SipProtocol.Tls : options.Transport is SipTransportChoice.Tcp ? SipProtocol.Tcp : SipProtocol.Udp));
        var address = new SipUri("sip", options.Identity.User, contact.Host, contact.Port);
        return isTls ? address with { Parameters = address.Parameters.With("transport", "tls") } : address;
    }

    private static SipTransportOptions TransportOptions(ImageShareOptions options, TraceAdapter? trace, ClientHealth health) => new()
    {
        LocalEndPoint = options.LocalEndPoint,
        AdvertisedHost = options.Advertised?.Host,
        AdvertisedPort = options.Advertised?.SipPort,
        AdvertisedTlsPort = options.Advertised?.SipTlsPort,
        UseLearntAddress = options.UseLearntAddress,
        FixedProtocol = options.Transport switch
        {
            SipTransportChoice.Udp => SipProtocol.Udp,
            SipTransportChoice.Tcp => SipProtocol.Tcp,
            SipTransportChoice.Tls => SipProtocol.Tls,
            _ => null,
        },
        Resolver = options.Resolver,
        Tls = options.SipTls,
        TlsPort = options.SipTlsPort,
        TlsHost = options.SipTlsHost,
        KeepAliveInterval = options.SipKeepAlive,
        MaxConnections = options.Limits.MaxSipConnections,
        MaxConnectionsPerSource = options.Limits.MaxSipConnectionsPerSource,
        TimeProvider = options.TimeProvider,
        Trace = trace is null ? null : trace.TakeSip,
        TraceUnreadable = trace is null ? null : trace.TakeUnreadableSip,
        ListenerFailed = (protocol, failure) => health.SipFailed(TraceAdapter.NameOf(protocol), failure),
    };

    private static MsrpEndpointOptions EndpointOptions(ImageShareOptions options, TraceAdapter? trace, ClientHealth health) => new()
    {
        LocalEndPoint = new IPEndPoint(options.LocalEndPoint.Address, options.MsrpPort),
        Tls = options.MsrpSecurity is MsrpSecurity.None && options.MsrpRelays.Count == 0 ? null : options.MsrpTls,
        TlsPort = options.MsrpTlsPort,
        AdvertisedHost = options.Advertised?.Host,
        AdvertisedPort = options.Advertised?.MsrpPort,
        AdvertisedTlsPort = options.Advertised?.MsrpTlsPort,
        TimeProvider = options.TimeProvider,
        MatchBySessionId = options.MatchMsrpBySessionId,
        BindTimeout = options.Limits.MsrpConnectTimeout,
        IdleTimeout = options.Limits.IdleTimeout,
        KeepAliveInterval = options.MsrpKeepAlive,

        // All three come from one setting: a transfer that may be idle for a minute must not be ended after half of it, and a trickle must
        // not prolong it to two.
        StandstillTimeout = options.Limits.IdleTimeout,
        ProgressInterval = options.Limits.IdleTimeout,
        Limits = MsrpLimits.Default with { MinProgressBytes = (int)Math.Clamp(options.Limits.MinTransferRate * options.Limits.IdleTimeout.TotalSeconds, 1, int.MaxValue) },
        LoggerFactory = options.LoggerFactory,
        Trace = trace is null ? null : trace.TakeMsrp,
        TraceBodies = options.TraceBodies,
        ListenerFailed = health.MsrpFailed,
    };

    private static SipUserAgentOptions AgentOptions(ImageShareOptions options) => new()
    {
        Identity = new NameAddress(options.DisplayName, options.Identity),
        Route = options.Route,
        ServiceRoute = options.Ims.ServiceRoute,
        TimeProvider = options.TimeProvider,
        UserAgent = options.UserAgent,
        AllowedMethods = IncomingShares.AllowedMethods,
        Credentials = options.Credentials,
        FallBackToUdp = options.Transport is SipTransportChoice.BySize,
        UseCompactForm = options.UseCompactForm,
        AnswerOptionsWithoutState = true,
        AnswerStrayOptions = options.Profile == ImageShareProfile.Mercuro,
        MaxServerTransactions = options.Limits.MaxPendingRequests,
        MaxServerTransactionsPerSource = options.Limits.MaxPendingRequestsPerSource,
        InviteTimeLimit = options.Limits.AnswerTimeout + TimeSpan.FromMinutes(1),
        LoggerFactory = options.LoggerFactory,
    };
}
