using System.Collections.Concurrent;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sharing.Calls.Incoming;
using ImageShare.Core.Sharing.Calls.Outgoing;
using ImageShare.Core.Sharing.Peers;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Text;

namespace ImageShare.Core;

/// <summary>
/// An image share endpoint: asks peers what they can do, shares images, and hands out invitations. Answers capability queries by itself.
/// All members may be called from any thread, at the same time. Disposing cancels what still runs and releases every socket and timer.
/// </summary>
public sealed partial class ImageShareClient : IAsyncDisposable
{
    /// <summary>How long disposing waits for the peers of running shares: for the end of a chunk that is under way, and its BYE.</summary>
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(3);

    // All that run, with the peer that began it.
    private readonly ConcurrentDictionary<ShareSession, string?> _sessions;
    private readonly IncomingShares _incoming;
    private readonly ShareContext _context;
    private readonly SipTransport? _ownTransport;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _disposed;

    private ImageShareClient(ShareContext context, SipTransport? ownTransport, IncomingShares incoming, ConcurrentDictionary<ShareSession, string?> sessions, SipUri address)
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
    public IAsyncEnumerable<ImageShareInvitation> Invitations => _incoming.Invitations.Select(ImageShareInvitation.Of);

    /// <summary>
    /// The shares of images that peers fetch from <see cref="ImageShareOptions.Catalogue"/>, each as soon as it is accepted; ends when the client is disposed. They run
    /// whether anybody reads or not: of those that nobody reads, the oldest are left out.
    /// </summary>
    public IAsyncEnumerable<ImageShareSession> Serving => _incoming.Serving.ReadAllAsync().Select(ImageShareSession.Of);

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
        ImageDescription image = await DescribeAsync(source, settings, cancellationToken).ConfigureAwait(false);

        // Reading the image takes its time; the client may be gone by now.
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return Share(peer, [(source, image, settings)], settings)[0];
    }

    private ImageShareSession[] Share(SipUri peer, (ImageSource Source, ImageDescription Image, ShareSettings Settings)[] images, ShareSettings settings)
    {
        var call = new OutgoingCall(_context, new CallTarget(peer, RandomToken.Create(), settings.Headers));
        ShareSession[] sessions = [.. images.Select(image => call.Push(image.Source, image.Image, image.Settings))];
        return Start(call, settings.QueryFirst, sessions);
    }

    private ImageShareSession[] Start(OutgoingCall call, bool queryFirst, ShareSession[] sessions)
    {
        Array.ForEach(sessions, session => _sessions[session] = null);
        call.Start(queryFirst);
        return [.. sessions.Select(ImageShareSession.Of)];
    }

    // Reads and hashes an image, and looks whether it can be shared.
    private async Task<ImageDescription> DescribeAsync(ImageSource source, ShareSettings settings, CancellationToken cancellationToken)
    {
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

        return settings.ResumeAt >= 0 && settings.ResumeAt < image.Size
            ? image
            : throw new ImageShareException(
                ImageShareError.InvalidValue, $"{image.Name} has {image.Size} octets, so it cannot be resumed at {settings.ResumeAt}; share the whole image.");
    }

    /// <summary>Fetches an image that a peer serves: starts the session and returns it at once (RFC 5547 §8.2.2).</summary>
    /// <param name="peer">Who has it.</param>
    /// <param name="wanted">
    /// Which one. A hash is best: it says exactly one, and what comes is checked against it. A name, a type or a size may mean several, and then none is sent.
    /// What comes without any hash, asked for or answered, cannot be verified (<see cref="ImageShareResult.IsVerified"/>).
    /// </param>
    /// <param name="store">Where it goes.</param>
    /// <param name="settings">What else there is to say, or null.</param>
    /// <param name="cancellationToken">Looked at once, before the session starts. Cancel that with <see cref="ImageShareSession.CancelAsync"/>.</param>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidValue"/>: nothing is selected, or a size or name that no image has.</exception>
    public Task<ImageShareSession> FetchAsync(
        SipUri peer, ImageSelector wanted, IImageStore store, FetchSettings? settings = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ArgumentNullException.ThrowIfNull(wanted);
        ArgumentNullException.ThrowIfNull(store);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        cancellationToken.ThrowIfCancellationRequested();
        settings ??= FetchSettings.Default;
        if (wanted.IsEmpty || wanted.Name is "" || wanted.Size < 0)
        {
            throw new ImageShareException(
                ImageShareError.InvalidValue, "Nothing says which image is to be fetched; give a hash, or a name, a type or a size above 0.");
        }

        var call = new OutgoingCall(_context, new CallTarget(peer, RandomToken.Create(), settings.Headers));
        return Task.FromResult(Start(call, settings.QueryFirst, [call.Fetch(wanted, store, settings)])[0]);
    }

    /// <summary>
    /// Cancels every running share, says so to the peers, and closes all sockets. Peers that do not answer are waited for 5 seconds at most, 3 of them for those of
    /// transfers and 2 for those of invitations that were taken back; peers that answer, no longer than they take. A store of the application's own is
    /// waited for until it has given up its image. Returns without exception, however often it is called, and always when all is closed.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            await _closed.Task.ConfigureAwait(false);
            return;
        }

        _incoming.Close();
        Task ending = Task.WhenAll(_sessions.Keys.Select(EndAsync));
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

    private static async Task EndAsync(ShareSession session)
    {
        session.Post(new ShareInput.CancelRequested());
        await session.Gone.ConfigureAwait(false);
    }
}
