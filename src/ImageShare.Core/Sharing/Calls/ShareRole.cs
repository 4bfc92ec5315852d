using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing.Calls;

/// <summary>
/// Both halves of one share: the SIP half calls or was called, the media half sends or receives, and any two go together. Performs what the
/// machine wants done. All calls come from the session's one loop.
/// </summary>
internal sealed class ShareRole(IShareSignalling signalling, ShareMedia media) : IShareRole
{
    public ValueTask PerformAsync(ShareEffect effect) => effect switch
    {
        ShareEffect.ConnectMedia or ShareEffect.Transfer or ShareEffect.AbortTransfer or ShareEffect.CloseMedia => media.PerformAsync(effect),
        _ => signalling.PerformAsync(effect),
    };

    public bool HasImageInHand => media.HasImageInHand;

    public ImageShareResult Describe(ImageShareResult result) => media.Describe(result);

    public async ValueTask DisposeAsync()
    {
        await media.StopAsync().ConfigureAwait(false);
        await signalling.DisposeAsync().ConfigureAwait(false);
        await media.DisposeAsync().ConfigureAwait(false);
    }
}
