using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing;

/// <summary>
/// Both halves of one share: the SIP half calls or was called, the media half sends or receives, and any two go together. Performs what the
/// machine wants done. All calls come from the session's one loop.
/// </summary>
internal sealed class ShareRole(IShareSignalling signalling, ShareMedia media) : IAsyncDisposable
{
    /// <summary>Performs one effect. Long work is started here and reports back with an input.</summary>
    public ValueTask PerformAsync(ShareEffect effect) => effect switch
    {
        ShareEffect.ConnectMedia or ShareEffect.Transfer or ShareEffect.AbortTransfer or ShareEffect.CloseMedia => media.PerformAsync(effect),
        _ => signalling.PerformAsync(effect),
    };

    /// <summary>Whether the store has an image in hand that is not whole.</summary>
    public bool HasImageInHand => media.HasImageInHand;

    /// <summary>Adds what this side knows to the result.</summary>
    public ImageShareResult Describe(ImageShareResult result) => media.Describe(result);

    public async ValueTask DisposeAsync()
    {
        await media.StopAsync().ConfigureAwait(false);
        await signalling.DisposeAsync().ConfigureAwait(false);
        await media.DisposeAsync().ConfigureAwait(false);
    }
}
