using System.Security.Cryptography;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents;

/// <content>Our own offers inside the session.</content>
public sealed partial class InviteDialog
{
    private OfferState _offer;
    private PendingOffer? _pendingOffer;
    private Reinvitation? _reinvitation;
    private LoopTimer? _rest;
    private bool _isCaller;

    /// <summary>
    /// Offers another description of the session, by re-INVITE or UPDATE (RFC 3261 §14, RFC 3311). It waits for an offer of the peer that is
    /// unanswered; where the two meet on the way (491) it is made again, up to eight times, after the time RFC 3261 §14.1 asks for. A 2xx
    /// is acknowledged, and changes where the peer is reached; after anything else the session goes on as it was.
    /// </summary>
    /// <param name="method">INVITE, or UPDATE where the peer must not take time to ask its user.</param>
    /// <param name="offer">The offer; must not change any more.</param>
    /// <param name="contentType">Its type.</param>
    /// <param name="cancellationToken">Gives up the wait only; a re-INVITE nobody answers is cancelled after <see cref="SipUserAgentOptions.InviteTimeLimit"/>.</param>
    /// <returns>The final response with the answer in its body. One of 481 or 408 also ends the session (RFC 3261 §12.2.1.2).</returns>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.NoAnswer"/> (which ends the session too), <see cref="ImageShareError.PeerUnreachable"/>,
    /// <see cref="ImageShareError.ConnectionLost"/>; <see cref="ImageShareError.InvalidState"/>: the session is over, or an offer of ours is
    /// unanswered yet: only one may be open.
    /// </exception>
    public Task<SipResponse> OfferAsync(
        SipMethod method, ReadOnlyMemory<byte> offer, MediaType contentType, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        if ((method != SipMethod.Invite && method != SipMethod.Update) || offer.IsEmpty)
        {
            throw new ArgumentException("An offer has a body and goes into INVITE or UPDATE.", nameof(method));
        }

        return OfferAsync(new PendingOffer(method, () => offer, contentType), cancellationToken)!;
    }

    /// <summary>The same, with an offer that is written when its turn has come: what the peer has offered meanwhile is known then.</summary>
    /// <param name="write">Called on the agent's loop, for each try anew; empty when there is nothing to offer any more.</param>
    /// <param name="contentType">The offer's type.</param>
    /// <param name="reason">Asked when the offer is written: the value of a Reason header (RFC 3326), or null for none.</param>
    /// <param name="cancellationToken">Gives up the wait only.</param>
    /// <returns>The final response; null when there was nothing to offer.</returns>
    internal Task<SipResponse?> OfferAsync(
        Func<ReadOnlyMemory<byte>> write, MediaType contentType, Func<string?> reason, CancellationToken cancellationToken = default) =>
        OfferAsync(new PendingOffer(SipMethod.Invite, write, contentType) { Reason = reason }, cancellationToken);

    private Task<SipResponse?> OfferAsync(PendingOffer pending, CancellationToken cancellationToken)
    {
        bool posted = _core.TryPost(() =>
        {
            if (_state.Phase == InviteSessionPhase.Ended || _pendingOffer is not null)
            {
                pending.Result.TrySetException(new ImageShareException(ImageShareError.InvalidState, _pendingOffer is null
                    ? "The session is over; begin a new one."
                    : "An offer of this side is not answered yet; wait for its answer before making another."));
                return;
            }

            _pendingOffer = pending;
            OnOfferTurn(OfferInput.Wanted);
        });
        return posted ? AgentCore.WaitAsync(pending.Result.Task, cancellationToken) : Task.FromException<SipResponse?>(AgentCore.Closed());
    }

    private bool HasOfferOfPeer => _pendingInvite is not null || _pendingUpdate is not null;

    private void OnOfferTurn(OfferInput input, SipResponse? response = null)
    {
        bool isBusy = HasOfferOfPeer || _state.Phase == InviteSessionPhase.AwaitingAck;
        _offer = OfferMachine.Step(_offer, input, isBusy, out OfferEffect effect);
        switch (effect)
        {
            case OfferEffect.Send:
                SendOffer(_pendingOffer!);
                break;
            case OfferEffect.Rest:
                int choice = RandomNumberGenerator.GetInt32(OfferMachine.Choices(_isCaller));
                _rest = _core.Loop.StartTimer(OfferMachine.RestAfterMeeting(_isCaller, choice), () => OnOfferTurn(OfferInput.RestOver));
                break;
            case OfferEffect.Publish:
                PendingOffer settled = _pendingOffer!;
                _pendingOffer = null;
                if (response is not null)
                {
                    settled.Result.TrySetResult(response);
                }

                break;
        }
    }

    private void SendOffer(PendingOffer offer)
    {
        ReadOnlyMemory<byte> body = offer.Write();
        if (body.IsEmpty)
        {
            offer.Result.TrySetResult(null);
            OnOfferTurn(OfferInput.Settled);
            return;
        }

        var headers = new SipHeaders();
        headers.Add(SipHeaderNames.ContentType, offer.ContentType.ToString());
        if (offer.Reason?.Invoke() is { } reason)
        {
            headers.Add(SipHeaderNames.Reason, reason);
        }

        _core.AddCapabilities(headers);
        _timer?.AddTo(headers);
        RoutedRequest routed = CreateRequest(offer.Method, headers, body);
        offer.Request = routed.Request;
        if (offer.Method == SipMethod.Update)
        {
            new OutgoingRequest(_core, routed, _contactParameters, NextNumber, response => OnOfferAnswered(offer, response), OnOfferFailed).Start();
            return;
        }

        _reinvitation = new Reinvitation(_core, routed, _contactParameters, NextNumber, Acknowledge, response => OnOfferAnswered(offer, response), OnOfferFailed);
        _reinvitation.Start();
    }

    // The ACK goes where the 2xx says the peer is now.
    private RoutedRequest Acknowledge(SipRequest invite, SipResponse response)
    {
        Volatile.Write(ref _dialog, _dialog.RefreshedBy(response));
        return _dialog.CreateAck(invite);
    }

    private void OnOfferAnswered(PendingOffer offer, SipResponse response)
    {
        if (_pendingOffer != offer)
        {
            return;
        }

        if (response.IsSuccess)
        {
            Volatile.Write(ref _dialog, _dialog.RefreshedBy(response));
            Describe(offer.Request!, response);
            if (_timer is not null)
            {
                StartTimer(SessionTimer.Read(response));
            }
        }

        OnOfferTurn(response.StatusCode == 491 ? OfferInput.Met : OfferInput.Settled, response);
        if (response.StatusCode is 481 or 408)
        {
            Give(InviteSessionInput.RequestFailed);
        }
    }

    private void OnOfferFailed(ImageShareException error)
    {
        _pendingOffer?.Result.TrySetException(error);
        OnOfferTurn(OfferInput.Settled);
        if (error.Error == ImageShareError.NoAnswer)
        {
            Give(InviteSessionInput.RequestFailed);
        }
    }

    // The session is over.
    private void GiveUpOffer()
    {
        _rest?.Stop();
        _reinvitation?.Cancel();
        _pendingOffer?.Result.TrySetException(new ImageShareException(ImageShareError.InvalidState, "The session ended before the offer was answered."));
        _pendingOffer = null;
        _offer = default;
    }

    private sealed class PendingOffer(SipMethod method, Func<ReadOnlyMemory<byte>> write, MediaType contentType)
    {
        public SipMethod Method => method;

        public Func<ReadOnlyMemory<byte>> Write => write;

        public MediaType ContentType => contentType;

        public Func<string?>? Reason { get; init; }

        public SipRequest? Request { get; set; }

        public TaskCompletionSource<SipResponse?> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
