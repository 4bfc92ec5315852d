using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing.Calls;

/// <summary>
/// One image in a SIP session: the share, its media, and, in the derived class, the SIP side that calls or is called. Any media can be
/// combined with any SIP side. All effects are performed from the share's loop.
/// </summary>
/// <param name="session">The share.</param>
/// <param name="media">Its media.</param>
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

    /// <summary>Performs an effect that concerns SIP.</summary>
    protected abstract ValueTask SignalAsync(ShareEffect effect);

    /// <summary>Called when the share is over: no invitation may be left ringing and no session established.</summary>
    protected abstract void Leave();
}
