using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents;

/// <content>Our own offer before the call is accepted, where the INVITE brought none.</content>
public sealed partial class IncomingInvite
{
    private readonly TaskCompletionSource<SipRequest> _offerAnswered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _hasOffered;
    private bool _isAcceptHeld;

    /// <summary>
    /// Makes our offer to an INVITE that brought none, in the first reliable provisional response (RFC 3261 §13.2.1, RFC 3262 §5). Accept the call
    /// when the answer is there, with an empty body. Without this the offer goes into <see cref="AcceptAsync"/>.
    /// </summary>
    /// <param name="offer">The offer; must not change any more.</param>
    /// <param name="contentType">Its type.</param>
    /// <param name="status">101 to 199.</param>
    /// <param name="cancellationToken">Gives up the wait only.</param>
    /// <returns>The PRACK with the answer in its body.</returns>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.InvalidState"/>: the INVITE holds an offer, the caller does not take reliable responses, or the offer was made
    /// before. <see cref="ImageShareError.MalformedMessage"/>: the PRACK holds no answer; it and the INVITE got 400.
    /// <see cref="ImageShareError.Cancelled"/>: the call is over, for example because no PRACK came in 32 s (64·T1).
    /// </exception>
    public Task<SipRequest> OfferAsync(
        ReadOnlyMemory<byte> offer, MediaType contentType, int status = 183, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 101);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 199);
        if (HasOffer || _reliable is null || offer.IsEmpty || Interlocked.Exchange(ref _hasOffered, true))
        {
            throw new ImageShareException(
                ImageShareError.InvalidState, "An offer of this side takes an INVITE without one whose caller takes reliable responses, and is made once; accept with the offer instead.");
        }

        bool posted = _core.TryPost(() =>
        {
            if (_state.IsOpen && !_core.Loop.IsClosed)
            {
                _reliable.SendOffer(status, offer, contentType, OnOfferAnswered);
            }
            else
            {
                FailOffer();
            }
        });
        if (!posted)
        {
            _offerAnswered.TrySetException(AgentCore.Closed());
        }

        return AgentCore.WaitAsync(_offerAnswered.Task, cancellationToken);
    }

    private void OnOfferAnswered(SipRequest prack)
    {
        if (!prack.Body.IsEmpty)
        {
            _offerAnswered.TrySetResult(prack);
            if (_isAcceptHeld)
            {
                _isAcceptHeld = false;
                Give(new(IncomingInviteInputKind.Accept));
            }

            return;
        }

        _offerAnswered.TrySetException(new ImageShareException(
            ImageShareError.MalformedMessage, "The caller acknowledged our offer without answering it; the call was refused."));
        _final = SipResponse.CreateFor(Request, 400, "Offer Not Answered", _transaction.ToTag);
        Give(new(IncomingInviteInputKind.Reject, 400));
    }

    // The application has accepted, but the PRACK with the answer to our offer is not there yet. When it never comes, there is no call.
    private void FailHeldAccept()
    {
        if (_isAcceptHeld)
        {
            _isAcceptHeld = false;
            _dialog!.Fail(new ImageShareException(
                ImageShareError.Cancelled, "The call was over before it was accepted: the caller never answered our offer, or gave up. There is nothing left to do."));
        }
    }

    private void FailOffer()
    {
        FailHeldAccept();
        if (_offerAnswered.TrySetException(new ImageShareException(ImageShareError.Cancelled, "The call was over before the offer was answered.")))
        {
            // Nobody may have asked.
            _ = _offerAnswered.Task.Exception;
        }
    }
}
