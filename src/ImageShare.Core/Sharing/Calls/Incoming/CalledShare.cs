using ImageShare.Core.Sdp;
using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;

namespace ImageShare.Core.Sharing.Calls.Incoming;

/// <summary>One image on the called side: its decision, and its part of the answer of the <see cref="IncomingCall"/> that creates it.</summary>
/// <param name="context">The context of the client's shares.</param>
/// <param name="call">The call it belongs to.</param>
/// <param name="session">The share.</param>
/// <param name="media">Its media.</param>
/// <param name="offer">The offer.</param>
internal sealed class CalledShare(ShareContext context, IncomingCall call, ShareSession session, ShareMedia media, ReceivedOffer offer) : ShareRole(session, media)
{
    // The values of _decision. A single field, so that only the first event takes effect.
    private static readonly object Accepted = new();
    private static readonly object Declined = new();
    private static readonly object Over = new();

    private readonly CancellationTokenSource _withdrawn = new();
    private object? _decision;

    public IncomingCall Call => call;

    public ReceivedOffer Offer => offer;

    /// <summary>Whether the answer uses CEMA (RFC 6714 §4.3).</summary>
    public bool AnswersWithCema { get; init; }

    /// <summary>Cancelled when the invitation ends without a decision of this side.</summary>
    public CancellationToken Withdrawn => _withdrawn.Token;

    public bool IsDecided => Volatile.Read(ref _decision) is not null;

    public bool WasDeclined => Volatile.Read(ref _decision) == Declined;

    /// <summary>Accepts the invitation once everything it needs is ready; false if it is over or already decided.</summary>
    public bool TryAccept()
    {
        if (Interlocked.CompareExchange(ref _decision, Accepted, null) is not null)
        {
            return false;
        }

        Session.Post(new ShareInput.UserAccepted());
        return true;
    }

    public void Decline(int status = SipStatus.Decline)
    {
        if (Interlocked.CompareExchange(ref _decision, Declined, null) is null)
        {
            Session.Post(new ShareInput.UserDeclined(status));
        }
    }

    protected override async ValueTask SignalAsync(ShareEffect effect)
    {
        switch (effect)
        {
            case ShareEffect.Ring:
                call.Ring();
                break;
            case ShareEffect.Answer:
                await call.Cleared.ConfigureAwait(false);
                if (Media.End is null)
                {
                    await OpenAsync(CancellationToken.None).ConfigureAwait(false);
                }

                Answer();
                break;
            case ShareEffect.Reject reject:
                call.Refuse(this, reject.SipStatus);
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

    /// <summary>Authenticates with the relays of this side, if any, before answering. If a relay refuses, the invitation still waits.</summary>
    /// <exception cref="ImageShareException">As for <see cref="ShareMedia.OpenAsync"/>.</exception>
    public ValueTask LogInAsync(CancellationToken cancellationToken) => context.Relays.Any && Media.End is null ? OpenAsync(cancellationToken) : default;

    protected override void Leave()
    {
        if (Interlocked.CompareExchange(ref _decision, Over, null) is null)
        {
            Session.Raise(static withdrawn => withdrawn.Cancel(), _withdrawn);
        }

        // However the share ended, no caller may be left ringing and no session established. This does nothing if that was done before.
        call.Drop(Session, Media);
    }

    private async ValueTask OpenAsync(CancellationToken cancellationToken) => await Media.OpenAsync(
        context.AddressFor(call.Source), offer.Media.IsMsrpOverTls, call.Source.Remote.Address, AnswersWithCema, cancellationToken).ConfigureAwait(false);

    // The answer is sent with the decision on the last image; only then does the caller know where to connect.
    private void Answer()
    {
        bool isSecure = offer.Media.IsMsrpOverTls;
        MediaEnd end = Media.End!;
        ImageAnswer answer = Media.Complete(new ImageAnswer
        {
            Offer = offer,
            Origin = Origin.CreateAt(context.AddressFor(call.Source).Connection),
            Connection = end.Connection,
            Port = end.Port,
            IsReachable = end.IsReachable,
            Fingerprints = isSecure ? context.Fingerprints : [],
            HasCema = AnswersWithCema,
            Path = end.Path,
        });
        call.Accept(this, answer);
    }

    /// <summary>Called when the answer was sent.</summary>
    public void OnAnswered(ImageAnswer answer)
    {
        if (AnswersWithCema && answer.IsActive && !context.Relays.Any && offer.Media.Port != 9 && offer.Description.GetConnection(offer.Media) is { } middlebox)
        {
            Media.SetPeerAddress(middlebox.Address, offer.Media.Port);
        }

        Media.SetPeer(new PeerMedia(offer.Path, offer.Fingerprints, answer.IsActive));
    }
}
