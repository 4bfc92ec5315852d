using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sharing.Calls.Outgoing;
using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Peers;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Registration;
using ImageShare.Core.Text;

namespace ImageShare.Core;

/// <summary>
/// An Image Share endpoint: queries the capabilities of peers, shares and fetches images, and receives invitations. Answers capability
/// queries by itself. All members are thread-safe. Disposing the client cancels running shares and releases all sockets and timers.
/// </summary>
public sealed partial class ImageShareClient : IImageShareClient
{
    /// <summary>How long disposal waits for running shares: for the end of a chunk in flight and for the peer's response to BYE.</summary>
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(3);

    private readonly ClientStack _stack;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _disposed;

    private ImageShareClient(ClientStack stack)
    {
        _stack = stack;
        stack.Registration.Changed += state => RegistrationChanged?.Invoke(this, state);
    }

    /// <summary>
    /// The SIP address at which peers reach this client: the user of its identity at the address and port it listens on. It uses UDP and TCP,
    /// or TLS if <see cref="ImageShareOptions.Transport"/> is TLS and there is a certificate.
    /// </summary>
    public SipUri Address => _stack.Address;

    /// <summary>The capabilities of peers, learned from earlier queries and from the requests they sent.</summary>
    public PeerCapabilities Capabilities => Context.Known;

    /// <summary>
    /// The incoming invitations, in order; completes when the client is disposed. With several readers, each invitation goes to one of them.
    /// An invitation that is not read rings until the caller gives up or the answer timeout expires.
    /// </summary>
    /// <example><code source="tests/ImageShare.Core.Tests/Documentation/ApiExamples.cs" region="Receive" /></example>
    public IAsyncEnumerable<ImageShareInvitation> Invitations => _stack.Incoming.Invitations.Select(ImageShareInvitation.Of);

    /// <summary>
    /// The sessions of images that peers fetch from <see cref="ImageShareOptions.Catalogue"/>, each as soon as its request is accepted;
    /// completes when the client is disposed. They run whether or not anyone reads; if no one does, the oldest are dropped from the list.
    /// </summary>
    public IAsyncEnumerable<ImageShareSession> Serving => _stack.Incoming.Serving.ReadAllAsync().Select(ImageShareSession.Of);

    /// <summary>
    /// The registration at the moment: whether and until when peers reach this client by its identity, or why not. <see cref="RegistrationChanged"/> tells of each
    /// change.
    /// </summary>
    public SipRegistrationState Registration => _stack.Registration.State;

    /// <summary>
    /// Completes when the client has been disposed of. Faults with <see cref="ImageShareError.ListenerFailed"/> if a socket on which it listens is beyond repair: it was
    /// closed by the system, or accepting and receiving fail again and again for some ten seconds. Running shares go on then, and those of this side can still be
    /// started; dispose of the client and start another. It never faults for a failed share or registration.
    /// </summary>
    public Task Completion => _stack.Health.Completion;

    /// <summary>
    /// Whether the client listens and is registered, how many shares run, and the last problem. Cheap: it waits for nothing, asks nobody, and may be read from any
    /// thread, also while and after the client is disposed of.
    /// </summary>
    public ImageShareHealth Health => _stack.Health.Describe(_stack.Running.Count, _stack.Registration.Wanted, isClosing: Volatile.Read(ref _disposed) != 0);

    private ShareContext Context => _stack.Context;

    /// <summary>Raised with each new state of <see cref="Registration"/>, one after the other, on the SIP loop: it must not block. Exceptions are logged.</summary>
    public event EventHandler<SipRegistrationState>? RegistrationChanged;

    /// <summary>Starts a client: binds its sockets and begins to answer requests.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.AddressInUse"/>: the address or port cannot be bound.</exception>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidValue"/>: an option that must be set is null; the message names it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">One of the <see cref="ImageShareOptions.Limits"/> is out of range.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; no socket stays bound.</exception>
    /// <example><code source="tests/ImageShare.Core.Tests/Documentation/ApiExamples.cs" region="Start" /></example>
    public static Task<ImageShareClient> StartAsync(ImageShareOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.ThrowIfIncomplete();
        options.Limits.ThrowIfInvalid();
        cancellationToken.ThrowIfCancellationRequested();
        return StartCoreAsync(options);
    }

    /// <summary>
    /// Registers this client (RFC 3261 §10), or refreshes its registration at once, for example after the network has changed, and waits for the outcome of this
    /// attempt. Then the registration is refreshed in time. After a failure that may pass it is tried again even though this method throws: see
    /// <see cref="Registration"/>; <see cref="UnregisterAsync"/> ends that. Calls at the same time share one attempt. A client with
    /// <see cref="ImageShareOptions.Registration"/> begins by itself; this method then waits for the outcome.
    /// </summary>
    /// <param name="options">How to register; null for those used before, or <see cref="ImageShareOptions.Registration"/>, or the defaults.</param>
    /// <param name="cancellationToken">Ends the wait, not the registration.</param>
    /// <returns>The state after the registrar has registered this client.</returns>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.AuthenticationFailed"/>: wrong or missing credentials. <see cref="ImageShareError.RegistrationRefused"/>: the registrar refused for
    /// another reason, or its answer does not register this client. <see cref="ImageShareError.NoAnswer"/>, <see cref="ImageShareError.PeerUnreachable"/>,
    /// <see cref="ImageShareError.ConnectionLost"/>, <see cref="ImageShareError.CertificateNotTrusted"/>: it could not be asked.
    /// <see cref="ImageShareError.InvalidState"/>: the client is registered with other options, or <see cref="UnregisterAsync"/> was called meanwhile.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<SipRegistrationState> RegisterAsync(SipRegistrationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return _stack.Registration.RegisterAsync(options, cancellationToken);
    }

    /// <summary>
    /// Ends the registration, and waits until the registrar has removed it or did not answer. Does not throw for what the registrar does: the message of the
    /// result says if it could not be removed, and it then expires by itself. Disposing the client does the same, for at most
    /// <see cref="SipRegistrationOptions.UnregisterTimeout"/>.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled: only the wait ends.</exception>
    public Task<SipRegistrationState> UnregisterAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return _stack.Registration.UnregisterAsync(cancellationToken);
    }

    /// <summary>
    /// Asks a peer whether it can share images (OPTIONS, IR.79 §3.3). A peer that is temporarily unavailable (480) is asked again; see <see
    /// cref="ImageShareLimits.QueryRetryDelays"/>.
    /// </summary>
    /// <returns>The peer's answer. A refusal is an answer too, with <see cref="ImageShareCapabilities.CanShareImages"/> false.</returns>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.PeerUnreachable"/> or <see cref="ImageShareError.NoAnswer"/>: the peer could not be asked or did not
    /// answer.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <example><code source="tests/ImageShare.Core.Tests/Documentation/ApiExamples.cs" region="Query" /></example>
    public Task<ImageShareCapabilities> QueryCapabilitiesAsync(SipUri peer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return CapabilityQuery.AskAsync(Context, peer, ExtraHeaders.None, inPlace: false, cancellationToken);
    }

    /// <summary>Shares an image: reads and hashes the source, then starts the session and returns it without waiting for the peer.</summary>
    /// <param name="peer">The peer to share it with.</param>
    /// <param name="source">The image. It is read once for its hash and once more while it is sent.</param>
    /// <param name="settings">Settings, or null for the defaults.</param>
    /// <param name="cancellationToken">Cancels reading the source. It has no effect once the session has started; use <see
    /// cref="ImageShareSession.CancelAsync"/> then.</param>
    /// <exception cref="ImageShareException">
    /// The source cannot be shared. <see cref="ImageShareError.FileNotFound"/> or <see cref="ImageShareError.SourceUnreadable"/>: it cannot
    /// be read. <see cref="ImageShareError.TypeNotAccepted"/>: it is not an image. <see cref="ImageShareError.TooLarge"/>: the icon exceeds
    /// the limit. <see cref="ImageShareError.InvalidValue"/>: the image ends before <see cref="ShareSettings.ResumeAt"/>.
    /// </exception>
    /// <example><code source="tests/ImageShare.Core.Tests/Documentation/ApiExamples.cs" region="Share" /></example>
    public async Task<ImageShareSession> ShareAsync(
        SipUri peer, ImageSource source, ShareSettings? settings = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ArgumentNullException.ThrowIfNull(source);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        settings ??= ShareSettings.Default;
        ServedImage image = await ReadAsync(source, settings, cancellationToken).ConfigureAwait(false);

        // Reading the image takes time; the client may have been disposed in the meantime.
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        OutgoingCall call = Call(peer, settings.Headers);
        call.Push(image, settings);
        return Start(call, settings.QueryFirst)[0];
    }

    /// <summary>
    /// Shares several images in one invitation (RFC 5547 §8.2.3): the peer accepts or declines each image separately, and the accepted ones
    /// share one connection. Reads and hashes the sources, then starts one session per image and returns them in the order of the images,
    /// without waiting for the peer. The sessions have the same <see cref="ImageShareSession.Id"/>, but each has its own state, progress and
    /// result; cancelling one (<see cref="ImageShareSession.CancelAsync"/>) does not affect the others. To share images one after another,
    /// each in its own SIP session as IR.79 describes, call <see cref="ShareAsync"/> for each.
    /// </summary>
    /// <param name="peer">The peer to share them with.</param>
    /// <param name="images">The images: 1 to <see cref="ImageShareLimits.MaxImagesPerInvitation"/> of them.</param>
    /// <param name="settings">Settings for all images, or null for the defaults. Set icon, progress and the offset to resume at on each <see
    /// cref="SharedImage"/> instead.</param>
    /// <param name="cancellationToken">Cancels reading the sources. It has no effect once the sessions have started.</param>
    /// <exception cref="ImageShareException">
    /// A source cannot be shared or resumed, as described for <see cref="ShareAsync"/>; no image is shared then. <see
    /// cref="ImageShareError.InvalidValue"/>: there are no images or too many, or <paramref name="settings"/> contains an icon, a progress
    /// handler or an offset to resume at.
    /// </exception>
    /// <example><code source="tests/ImageShare.Core.Tests/Documentation/ApiExamples.cs" region="Together" /></example>
    public async Task<IReadOnlyList<ImageShareSession>> ShareTogetherAsync(
        SipUri peer, IReadOnlyList<SharedImage> images, ShareSettings? settings = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ArgumentNullException.ThrowIfNull(images);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        settings ??= ShareSettings.Default;
        SharedImage.ThrowIfInvalid(images, settings, Context.Limits);
        SharedImage[] shared = [.. images];
        var read = new ServedImage[shared.Length];
        for (int i = 0; i < read.Length; i++)
        {
            read[i] = await ReadAsync(shared[i].Source, shared[i].In(settings), cancellationToken).ConfigureAwait(false);
        }

        // As in ShareAsync.
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        OutgoingCall call = Call(peer, settings.Headers);
        for (int i = 0; i < read.Length; i++)
        {
            call.Push(read[i], shared[i].In(settings));
        }

        return Start(call, settings.QueryFirst);
    }

    /// <summary>Fetches an image that a peer serves (RFC 5547 §8.2.2): starts the session and returns it without waiting for the peer.</summary>
    /// <param name="peer">The peer that has the image.</param>
    /// <param name="wanted">Selects the image. Prefer a hash: it identifies exactly one image, and the received image is checked against it.
    /// A name, type or size may match several images, and then the peer sends none. An image received without a hash from either side cannot
    /// be verified (<see cref="ImageShareResult.IsVerified"/>).</param>
    /// <param name="store">The store for the image.</param>
    /// <param name="settings">Settings, or null for the defaults.</param>
    /// <param name="cancellationToken">Checked once, before the session starts. Use <see cref="ImageShareSession.CancelAsync"/> after that.</param>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.InvalidValue"/>: the selector is empty, or contains an empty name or a negative size.
    /// </exception>
    /// <example><code source="tests/ImageShare.Core.Tests/Documentation/ApiExamples.cs" region="Fetch" /></example>
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
                ImageShareError.InvalidValue, "The selector does not identify an image; give a hash, a name, a type or a size above 0.");
        }

        OutgoingCall call = Call(peer, settings.Headers);
        call.Fetch(wanted, store, settings);
        ImageShareSession session = Start(call, settings.QueryFirst)[0];
        _ = (store as PipeImageStore)?.EndWithAsync(session.Completion);
        return Task.FromResult(session);
    }

    /// <summary>
    /// Cancels every running share, tells the peers, ends the registration, and closes all sockets. If peers do not respond, disposal takes at most 5 seconds: 3 for
    /// running transfers and 2 for cancelled invitations, or longer if <see cref="SipRegistrationOptions.UnregisterTimeout"/> says so. A store of the application that hangs is waited for no longer than that. Never
    /// throws; further calls return when the first has completed.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            await _closed.Task.ConfigureAwait(false);
            return;
        }

        _stack.Incoming.Close();
        Task unregistering = _stack.Registration.EndAsync();
        Task ending = Task.WhenAll(_stack.Running.All.Select(EndAsync));
        try
        {
            await ending.WaitAsync(EndTime, Context.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // A peer does not respond. Closing the agent ends every wait for it, and with it the share.
        }

        await unregistering.ConfigureAwait(false);
        await _stack.DisposeAsync().ConfigureAwait(false);
        await ending.ConfigureAwait(false);
        _closed.SetResult();
        _stack.Health.Close();
    }

    private static async Task<ImageShareClient> StartCoreAsync(ImageShareOptions options) => new(await ClientStack.StartAsync(options).ConfigureAwait(false));

    // Reads and hashes an image, and checks that it can be shared.
    private async Task<ServedImage> ReadAsync(ImageSource source, ShareSettings settings, CancellationToken cancellationToken)
    {
        settings.ThrowIfInvalid(Context.Limits);
        ImageDescription image = await source.ReadDescriptionAsync(Context.Profile.Sha256, Context.DescribedFiles, cancellationToken).ConfigureAwait(false);
        return ServedImage.Of(source, image, settings);
    }

    private OutgoingCall Call(SipUri peer, ExtraHeaders headers) => new(Context, new CallTarget(peer, RandomToken.Create(), headers));

    private ImageShareSession[] Start(OutgoingCall call, bool queryFirst)
    {
        ShareSession[] sessions = call.Sessions;
        Array.ForEach(sessions, _stack.Running.Add);
        call.Start(queryFirst);
        return [.. sessions.Select(ImageShareSession.Of)];
    }

    private static async Task EndAsync(ShareSession session)
    {
        session.Post(new ShareInput.CancelRequested());
        await session.Gone.ConfigureAwait(false);
    }
}
