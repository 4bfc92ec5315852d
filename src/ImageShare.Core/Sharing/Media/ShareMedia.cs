using System.Net;
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
/// The media half of a share: one image, sent or received over the MSRP session of one section. What is agreed upon is told to it by the SIP half;
/// which of them called makes no difference here.
/// </summary>
internal abstract class ShareMedia(ShareContext context, ShareSession session) : IAsyncDisposable
{
    private readonly TaskCompletionSource _agreed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MsrpSession? _msrp;
    private MediaEnd? _end;
    private PeerMedia? _peer;
    private volatile bool _isDisposed;

    protected ShareContext Context { get; } = context;

    protected ShareSession Session { get; } = session;

    /// <summary>The MSRP session; <see cref="OpenAsync"/> has made it.</summary>
    public MsrpSession Msrp => _msrp!;

    /// <summary>What the peer has said of its end; <see cref="SetPeer"/> was told.</summary>
    protected PeerMedia Peer => _peer!;

    /// <summary>The index of the section in the session description. Known before the MSRP session is made.</summary>
    public int Section { get; set; }

    /// <summary>The media of the images that share the session, and so perhaps a connection.</summary>
    public required SharedConnection Together { get; init; }

    /// <summary>Where incoming messages go; null on the side that sends.</summary>
    protected virtual IMsrpMessageReceiver? Receiver => null;

    /// <summary>Done when this side sends nothing more.</summary>
    protected virtual Task Sending => Task.CompletedTask;

    /// <summary>Makes the MSRP session, before it is known what the peer says; through the relays of this side, if it has any. Once.</summary>
    /// <param name="address">This side's address as the peer is to reach it.</param>
    /// <param name="isSecure">Whether over TLS.</param>
    /// <param name="signalling">Where SIP is spoken with the peer: what may be dialled depends on it.</param>
    /// <param name="usesCema">Whether middleboxes are reckoned with.</param>
    /// <param name="cancellationToken">Gives up the wait for a relay.</param>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.RelayUnreachable"/>, <see cref="ImageShareError.RelayRefused"/>, <see cref="ImageShareError.CertificateNotTrusted"/>.
    /// </exception>
    public async ValueTask<MediaEnd> OpenAsync(IPAddress address, bool isSecure, IPAddress signalling, bool usesCema, CancellationToken cancellationToken)
    {
        var options = new MsrpSessionOptions
        {
            AdvertisedAddress = address,
            IsSecure = isSecure,
            DialPolicy = remote => MediaDialPolicy.Allows(signalling, remote),
            Receiver = Receiver,
            ExpectsMessage = Receiver is not null,
            MayBeEmpty = Session.Image.Size == 0,
        };
        MsrpSession msrp = await Context.Relays.CreateSessionAsync(Context.Msrp, options, Context.TimeProvider, cancellationToken).ConfigureAwait(false);
        bool done = false;
        try
        {
            IPEndPoint end = await Context.Relays.MediaAddressAsync(msrp, address, usesCema, Context.Network, cancellationToken).ConfigureAwait(false);
            _end = new MediaEnd(end, msrp.AdvertisedPath.ToString());

            // A full fence, here and in DisposeAsync: one of the two sees what the other has done, or nobody lets go of the session.
            Interlocked.Exchange(ref _msrp, msrp);
            done = !_isDisposed;
            return _end;
        }
        finally
        {
            if (!done)
            {
                // Nobody else will: the share was over before there was anything to let go of.
                await msrp.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>This side's end, once it was opened.</summary>
    public MediaEnd? End => _end;

    /// <summary>
    /// Takes what the two sides agreed upon; the last one counts when the connection is made. Where the answer has to wait for other images, the
    /// connection waits for this.
    /// </summary>
    public void SetPeer(PeerMedia peer)
    {
        _peer = peer;
        _agreed.TrySetResult();
    }

    /// <summary>The peer's connection is carried by a middlebox, which is connected to in its place (RFC 6714).</summary>
    public void SetPeerAddress(string host, int port) => Msrp.SetPeerAddress(host, port);

    /// <summary>Adds what an answer says of this side's file, or of the files it takes.</summary>
    public abstract ImageAnswer Complete(ImageAnswer answer);

    /// <summary>The file that a later offer under the same id has to be about (RFC 5547 §8.1).</summary>
    /// <param name="offered">What the offer said of it.</param>
    public virtual FileSelector FileOf(FileSelector offered) => offered;

    /// <summary>Performs one effect of the machine that concerns MSRP.</summary>
    public async ValueTask PerformAsync(ShareEffect effect)
    {
        switch (effect)
        {
            case ShareEffect.ConnectMedia when _msrp is not null:
                OnAgreed();
                _ = Session.Begin(ConnectAsync);
                break;
            case ShareEffect.Transfer:
                BeginTransfer();
                break;
            case ShareEffect.AbortTransfer abort:
                await AbortAsync(abort.IsByPeer).ConfigureAwait(false);
                break;
            case ShareEffect.CloseMedia when _msrp is not null:
                // The connection closes behind its last session: the others are on it by then.
                await Together.LeaveAsync(this).ConfigureAwait(false);
                await LetGoAsync(_msrp).ConfigureAwait(false);
                break;
            default:
                break;
        }
    }

    /// <summary>Stops what is being sent, without waiting for it.</summary>
    public virtual ValueTask StopAsync() => ValueTask.CompletedTask;

    /// <summary>Whether the store has an image in hand that is not whole: it may become so although nothing more is taken, or something of it is still there.</summary>
    public virtual bool HasImageInHand => false;

    /// <summary>Adds what this half knows to the result.</summary>
    public abstract ImageShareResult Describe(ImageShareResult result);

    public virtual async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        Interlocked.MemoryBarrier();
        Together.Settle(this);
        _agreed.TrySetResult();
        if (Volatile.Read(ref _msrp) is { } msrp)
        {
            await LetGoAsync(msrp).ConfigureAwait(false);
        }
    }

    /// <summary>Whether the image was taken back in the middle: what has not left of it is not to leave.</summary>
    protected virtual bool IsTakenBack => false;

    /// <summary>Offer and answer are exchanged: the connection is about to be made.</summary>
    protected virtual void OnAgreed()
    {
    }

    protected virtual void BeginTransfer()
    {
    }

    /// <summary>Breaks the transfer off.</summary>
    /// <param name="isByPeer">Whether the peer did, and knows.</param>
    protected abstract ValueTask AbortAsync(bool isByPeer);

    private ValueTask LetGoAsync(MsrpSession msrp) => IsTakenBack ? msrp.DropAsync() : msrp.CloseAsync();

    private async Task ConnectAsync()
    {
        await _agreed.Task.ConfigureAwait(false);
        if (_peer is null)
        {
            // Over before the two sides agreed.
            return;
        }

        try
        {
            Msrp.SetPeerPath(PeerPath.Parse(Peer.Path), PeerPath.Recognize(Peer.Fingerprints));
            _ = Session.Begin(WatchAsync);
            await Msrp.ConnectAsync(Peer.IsActive, CancellationToken.None).ConfigureAwait(false);
            Session.Post(new ShareInput.MediaConnected());
        }
        catch (ImageShareException e)
        {
            Session.Post(new ShareInput.MediaFailed(ShareOutcome.FromMedia(e)));
        }
        finally
        {
            Together.Settle(this);
        }
    }

    private async Task WatchAsync()
    {
        MsrpSessionEnd end = await Msrp.Ended.ConfigureAwait(false);

        // What the transfer itself says is more precise: it comes first.
        await Sending.ConfigureAwait(false);
        Session.Post(new ShareInput.MediaFailed(MsrpOutcome.OfEnd(end)));
    }
}

/// <summary>This side's end of the media, for its description.</summary>
/// <param name="Address">Where it listens, as the peer is to reach it.</param>
/// <param name="Path">The path of its MSRP session, SP between the URIs: those of its relays, and its own.</param>
internal sealed record MediaEnd(IPEndPoint Address, string Path);

/// <summary>The peer's end of the media, out of its description.</summary>
/// <param name="Path">The path of its MSRP session.</param>
/// <param name="Fingerprints">What its certificate is recognized by.</param>
/// <param name="IsActive">Whether this side opens the connection.</param>
internal sealed record PeerMedia(IReadOnlyList<string> Path, FingerprintSet Fingerprints, bool IsActive);
