using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing.Calls;

/// <summary>
/// One image in a SIP session: the share, the MSRP half that sends or receives it, and, in the class that inherits this, the SIP half
/// that calls or was called. Any two halves go together. All effects come from the share's one loop.
/// </summary>
/// <param name="session">The share.</param>
/// <param name="media">Its MSRP half.</param>
internal abstract class ShareRole(ShareSession session, ShareMedia media) : IShareRole
{
    public ShareSession Session => session;

    public ShareMedia Media => media;

    public bool HasImageInHand => media.HasImageInHand;

    public ImageShareResult Describe(ImageShareResult result) => media.Describe(result);

    public ValueTask PerformAsync(ShareEffect effect) => effect switch
    {
        ShareEffect.ConnectMedia or ShareEffect.Transfer or ShareEffect.AbortTransfer or ShareEffect.CloseMedia => media.PerformAsync(effect),
        _ => SignalAsync(effect),
    };

    public async ValueTask DisposeAsync()
    {
        await media.StopAsync().ConfigureAwait(false);
        Leave();
        await media.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Performs one effect that concerns SIP.</summary>
    protected abstract ValueTask SignalAsync(ShareEffect effect);

    /// <summary>The share is over: no caller is left ringing for it, and no session standing.</summary>
    protected abstract void Leave();
}
