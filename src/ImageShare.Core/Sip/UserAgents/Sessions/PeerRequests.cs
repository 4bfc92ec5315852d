using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Sip.UserAgents.Requests;
using ImageShare.Core.Sip.UserAgents.Transactions;

namespace ImageShare.Core.Sip.UserAgents.Sessions;

/// <summary>
/// The requests of the peer inside a session but BYE and ACK: offers, of which one at a time is open (RFC 3261 §14.2, RFC 3311 §5.2), refreshes, and
/// what the application takes. On the loop only.
/// </summary>
/// <param name="dialog">The application's handlers.</param>
/// <param name="requests">The dialog.</param>
/// <param name="descriptions">What was agreed last.</param>
/// <param name="refresh">The session timer.</param>
internal sealed class PeerRequests(InviteDialog dialog, SessionRequests requests, SessionDescriptions descriptions, SessionRefresh refresh)
{
    private PendingRequest? _pending;
    private IncomingRequest? _held;

    /// <summary>Whether an offer of ours has no answer yet.</summary>
    public required Func<bool> OwnOfferIsOpen { get; init; }

    /// <summary>Called when the offer of the peer got its final response.</summary>
    public required Action OfferConcluded { get; init; }

    /// <summary>Called with a re-INVITE before its 2xx is sent, whose ACK is then awaited.</summary>
    public required Action<ServerTransaction, SipResponse> InviteAccepted { get; init; }

    /// <summary>Takes a PRACK for a provisional response that our 2xx has overtaken; null when there was no reliable one.</summary>
    public Action<ServerTransaction>? PrackReceived { get; set; }

    /// <summary>Whether an offer that comes before the application has set its handler waits for it. Set before the session is reachable.</summary>
    public bool HoldsOffers { get; set; }

    /// <summary>Whether an offer of the peer has no final response yet.</summary>
    public bool HasOpenOffer => _pending is not null;

    private DialogLayer Layer => requests.Layer;

    /// <summary>A request whose CSeq is in order.</summary>
    public void OnRequest(ServerTransaction transaction)
    {
        SipRequest request = transaction.Request;
        if (request.Method == SipMethod.Prack)
        {
            ReceivePrack(transaction);
        }
        else if (TryRefuse(transaction))
        {
            // An offer at the wrong time, or a session interval that is too short; the timer agreed before runs on.
        }
        else if (ReceiverOf(request) is { } receiver)
        {
            Deliver(transaction, receiver);
        }
        else if (MayRefresh(request))
        {
            transaction.Respond(488);
        }
        else
        {
            transaction.RespondNotAllowed();
        }
    }

    /// <summary>The application has set its handler: it gets the offer that waits for it.</summary>
    public void DeliverHeld()
    {
        if (_held is { } held && dialog.OnOffer is { } offered)
        {
            _held = null;
            Receive(_pending!.Transaction, held, offered);
        }
    }

    /// <summary>The session is over: a re-INVITE that still waits for its response gets 487 (RFC 3261 §15.1.2).</summary>
    public void Stop()
    {
        if (_pending is { } pending)
        {
            RefuseInvite(pending.Transaction);
            pending.Limit.Stop();
        }
    }

    private static bool MayRefresh(SipRequest request) => request.Method == SipMethod.Invite || request.Method == SipMethod.Update;

    private static bool IsOffer(SipRequest request) =>
        request.Method == SipMethod.Invite || (request.Method == SipMethod.Update && !request.Body.IsEmpty);

    private bool TryRefuse(ServerTransaction transaction)
    {
        bool isOffer = IsOffer(transaction.Request);
        if (isOffer && OwnOfferIsOpen())
        {
            // The offers crossed (RFC 3261 §14.2, RFC 3311 §5.2).
            transaction.Respond(491);
            return true;
        }

        if (isOffer && HasOpenOffer)
        {
            transaction.RespondRetryLater("Last Offer Not Answered Yet");
            return true;
        }

        return MayRefresh(transaction.Request) && Layer.RefusesTimer(transaction);
    }

    private Action<IncomingRequest>? ReceiverOf(SipRequest request)
    {
        if (descriptions.IsRefresh(request))
        {
            return descriptions.AnswerRefresh;
        }

        if (IsOffer(request) && dialog.OnOffer is { } offered)
        {
            return offered;
        }

        if (IsOffer(request) && HoldsOffers)
        {
            // The peer may be faster than the application, which has only just heard of the session.
            return held => _held = held;
        }

        // OPTIONS is answered as outside a dialog (RFC 3261 §11.2).
        return dialog.OnRequest ?? (request.Method == SipMethod.Options ? Layer.OptionsReceived : null);
    }

    private void ReceivePrack(ServerTransaction transaction)
    {
        if (PrackReceived is { } received)
        {
            received(transaction);
        }
        else
        {
            transaction.Respond(481);
        }
    }

    private void Deliver(ServerTransaction transaction, Action<IncomingRequest> received)
    {
        var incoming = new IncomingRequest(Layer.Requests, transaction, response => OnResponding(transaction, response));
        if (IsOffer(transaction.Request))
        {
            _pending = new PendingRequest(transaction, incoming, StartLimit(transaction));
        }

        Receive(transaction, incoming, received);
    }

    private void Receive(ServerTransaction transaction, IncomingRequest incoming, Action<IncomingRequest> received)
    {
        try
        {
            received(incoming);
        }
        catch (Exception error)
        {
            // The application's code: the peer gets a response, and the session goes on.
            AgentLog.HandlerFailed(Layer.Agent.Logger, transaction.Request.Method, transaction.Request.Headers.CallId, error);
            transaction.Respond(500);
            Conclude(transaction);
        }
    }

    private LoopTimer StartLimit(ServerTransaction transaction)
    {
        if (transaction.Request.Method != SipMethod.Invite)
        {
            // RFC 4320 §4.2: after this time no client takes the response to an UPDATE.
            return Layer.Agent.Loop.StartTimer(Layer.Agent.Options.Timers.Timeout, () => Conclude(transaction));
        }

        transaction.Cancelled = _ => RefuseInvite(transaction);
        return Layer.Agent.Loop.StartTimer(Layer.Agent.Options.InviteTimeLimit, () => RefuseInvite(transaction));
    }

    private void OnResponding(ServerTransaction transaction, SipResponse response)
    {
        if (!response.IsFinal)
        {
            return;
        }

        SipRequest request = transaction.Request;
        if (response.IsSuccess && MayRefresh(request))
        {
            requests.RefreshTarget(request);
            if (!response.Headers.Contains(SipHeaderNames.Contact))
            {
                SipUri contact = Layer.Agent.GetContactUri(request, transaction.DestinationOf(response));
                response.Headers.Add(SipHeaderNames.Contact, new NameAddress(contact));
            }

            refresh.AgreeOn(request, response);
            if (!request.Body.IsEmpty && !response.Body.IsEmpty)
            {
                descriptions.Set(response, request);
            }

            if (transaction == _pending?.Transaction && request.Method == SipMethod.Invite)
            {
                InviteAccepted(transaction, response);
            }
        }

        Conclude(transaction);
    }

    // The peer's offer has its final response: an offer of ours may go next.
    private void Conclude(ServerTransaction transaction)
    {
        if (transaction == _pending?.Transaction)
        {
            _pending.Limit.Stop();
            _pending = null;
            _held = null;
            OfferConcluded();
        }
    }

    private void RefuseInvite(ServerTransaction transaction)
    {
        if (_pending is { } pending && transaction == pending.Transaction && transaction.Request.Method == SipMethod.Invite)
        {
            transaction.Respond(487);
            Conclude(transaction);
            pending.Request.Cancel();
        }
    }

    private sealed record PendingRequest(ServerTransaction Transaction, IncomingRequest Request, LoopTimer Limit);
}
