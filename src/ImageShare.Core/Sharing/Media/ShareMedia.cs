using System.Net;
using System.Net.Sockets;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Sharing.Endings;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing.Media;

/// <summary>
/// The media of a share: one image sent or received over the MSRP session of one media section. The SIP side passes it the negotiated
/// parameters; which side called does not matter here.
/// </summary>
internal abstract class ShareMedia(ShareContext context, ShareSession session) : IAsyncDisposable
{
    private readonly TaskCompletionSource _agreed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MsrpSession? _msrp;
    private MediaEnd? _end;
    private PeerMedia? _peer;
    private IPAddress? _signalling;
    private ImageShareException? _failure;
    private volatile bool _hasPeerAddress;
    private volatile bool _isDisposed;

    protected ShareContext Context { get; } = context;

    protected ShareSession Session { get; } = session;

    /// <summary>Says what the transfer is called in the offer.</summary>
    public FileTransferId NameTransfer(FileTransferId id)
    {
        Session.TransferId = id;
        return id;
    }

    /// <summary>The MSRP session. Available after <see cref="OpenAsync"/>.</summary>
    public MsrpSession Msrp => _msrp!;

    /// <summary>The peer's side of the media. Available after <see cref="SetPeer"/>.</summary>
    protected PeerMedia Peer => _peer!;

    /// <summary>The index of the media section in the session description. Set before the MSRP session is created.</summary>
    public int Section { get; set; }

    /// <summary>The media of all images in the SIP session, which may share an MSRP connection.</summary>
    public required SharedConnection Shared { get; init; }

    /// <summary>The receiver of incoming messages; null on the sending side.</summary>
    protected virtual IMsrpMessageReceiver? Receiver => null;

    /// <summary>Completes when this side has nothing more to send.</summary>
    protected virtual Task Sending => Task.CompletedTask;

    /// <summary>Creates the MSRP session, before the peer's description is known; through the relays of this side, if any. Call once.</summary>
    /// <param name="own">The address of this side as told the peer.</param>
    /// <param name="isSecure">Whether to use TLS.</param>
    /// <param name="signalling">The peer's SIP address, which decides which media addresses may be connected to.</param>
    /// <param name="usesCema">Whether CEMA is enabled (RFC 6714).</param>
    /// <param name="cancellationToken">Cancels waiting for a relay.</param>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.RelayUnreachable"/>, <see cref="ImageShareError.RelayRefused"/>, <see cref="ImageShareError.CertificateNotTrusted"/>.
    /// </exception>
    public async ValueTask<MediaEnd> OpenAsync(OwnAddress own, bool isSecure, IPAddress signalling, bool usesCema, CancellationToken cancellationToken)
    {
        _signalling = signalling;
        var options = new MsrpSessionOptions
        {
            AdvertisedHost = own.Connection.Address,
            IsSecure = isSecure,
            DialPolicy = remote => MediaDialPolicy.Allows(signalling, remote),
            Receiver = Receiver,
            ExpectsMessage = Receiver is not null,
            MayBeEmpty = Session.Image.Size == 0,
            LogId = Session.Id,
        };
        MsrpSession msrp = await Context.Relays.CreateSessionAsync(Context.Msrp, options, Context.TimeProvider, cancellationToken).ConfigureAwait(false);
        bool done = false;
        try
        {
            (ConnectionData connection, int port) = await Context.Relays.MediaAddressAsync(msrp, own.Connection, usesCema, Context.Network, cancellationToken).ConfigureAwait(false);
            _end = new MediaEnd(connection, port, msrp.AdvertisedPath.ToString(), own.IsReachable);

            // A full fence here and in DisposeAsync: at least one of the two sees the other's write, so the session is always released.
            Interlocked.Exchange(ref _msrp, msrp);
            done = !_isDisposed;
            return _end;
        }
        finally
        {
            if (!done)
            {
                // The share ended before the session was set, so no one else releases it.
                await msrp.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>This side of the media, after <see cref="OpenAsync"/>.</summary>
    public MediaEnd? End => _end;

    /// <summary>
    /// Sets the peer's side of the media; the last value counts when the connection is established. If the answer waits for other images, the
    /// connection waits for this call.
    /// </summary>
    public void SetPeer(PeerMedia peer)
    {
        _peer = peer;
        _agreed.TrySetResult();
    }

    /// <summary>Sets the address of a middlebox to connect to instead of the peer (RFC 6714).</summary>
    public void SetPeerAddress(string host, int port)
    {
        _hasPeerAddress = true;
        Msrp.SetPeerAddress(host, port);
    }

    /// <summary>Adds what the answer says about this side's file, or about the files it accepts.</summary>
    public abstract ImageAnswer Complete(ImageAnswer answer);

    /// <summary>The file a later offer with the same transfer id must describe (RFC 5547 §8.1).</summary>
    /// <param name="offered">The file as offered.</param>
    public virtual FileSelector FileOf(FileSelector offered) => offered;

    /// <summary>Performs an effect that concerns MSRP.</summary>
    public async ValueTask PerformAsync(ShareEffect effect)
    {
        switch (effect)
        {
            case ShareEffect.ConnectMedia when _msrp is not null:
                OnAgreed();
                _ = Session.Begin(ConnectAsync, mayBlock: Context.HasCustomNetwork);
                break;
            case ShareEffect.Transfer:
                BeginTransfer();
                break;
            case ShareEffect.AbortTransfer abort:
                await AbortAsync(abort.IsByPeer).ConfigureAwait(false);
                break;
            case ShareEffect.CloseMedia when _msrp is not null:
                // The connection closes with its last session; wait until the other images are bound to it.
                await Shared.LeaveAsync(this).ConfigureAwait(false);
                await LetGoAsync(_msrp).ConfigureAwait(false);
                break;
            default:
                break;
        }
    }

    /// <summary>Stops sending, without waiting.</summary>
    public virtual ValueTask StopAsync() => ValueTask.CompletedTask;

    /// <summary>Whether the store holds an incomplete image, which may still be completed or is not yet deleted. Thread-safe.</summary>
    public virtual bool HasImageInHand => false;

    /// <summary>Adds media details to the result.</summary>
    public ImageShareResult Describe(ImageShareResult result) => DescribeImage(
        result.Error is ImageShareError.MediaNotConnected && FindPrivateEnds() is var (own, peer) ? result with { Message = MsrpOutcome.NeitherReachable(own, peer) } : result);

    /// <summary>Adds what is known of the image to the result.</summary>
    protected abstract ImageShareResult DescribeImage(ImageShareResult result);

    public virtual async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        Interlocked.MemoryBarrier();
        Shared.Settle(this);
        _agreed.TrySetResult();
        if (Volatile.Read(ref _msrp) is { } msrp)
        {
            await LetGoAsync(msrp).ConfigureAwait(false);
        }
    }

    /// <summary>Whether the image was cancelled during the transfer, so that unsent bytes must not be sent.</summary>
    protected virtual bool IsTakenBack => false;

    /// <summary>Called when offer and answer were exchanged and the connection is about to be established.</summary>
    protected virtual void OnAgreed()
    {
    }

    protected virtual void BeginTransfer()
    {
    }

    /// <summary>Aborts the transfer.</summary>
    /// <param name="isByPeer">Whether the peer aborted it.</param>
    protected abstract ValueTask AbortAsync(bool isByPeer);

    // The addresses both sides offered, if no connection between them can be expected.
    private (IPAddress Own, IPAddress Peer)? FindPrivateEnds()
    {
        bool isDirect = !Context.Relays.Any && Context.AdvertisedHost is null && !_hasPeerAddress;
        return isDirect
            && Volatile.Read(ref _end)?.Connection.IPAddress is { } own
            && Volatile.Read(ref _peer) is { } media && PeerPath.TryParse(media.Path, out MsrpPath? path) && path.Uris is [{ Address: { } peer }]
            && PrivateEnds.AreApart(own, peer, _signalling!, wasRefused: IsRefusal(Volatile.Read(ref _failure)))
            ? (own, peer)
            : null;
    }

    private static bool IsRefusal(Exception? failure) =>
        failure is SocketException { SocketErrorCode: SocketError.ConnectionRefused } || (failure?.InnerException is { } cause && IsRefusal(cause));

    private ValueTask LetGoAsync(MsrpSession msrp) => IsTakenBack ? msrp.DropAsync() : msrp.CloseAsync();

    private async Task ConnectAsync()
    {
        await _agreed.Task.ConfigureAwait(false);
        if (_peer is null)
        {
            // The share ended before the answer.
            return;
        }

        try
        {
            MsrpPath path = PeerPath.Parse(Peer.Path);
            Msrp.SetPeerPath(path, PeerPath.Recognize(Peer.Fingerprints));
            if (!_hasPeerAddress && path.Uris is [{ IsUnspecified: true, Port: { } port }])
            {
                // It does not know its own address, but we have heard from it.
                Msrp.SetPeerAddress(_signalling!.ToString(), port);
            }

            Msrp.TellEnd(OnEnded);
            await Msrp.ConnectAsync(Peer.IsActive, CancellationToken.None).ConfigureAwait(false);
            Session.Post(new ShareInput.MediaConnected(), inPlace: true);
        }
        catch (ImageShareException e)
        {
            Volatile.Write(ref _failure, e);
            Session.Post(new ShareInput.MediaFailed(ShareOutcome.FromMedia(e)));
        }
        finally
        {
            Shared.Settle(this);
        }
    }

    // The result of the transfer is more precise, so it comes first. On the thread that ended the MSRP session, which others may need.
    private void OnEnded(MsrpSessionEnd end)
    {
        if (Sending.IsCompleted)
        {
            Session.Post(new ShareInput.MediaFailed(MsrpOutcome.OfEnd(end)));
        }
        else
        {
            _ = Session.Begin(() => OnEndedAsync(end), mayBlock: false);
        }
    }

    private async Task OnEndedAsync(MsrpSessionEnd end)
    {
        await Sending.ConfigureAwait(false);
        Session.Post(new ShareInput.MediaFailed(MsrpOutcome.OfEnd(end)), inPlace: true);
    }
}

/// <summary>This side of the media, for its session description.</summary>
/// <param name="Connection">The listening address as told the peer.</param>
/// <param name="Port">The port.</param>
/// <param name="Path">The MSRP path: the URIs of its relays and its own, separated by spaces.</param>
/// <param name="IsReachable">Whether the peer can be expected to connect to it.</param>
internal sealed record MediaEnd(ConnectionData Connection, int Port, string Path, bool IsReachable);

/// <summary>The peer's side of the media, from its session description.</summary>
/// <param name="Path">The MSRP path.</param>
/// <param name="Fingerprints">The fingerprints of its certificate.</param>
/// <param name="IsActive">Whether this side opens the connection.</param>
internal sealed record PeerMedia(IReadOnlyList<string> Path, FingerprintSet Fingerprints, bool IsActive);
