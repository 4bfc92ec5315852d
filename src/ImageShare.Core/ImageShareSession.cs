using ImageShare.Core.Images;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;

namespace ImageShare.Core;

/// <summary>
/// A share of one image, sent or received, from its first message to its result. Several sessions may belong to one invitation; each is
/// accepted, cancelled and ended separately. Event handlers must not block: <see cref="StateChanged"/> is raised from the loop that owns the
/// state of the share, <see cref="ProgressChanged"/> from the loop that transfers the bytes. An exception thrown by a handler is logged and
/// otherwise ignored. All members are thread-safe. Disposing a running session cancels it first.
/// </summary>
public sealed class ImageShareSession : IImageShareSession
{
    private readonly ShareSession _share;

    private ImageShareSession(ShareSession share)
    {
        _share = share;
        share.StateChanged += state => StateChanged?.Invoke(this, state);
        share.ProgressChanged += progress => ProgressChanged?.Invoke(this, progress);
    }

    /// <summary>The SIP Call-ID of the invitation, which identifies the share in logs and traces of both sides.</summary>
    public string Id => _share.Id;

    /// <summary>The index of the image in its invitation, starting at 0. Together with <see cref="Id"/> it identifies the share.</summary>
    public int Index => _share.Index;

    /// <summary>Whether this side sends the image. A fetched image comes in although this side calls; see <see cref="IsCaller"/>.</summary>
    public bool IsOutgoing => _share.IsOutgoing;

    /// <summary>Whether this side sent the invitation: true for a share or a fetch of this side, false for an invitation of the peer.</summary>
    public bool IsCaller => _share.IsCaller;

    /// <summary>
    /// The peer. For a share of this side, the address it was started with, whatever proxies or redirections made of it. For an invitation of the peer, its
    /// identity as asserted by a trusted proxy, otherwise the From address, which anyone can forge (<see cref="ImageShareInvitation.Caller"/>).
    /// </summary>
    public SipUri Peer => _share.Peer.Uri;

    /// <summary>The display name the peer gave with its invitation, or null; always null if this side sent the invitation. Escape it before display.</summary>
    public string? PeerDisplayName => _share.Peer.DisplayName;

    /// <summary>The name of the image as given by its sender, or null. For display only; never use it as a path.</summary>
    public string? ImageName => _share.Image.Name;

    /// <summary>
    /// What is known about the image: the sender's description. For an image that is being fetched, the request, supplemented by the peer's
    /// description once the state is <see cref="ImageShareState.Transferring"/>.
    /// </summary>
    public ImageSelector Image => _share.Image;

    /// <summary>The current state of the share.</summary>
    public ImageShareState State => _share.State;

    /// <summary>
    /// The result, or null while the share runs. It is there before <see cref="StateChanged"/> reports a final state. <see cref="Completion"/> waits for it.
    /// </summary>
    public ImageShareResult? Result => _share.Result;

    /// <summary>Who or what ended the share: this side, the peer, the network or a limit (<see cref="ImageShareResult.EndedBy"/>). Null while it runs.</summary>
    public ImageShareEndedBy? EndedBy => Result?.EndedBy;

    /// <summary>The progress of the transfer.</summary>
    public ImageShareProgress Progress => _share.Progress;

    /// <summary>Completes when the share has ended. Never faults: cancellation and failure are results too.</summary>
    public Task<ImageShareResult> Completion => _share.Completion;

    /// <summary>Raised after each change of <see cref="State"/>, in order. The last one is a final state.</summary>
    public event EventHandler<ImageShareState>? StateChanged;

    /// <summary>Raised as bytes are transferred, at most every 64 KiB or 1/256 of the image, whichever is more.</summary>
    public event EventHandler<ImageShareProgress>? ProgressChanged;

    /// <summary>
    /// Cancels the share: with CANCEL before it is answered, with the <c>#</c> flag and BYE while it is running. If the session contains
    /// other images, only this one is removed, by an offer with port 0 in its media section, and the others continue. Returns the result
    /// within half a second, even if the peer does not respond; the remaining messages (CANCEL, the end of a chunk, BYE) are sent in the
    /// background for some seconds while the client exists. It also waits for a store that is using the image. Does nothing if the share is
    /// already over.
    /// </summary>
    /// <param name="cancellationToken">Cancels waiting for the result, not the cancellation of the share.</param>
    /// <example><code source="tests/ImageShare.Core.Tests/Documentation/ApiExamples.cs" region="Cancel" /></example>
    public async Task<ImageShareResult> CancelAsync(CancellationToken cancellationToken = default)
    {
        _share.Post(new ShareInput.CancelRequested());
        return await Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Cancels the share if it is still running and waits for its result, like <see cref="CancelAsync"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        _share.Post(new ShareInput.CancelRequested());
        await Completion.ConfigureAwait(false);
    }

    /// <summary>For tests: whether the invitation got any response.</summary>
    internal bool IsHeard => _share.IsHeard;

    /// <summary>For tests: completes when the share has released all resources.</summary>
    internal Task Gone => _share.Gone;

    /// <summary>The public object for a share; always the same instance.</summary>
    internal static ImageShareSession Of(ShareSession share) => share.Face.Of(share, static inner => new ImageShareSession(inner));
}
