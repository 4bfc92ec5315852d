using System.Collections.Concurrent;
using System.Net;
using ImageShare.Core.Images;
using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Text;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core;

/// <summary>
/// An image share endpoint: asks peers what they can do, shares images, and hands out invitations. Answers capability queries by itself.
/// All members may be called from any thread, at the same time. Disposing cancels what still runs and releases every socket and timer.
/// </summary>
public sealed class ImageShareClient : IAsyncDisposable
{
    /// <summary>How long disposing waits for the peers of running shares: as long as their BYEs do, and a little more.</summary>
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<ImageShareSession, byte> _sessions;
    private readonly IncomingShares _incoming;
    private readonly ShareContext _context;
    private readonly SipTransport? _ownTransport;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _disposed;

    private ImageShareClient(ShareContext context, SipTransport? ownTransport, IncomingShares incoming, ConcurrentDictionary<ImageShareSession, byte> sessions, SipUri address)
    {
        _context = context;
        _ownTransport = ownTransport;
        _incoming = incoming;
        _sessions = sessions;
        Address = address;
    }

    /// <summary>Where peers reach this client: the user of its identity at the address and port it listens on, UDP and TCP; TLS when that was chosen and there is a certificate.</summary>
    public SipUri Address { get; }

    /// <summary>What is known of peers from earlier queries, and from what they said when they asked or invited.</summary>
    public PeerCapabilities Capabilities => _context.Known;

    /// <summary>
    /// Invitations as they come, in order; ends when the client is disposed. Several readers share them: each invitation goes to one. While
    /// nobody reads, callers hear ringing until they or the answer timeout give up.
    /// </summary>
    public IAsyncEnumerable<ImageShareInvitation> Invitations => _incoming.Invitations.ReadAllAsync();

    /// <summary>Binds the sockets and starts to answer.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.AddressInUse"/>: the address or port cannot be bound.</exception>
    /// <exception cref="ArgumentOutOfRangeException">One of the <see cref="ImageShareOptions.Limits"/> is none.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing stays bound.</exception>
    public static Task<ImageShareClient> StartAsync(ImageShareOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Limits.ThrowIfInvalid();
        cancellationToken.ThrowIfCancellationRequested();
        return StartCoreAsync(options);
    }

    /// <summary>
    /// Asks a peer whether it can share images (step 1 of the service; OPTIONS, IR.79 §3.3). A peer that is not available for the moment
    /// (480) is asked again after a while, see <see cref="ImageShareLimits.QueryRetryDelays"/>.
    /// </summary>
    /// <returns>What it said; a refusal is an answer too, with <see cref="ImageShareCapabilities.CanShareImages"/> false.</returns>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.PeerUnreachable"/> or <see cref="ImageShareError.NoAnswer"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<ImageShareCapabilities> QueryCapabilitiesAsync(SipUri peer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return CapabilityQuery.AskAsync(_context, peer, ExtraHeaders.None, cancellationToken);
    }

    /// <summary>Shares an image: reads and hashes the source, then starts the session and returns it at once.</summary>
    /// <param name="peer">Whom to share it with.</param>
    /// <param name="source">The image; read once now for its hash and once while it is sent.</param>
    /// <param name="settings">What else there is to say, or null.</param>
    /// <param name="cancellationToken">
    /// Stops the reading of the source before the session starts. It has no power over the session: cancel that with
    /// <see cref="ImageShareSession.CancelAsync"/>.
    /// </param>
    /// <exception cref="ImageShareException">The source cannot be shared: <see cref="ImageShareError.FileNotFound"/>,
    /// <see cref="ImageShareError.SourceUnreadable"/>, <see cref="ImageShareError.TypeNotAccepted"/> when it is no image, its icon is larger than
    /// the limit (<see cref="ImageShareError.TooLarge"/>), or it ends before <see cref="ShareSettings.ResumeAt"/> (<see cref="ImageShareError.InvalidValue"/>).</exception>
    public async Task<ImageShareSession> ShareAsync(
        SipUri peer, ImageSource source, ShareSettings? settings = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ArgumentNullException.ThrowIfNull(source);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        settings ??= ShareSettings.Default;
        if (settings.Icon is { } icon && icon.Content.Length > _context.Limits.MaxIconSize)
        {
            throw new ImageShareException(
                ImageShareError.TooLarge, $"The icon has {icon.Content.Length} bytes, at most {_context.Limits.MaxIconSize} are sent; make it smaller.");
        }

        ImageDescription image = await source.DescribeAsync(cancellationToken).ConfigureAwait(false);
        if (!image.Type.Type.Equals("image", StringComparison.OrdinalIgnoreCase))
        {
            throw new ImageShareException(
                ImageShareError.TypeNotAccepted, $"{image.Name} is {image.Type.Essence}, not an image; share a JPEG, PNG, GIF, BMP, WebP or HEIC file, or name its image type.");
        }

        if (settings.ResumeAt < 0 || settings.ResumeAt >= image.Size)
        {
            throw new ImageShareException(
                ImageShareError.InvalidValue, $"{image.Name} has {image.Size} octets, so it cannot be resumed at {settings.ResumeAt}; share the whole image.");
        }

        // Reading the image takes its time; the client may be gone by now.
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        string callId = RandomToken.Create();
        var session = new ImageShareSession(_context, callId, isOutgoing: true, image.Name, image.Size);
        _sessions[session] = 0;
        session.Start(new OutgoingShare(_context, session, peer, callId, source, image, settings), new ShareInput.StartOutgoing(settings.QueryFirst));
        return session;
    }

    /// <summary>
    /// Cancels every running share, waits for their ends, but not for peers that do not answer, and closes all sockets. Returns without
    /// exception, however often it is called, and always when all is closed.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            await _closed.Task.ConfigureAwait(false);
            return;
        }

        _incoming.Close();
        Task ending = Task.WhenAll(_sessions.Keys.Select(session => session.DisposeAsync().AsTask()));
        try
        {
            await ending.WaitAsync(EndTime, _context.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Some peer does not answer. Closing the agent ends every wait for one, and with it the share.
        }

        await _context.Agent.DisposeAsync().ConfigureAwait(false);
        if (_ownTransport is not null)
        {
            await _ownTransport.DisposeAsync().ConfigureAwait(false);
        }

        await _context.Msrp.DisposeAsync().ConfigureAwait(false);
        await ending.ConfigureAwait(false);
        _closed.SetResult();
    }

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
            TimeProvider = options.TimeProvider,
            Trace = TraceAdapter.ForSip(options.Trace),
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
                BindTimeout = options.Limits.MediaConnectTimeout,
                IdleTimeout = options.Limits.IdleTimeout,
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
        // Before the agent runs: what can fail, fails with nothing to be undone.
        ISipTransport transport = own ?? options.CustomSipTransport!;
        bool isTls = options.Transport is SipTransportChoice.Tls && own?.TlsEndPoint is not null;
        SipSentBy sentBy = transport.GetSentBy(new SipDestination(own?.LocalEndPoint ?? options.LocalEndPoint, isTls ? SipProtocol.Tls : SipProtocol.Udp));
        var address = new SipUri("sip", options.Identity.User, sentBy.Host, sentBy.Port);
        address = isTls ? address with { Parameters = address.Parameters.With("transport", "tls") } : address;
        var sessions = new ConcurrentDictionary<ImageShareSession, byte>();
        var incoming = new IncomingShares(options.Limits, () => sessions.Count, session => sessions[session] = 0);
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
                InviteTimeLimit = options.Limits.AnswerTimeout + TimeSpan.FromMinutes(1),
                LoggerFactory = options.LoggerFactory,
            },
            incoming);
        var context = new ShareContext
        {
            Profile = options.Profile,
            Limits = options.Limits,
            AcceptedTypes = ImageShareDefaults.WithJpeg(options.AcceptedTypes),
            TimeProvider = options.TimeProvider,
            Log = log,
            Transport = transport,
            AdvertisedAddress = options.AdvertisedAddress,
            Network = options.Network,
            Agent = agent,
            Msrp = msrp,
            Multipart = options.MultipartCodec,
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
            Ended = session => sessions.TryRemove(session, out _),
        };
        incoming.Attach(context);
        return new ImageShareClient(context, own, incoming, sessions, address);
    }
}
