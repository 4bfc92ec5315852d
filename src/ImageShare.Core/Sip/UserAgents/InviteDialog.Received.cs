using System.Security.Cryptography;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sip.UserAgents;

/// <content>What the peer sends inside the dialog.</content>
public sealed partial class InviteDialog
{
    void IDialogUser.OnAck(SipRequest ack)
    {
        if (_answer is { } answer && ack.Headers.CSeq!.Number == answer.Transaction.Request.Headers.CSeq!.Number)
        {
            Volatile.Write(ref _ack, ack);
            if (answer.Transaction.Request.Body.IsEmpty && !answer.Response.Body.IsEmpty)
            {
                TakeAnswer(ack, answer.Response);
                return;
            }

            Give(InviteSessionInput.AckReceived);
            OnOfferTurn(OfferInput.PeerDone);
        }
    }

    void IDialogUser.OnRequest(ServerTransaction transaction)
    {
        SipRequest request = transaction.Request;
        if (!_dialog.TryReceive(request, out Dialog next))
        {
            transaction.Respond(500, "CSeq Out Of Order");
            return;
        }

        Volatile.Write(ref _dialog, next);
        if (request.Method == SipMethod.Bye)
        {
            transaction.Respond(200);
            _bye = request;
            Give(InviteSessionInput.ByeReceived);
        }
        else if (request.Method == SipMethod.Prack)
        {
            ReceivePrack(transaction);
        }
        else if (IsOffer(request) && _offer.Phase == OfferPhase.Open)
        {
            // Ours is on its way: both step back (RFC 3261 §14.2, RFC 3311 §5.2).
            transaction.Respond(491);
        }
        else if (IsOffer(request) && HasOfferOfPeer)
        {
            transaction.Respond(500, "Last Offer Not Answered Yet", static response => AgentCore.AddRetryAfter(response, RandomNumberGenerator.GetInt32(11)));
        }
        else if ((request.Method == SipMethod.Invite || request.Method == SipMethod.Update) && _core.RefusesTimer(transaction))
        {
            // Answered; the timer that runs goes on running.
        }
        else if (IsRefresh(request))
        {
            Deliver(transaction, AnswerRefresh);
        }
        else if (IsOffer(request) && OfferReceived is { } offered)
        {
            Deliver(transaction, offered);
        }
        else if (RequestReceived is { } received)
        {
            Deliver(transaction, received);
        }
        else if (request.Method == SipMethod.Options)
        {
            // The same answer as outside: the dialog itself is none of its business (RFC 3261 §11.2).
            Deliver(transaction, _core.Handler.OnRequest);
        }
        else if (request.Method == SipMethod.Invite || request.Method == SipMethod.Update)
        {
            transaction.Respond(488);
        }
        else
        {
            transaction.Respond(405, edit: _core.AddAllow);
        }
    }

    private static bool IsOffer(SipRequest request) =>
        request.Method == SipMethod.Invite || (request.Method == SipMethod.Update && !request.Body.IsEmpty);

    // The 2xx to an INVITE without an offer held ours: without its answer there is no session (RFC 3261 §13.2.1).
    private void TakeAnswer(SipRequest ack, SipResponse offer)
    {
        if (ack.Body.IsEmpty)
        {
            _confirmed.TrySetException(new ImageShareException(
                ImageShareError.MalformedMessage, "The caller acknowledged our offer without answering it; the call was ended. Ask the caller to try again."));
            Give(InviteSessionInput.RequestFailed);
            return;
        }

        Describe(offer, ack);
        Give(InviteSessionInput.AckReceived);
        OnOfferTurn(OfferInput.PeerDone);
    }

    // One that our 2xx has overtaken; there is nothing else a PRACK could be for.
    private void ReceivePrack(ServerTransaction transaction)
    {
        if (Reliable is { } reliable)
        {
            reliable.OnPrack(transaction);
        }
        else
        {
            transaction.Respond(481);
        }
    }

    private void Deliver(ServerTransaction transaction, Action<IncomingRequest> received)
    {
        bool isInvite = transaction.Request.Method == SipMethod.Invite;
        if (isInvite)
        {
            _pendingInvite = transaction;
            transaction.Cancelled = _ => RefusePendingInvite(transaction);
            _pendingLimit = _core.Loop.StartTimer(_core.Options.InviteTimeLimit, () => RefusePendingInvite(transaction));
        }
        else if (IsOffer(transaction.Request))
        {
            // Nobody hears an answer to it after this time (RFC 4320 §4.2).
            _pendingUpdate = transaction;
            _pendingLimit = _core.Loop.StartTimer(_core.Options.Timers.Timeout, () => Conclude(transaction));
        }

        bool refreshes = isInvite || transaction.Request.Method == SipMethod.Update;
        try
        {
            _pendingRequest = new IncomingRequest(_core, transaction, response => OnResponding(transaction, response, refreshes));
            received(_pendingRequest);
        }
        catch (Exception error)
        {
            // The application's code: the peer gets an answer, the session goes on.
            AgentLog.HandlerFailed(_core.Logger, transaction.Request.Method, error);
            transaction.Respond(500);
            Conclude(transaction);
        }
    }

    private void OnResponding(ServerTransaction transaction, SipResponse response, bool refreshes)
    {
        if (!response.IsFinal)
        {
            return;
        }

        bool isInvite = transaction == _pendingInvite;
        if (!refreshes || !response.IsSuccess)
        {
            Conclude(transaction);
            return;
        }

        Volatile.Write(ref _dialog, _dialog.RefreshedBy(transaction.Request));
        if (!response.Headers.Contains(SipHeaderNames.Contact))
        {
            SipUri contact = _core.GetContactUri(transaction.Request, response, transaction.Source);
            response.Headers.Add(SipHeaderNames.Contact, new NameAddress(contact));
        }

        AgreeOnTimer(transaction.Request, response);
        if (!transaction.Request.Body.IsEmpty && !response.Body.IsEmpty)
        {
            Describe(response, transaction.Request);
        }

        if (isInvite)
        {
            transaction.AckReceived = ((IDialogUser)this).OnAck;
            _answer = (transaction, response);
            Give(InviteSessionInput.Answered);
        }

        Conclude(transaction);
    }

    // The peer's INVITE or UPDATE is finally answered: our own offer may have its turn.
    private void Conclude(ServerTransaction transaction)
    {
        if (transaction == _pendingInvite || transaction == _pendingUpdate)
        {
            _pendingInvite = _pendingUpdate = null;
            _pendingRequest = null;
            _pendingLimit?.Stop();
            OnOfferTurn(OfferInput.PeerDone);
        }
    }

    private void RefusePendingInvite(ServerTransaction? pending)
    {
        if (pending is not null && pending == _pendingInvite)
        {
            pending.Respond(487);
            IncomingRequest? cancelled = _pendingRequest;
            Conclude(pending);
            cancelled?.Cancel();
        }
    }
}
