using System.Security.Cryptography;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Loop;

namespace ImageShare.Core.Sip.UserAgents.Sessions;

/// <summary>The offers of this side inside a session, one at a time (RFC 3261 §14.1, RFC 3311 §5.1). On the loop only.</summary>
/// <param name="requests">The dialog they are sent in.</param>
/// <param name="descriptions">Takes what was agreed.</param>
/// <param name="refresh">The session timer, which an offer refreshes too.</param>
/// <param name="isCaller">Whether this side chose the Call-ID.</param>
internal sealed class OwnOffers(SessionRequests requests, SessionDescriptions descriptions, SessionRefresh refresh, bool isCaller)
{
    private OfferState _state;
    private PendingOffer? _pending;
    private Reinvitation? _reinvitation;
    private LoopTimer? _retry;

    /// <summary>Whether an offer of the peer is unanswered, or our 2xx to its INVITE unacknowledged.</summary>
    public required Func<bool> PeerIsBusy { get; init; }

    /// <summary>Called with the status when an offer got a response that ends the session; with 408 when it got none (RFC 3261 §8.1.3.1).</summary>
    public required Action<int> Failed { get; init; }

    /// <summary>Whether an offer was sent and has no answer yet.</summary>
    public bool IsOpen => _state.Phase == OfferPhase.Open;

    /// <summary>Makes an offer, now or after the peer's.</summary>
    public void Begin(PendingOffer offer)
    {
        if (_pending is not null)
        {
            offer.Fail("An offer of this side is not answered yet; wait for its answer before making another.");
            return;
        }

        _pending = offer;
        Step(OfferInput.Wanted);
    }

    /// <summary>The peer's offer is answered, or its INVITE acknowledged.</summary>
    public void OnPeerDone() => Step(OfferInput.PeerDone);

    /// <summary>The session is over.</summary>
    public void Stop()
    {
        _retry?.Stop();
        _reinvitation?.Cancel();
        _pending?.Fail("The session ended before the offer was answered.");
        _pending = null;
        _state = default;
    }

    private void Step(OfferInput input, SipResponse? response = null)
    {
        _state = OfferMachine.Step(_state, input, PeerIsBusy(), out OfferEffect effect);
        switch (effect)
        {
            case OfferEffect.Send:
                Send(_pending!);
                break;
            case OfferEffect.Rest:
                int choice = RandomNumberGenerator.GetInt32(OfferMachine.Choices(isCaller));
                _retry = requests.Layer.Agent.Loop.StartTimer(OfferMachine.RestAfterMeeting(isCaller, choice), () => Step(OfferInput.RestOver));
                break;
            case OfferEffect.Publish:
                PendingOffer settled = _pending!;
                _pending = null;
                if (response is not null)
                {
                    settled.Result.TrySetResult(response);
                }

                break;
        }
    }

    private void Send(PendingOffer offer)
    {
        ReadOnlyMemory<byte> body = offer.Write();
        if (body.IsEmpty)
        {
            offer.Result.TrySetResult(null);
            Step(OfferInput.Settled);
            return;
        }

        var headers = new SipHeaders();
        headers.Add(SipHeaderNames.ContentType, offer.ContentType.ToString());
        if (offer.Reason?.Invoke() is { } reason)
        {
            headers.Add(SipHeaderNames.Reason, reason);
        }

        requests.Layer.Agent.Capabilities.AddTo(headers);
        refresh.AddTo(headers);
        RoutedRequest routed = requests.Create(offer.Method, headers, body);
        if (offer.Method == SipMethod.Update)
        {
            requests.Send(routed, response => OnAnswered(offer, routed.Request, response), OnFailed, refreshesTarget: true);
            return;
        }

        _reinvitation = new Reinvitation(requests, response => OnAnswered(offer, routed.Request, response), OnFailed);
        _reinvitation.Start(routed);
    }

    private void OnAnswered(PendingOffer offer, SipRequest request, SipResponse response)
    {
        if (_pending != offer)
        {
            return;
        }

        if (response.IsSuccess)
        {
            requests.RefreshTarget(response);
            descriptions.Set(request, response);
            refresh.OnAccepted(response);
        }

        // RFC 3261 §14.1: 491 says that the two offers crossed, and asks to try again later.
        Step(response.StatusCode == 491 ? OfferInput.Met : OfferInput.Settled, response);
        if (response.StatusCode is 481 or 408)
        {
            Failed(response.StatusCode);
        }
    }

    private void OnFailed(ImageShareException error)
    {
        _pending?.Result.TrySetException(error);
        Step(OfferInput.Settled);
        if (error.Error == ImageShareError.NoAnswer)
        {
            Failed(408);
        }
    }
}
