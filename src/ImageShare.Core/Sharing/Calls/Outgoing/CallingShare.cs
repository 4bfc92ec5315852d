using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing.Calls.Outgoing;

/// <summary>The SIP half of one image on the side that invites: its part of an <see cref="OutgoingCall"/>.</summary>
internal sealed class CallingShare : IShareSignalling
{
    private readonly OutgoingCall _call;

    public CallingShare(OutgoingCall call, ShareSession session, IShareOffer terms, ShareMedia media)
    {
        (_call, Session, Terms, Media) = (call, session, terms, media);
        call.Join(this);
    }

    public ShareSession Session { get; }

    public IShareOffer Terms { get; }

    public ShareMedia Media { get; }

    public async ValueTask PerformAsync(ShareEffect effect)
    {
        switch (effect)
        {
            case ShareEffect.Query:
                _call.Query();
                break;
            case ShareEffect.Invite:
                _call.Invite(this);
                break;
            case ShareEffect.AbandonQuery:
                await _call.GiveUpAsync(this, mayWait: false).ConfigureAwait(false);
                break;
            case ShareEffect.CancelInvite cancel:
                await _call.GiveUpAsync(this, mayWait: true, cancel.Reason).ConfigureAwait(false);
                break;
            case ShareEffect.Bye bye:
                _ = Session.Begin(() => _call.LeaveAsync(Session, Media, bye));
                break;
            case ShareEffect.AwaitBye:
                _call.Release(Session);
                break;
            default:
                break;
        }
    }

    public ValueTask DisposeAsync()
    {
        _call.Drop(Session, Media);
        return ValueTask.CompletedTask;
    }
}
