using ImageShare.Core.Images;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core;

/// <summary>
/// One share of one image, in either direction, from its first message to its end; alone in its SIP session, or together with others that are accepted,
/// cancelled and ended each by itself. Handlers of its events
/// must not block: <see cref="StateChanged"/> is raised from the loop that owns the share's state, <see cref="ProgressChanged"/> from the loop that moves the bytes;
/// what they throw is logged and goes no further. All members may be called from any thread, at the same time. Disposing a session that
/// still runs cancels it properly first.
/// </summary>
public sealed class ImageShareSession : IAsyncDisposable
{
    private readonly ShareSession _share;

    private ImageShareSession(ShareSession share)
    {
        _share = share;
        share.StateChanged += state => StateChanged?.Invoke(this, state);
        share.ProgressChanged += progress => ProgressChanged?.Invoke(this, progress);
    }

    /// <summary>The SIP Call-ID of the invitation: the name of this share in logs and traces of both sides.</summary>
    public string Id => _share.Id;

    /// <summary>Its place among the images of one invitation, from 0: with <see cref="Id"/> it names a share that is not alone in its session.</summary>
    public int Index => _share.Index;

    /// <summary>Whether this side sends the image.</summary>
    public bool IsOutgoing => _share.IsOutgoing;

    /// <summary>The image's name as its sender gave it, or null. For showing only; never a path.</summary>
    public string? ImageName => _share.Image.Name;

    /// <summary>
    /// What is known of the image: what its sender said of it. For an image that is fetched, what was asked for, and from
    /// <see cref="ImageShareState.Transferring"/> on also what the peer has said.
    /// </summary>
    public ImageSelector Image => _share.Image;

    /// <summary>Where the share stands.</summary>
    public ImageShareState State => _share.State;

    /// <summary>How far the transfer is.</summary>
    public ImageShareProgress Progress => _share.Progress;

    /// <summary>Ends with the share, always with a result and never with an exception: cancelling and failing are results too.</summary>
    public Task<ImageShareResult> Completion => _share.Completion;

    /// <summary>Raised after each change of <see cref="State"/>, in order. Ends with a final state.</summary>
    public event Action<ImageShareSession, ImageShareState>? StateChanged;

    /// <summary>Raised as bytes get through, at most every 64 KiB or 1/256 of the image.</summary>
    public event Action<ImageShareSession, ImageShareProgress>? ProgressChanged;

    /// <summary>
    /// Breaks the share off: CANCEL while it is not answered, <c>#</c> and BYE while it runs. Where others are in the same session only this image is
    /// given up, by an offer with port 0 in its section, and they go on. Returns when it has ended, within half a second: with a peer that is silent or gone
    /// the result does not wait for it. What is owed to the peer (CANCEL, the end of a chunk, BYE) goes on behind it for some seconds, as long as the client is
    /// there. Only a store that has the image in hand is waited for. Nothing happens when it is over already.
    /// </summary>
    /// <param name="cancellationToken">Stops the waiting, not the cancelling.</param>
    public async Task<ImageShareResult> CancelAsync(CancellationToken cancellationToken = default)
    {
        _share.Post(new ShareInput.CancelRequested());
        return await Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Cancels the share if it still runs, and waits for its result, as <see cref="CancelAsync"/> does.</summary>
    public async ValueTask DisposeAsync()
    {
        _share.Post(new ShareInput.CancelRequested());
        await Completion.ConfigureAwait(false);
    }

    /// <summary>For tests: whether anything came back to the invitation.</summary>
    internal bool IsHeard => _share.IsHeard;

    /// <summary>For tests: done when the share has let go of everything.</summary>
    internal Task Gone => _share.Gone;

    /// <summary>What the application holds of a share: always the same one.</summary>
    internal static ImageShareSession Of(ShareSession share) => share.Face(static inner => new ImageShareSession(inner));
}
