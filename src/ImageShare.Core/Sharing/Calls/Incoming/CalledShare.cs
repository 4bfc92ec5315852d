using System.Net;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing.Calls.Incoming;

/// <summary>The SIP half of one image on the side that is invited: its decision, and its part of the answer of an <see cref="IncomingCall"/>.</summary>
internal sealed class CalledShare : IShareSignalling
{
    // What _decision holds. One field, so that of all that can happen first, one does.
    private static readonly object Accepted = new();
    private static readonly object Declined = new();
    private static readonly object Over = new();

    private readonly ShareContext _context;
    private readonly ReceivedOffer _offer;
    private readonly CancellationTokenSource _withdrawn = new();
    private object? _decision;

    public CalledShare(ShareContext context, ShareSession session, IncomingCall call, ReceivedOffer offer, ShareMedia media)
    {
        (_context, Session, Call, _offer, Media) = (context, session, call, offer, media);
        call.Join(this);
    }

    public ShareSession Session { get; }

    public IncomingCall Call { get; }

    public ShareMedia Media { get; }

    public ReceivedOffer Offer => _offer;

    /// <summary>Whether the answer reckons with a middlebox (RFC 6714 §4.3).</summary>
    public bool AnswersWithCema { get; init; }

    /// <summary>Cancelled when it is over without this side's decision.</summary>
    public CancellationToken Withdrawn => _withdrawn.Token;

    public bool IsDecided => Volatile.Read(ref _decision) is not null;

    public bool WasDeclined => Volatile.Read(ref _decision) == Declined;

    /// <summary>Takes the invitation, with all that is needed for it at hand; false when it is over or decided already.</summary>
    public bool TryAccept()
    {
        if (Interlocked.CompareExchange(ref _decision, Accepted, null) is not null)
        {
            return false;
        }

        Session.Post(new ShareInput.UserAccepted());
        return true;
    }

    public void Decline(int status = 603)
    {
        if (Interlocked.CompareExchange(ref _decision, Declined, null) is null)
        {
            Session.Post(new ShareInput.UserDeclined(status));
        }
    }

    public async ValueTask PerformAsync(ShareEffect effect)
    {
        switch (effect)
        {
            case ShareEffect.Ring:
                Call.Ring();
                break;
            case ShareEffect.Answer:
                await Call.Cleared.ConfigureAwait(false);
                if (Media.End is null)
                {
                    await OpenAsync(CancellationToken.None).ConfigureAwait(false);
                }

                Answer();
                break;
            case ShareEffect.Reject reject:
                Call.Refuse(this, reject.SipStatus);
                break;
            case ShareEffect.Bye bye:
                _ = Session.Begin(() => Call.LeaveAsync(Session, Media, bye));
                break;
            case ShareEffect.AwaitBye:
                Call.Release(Session);
                break;
            default:
                break;
        }
    }

    /// <summary>
    /// Before anything is answered: where this side has relays, it logs in there. One that does not let this side in leaves the invitation as it was.
    /// </summary>
    /// <exception cref="ImageShareException">That of <see cref="ShareMedia.OpenAsync"/>.</exception>
    public ValueTask LogInAsync(CancellationToken cancellationToken) => _context.Relays.Any && Media.End is null ? OpenAsync(cancellationToken) : default;

    public ValueTask DisposeAsync()
    {
        if (Interlocked.CompareExchange(ref _decision, Over, null) is null)
        {
            Session.Raise(_withdrawn.Cancel);
        }

        // Whatever led here, no caller is left ringing and no session standing; it does nothing when that is done already.
        Call.Drop(Session, Media);
        return ValueTask.CompletedTask;
    }

    private async ValueTask OpenAsync(CancellationToken cancellationToken) => await Media.OpenAsync(
        _context.AddressFor(Call.Source), _offer.Media.IsMsrpOverTls, Call.Source.Remote.Address, AnswersWithCema, cancellationToken).ConfigureAwait(false);

    // The answer goes out with the decision on the last image of the invitation; only then does the caller know where to connect.
    private void Answer()
    {
        IPAddress address = _context.AddressFor(Call.Source);
        bool isSecure = _offer.Media.IsMsrpOverTls;
        MediaEnd end = Media.End!;
        ImageAnswer answer = Media.Complete(new ImageAnswer
        {
            Offer = _offer,
            Origin = Origin.Create(address),
            MsrpAddress = end.Address,
            Fingerprints = isSecure ? _context.Fingerprints : [],
            HasCema = AnswersWithCema,
            Path = end.Path,
        });
        Call.Accept(this, answer);
    }

    /// <summary>The answer is out.</summary>
    public void OnAnswered(ImageAnswer answer)
    {
        if (AnswersWithCema && answer.IsActive && !_context.Relays.Any && _offer.Media.Port != 9 && _offer.Description.GetConnection(_offer.Media) is { } middlebox)
        {
            Media.SetPeerAddress(middlebox.Address, _offer.Media.Port);
        }

        Media.SetPeer(new PeerMedia(_offer.Path, _offer.Fingerprints, answer.IsActive));
    }
}
