using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing.Calls.Outgoing;

/// <summary>One image on the calling side: its part of the <see cref="OutgoingCall"/> that creates it.</summary>
/// <param name="call">The call it belongs to.</param>
/// <param name="session">The share.</param>
/// <param name="media">Its media.</param>
/// <param name="terms">Writes its offer and interprets the answer.</param>
internal sealed class CallingShare(OutgoingCall call, ShareSession session, ShareMedia media, IShareOffer terms) : ShareRole(session, media)
{
    public IShareOffer Terms => terms;

    protected override async ValueTask SignalAsync(ShareEffect effect)
    {
        switch (effect)
        {
            case ShareEffect.Query:
                call.Query();
                break;
            case ShareEffect.Invite:
                call.Invite(this);
                break;
            case ShareEffect.AbandonQuery:
                await call.GiveUpAsync(this, mayWait: false).ConfigureAwait(false);
                break;
            case ShareEffect.CancelInvite cancel:
                await call.GiveUpAsync(this, mayWait: true, cancel.Reason).ConfigureAwait(false);
                break;
            case ShareEffect.Bye bye:
                _ = Session.Begin(() => call.LeaveAsync(Session, Media, bye), mayBlock: false);
                break;
            case ShareEffect.AwaitBye:
                call.Release(Session);
                break;
            default:
                break;
        }
    }

    protected override void Leave() => call.Drop(Session, Media);
}
