using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing.Calls.Outgoing;

/// <summary>One image on the side that invites: its part of an <see cref="OutgoingCall"/>, which makes it.</summary>
/// <param name="call">The SIP session it is in.</param>
/// <param name="session">The share.</param>
/// <param name="media">Its MSRP half.</param>
/// <param name="terms">What is offered, and what the answer to it means.</param>
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
                _ = Session.Begin(() => call.LeaveAsync(Session, Media, bye));
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
