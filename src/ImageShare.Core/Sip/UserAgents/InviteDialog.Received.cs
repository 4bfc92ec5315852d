using System.Security.Cryptography;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Headers;

namespace ImageShare.Core.Sip.UserAgents;

/// <content>What the peer sends inside the dialog.</content>
public sealed partial class InviteDialog
{
    void IDialogUser.OnAck(SipRequest ack)
    {
        if (_answer is { } answer && ack.Headers.CSeq!.Number == answer.Transaction.Request.Headers.CSeq!.Number)
        {
            Volatile.Write(ref _ack, ack);
            Give(InviteSessionInput.AckReceived);
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
        else if (request.Method == SipMethod.Invite && _pendingInvite is not null)
        {
            transaction.Respond(500, "INVITE Not Answered Yet", static response => AgentCore.AddRetryAfter(response, RandomNumberGenerator.GetInt32(11)));
        }
        else if ((request.Method == SipMethod.Invite || request.Method == SipMethod.Update) && _core.RefusesTimer(transaction))
        {
            // Answered; the timer that runs goes on running.
        }
        else if (IsRefresh(request))
        {
            Deliver(transaction, AnswerRefresh);
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
            transaction.Cancelled = () => RefusePendingInvite(transaction);
        }

        bool refreshes = isInvite || transaction.Request.Method == SipMethod.Update;
        try
        {
            received(new IncomingRequest(_core, transaction, response => OnResponding(transaction, response, refreshes)));
        }
        catch (Exception error)
        {
            // The application's code: the peer gets an answer, the session goes on.
            AgentLog.HandlerFailed(_core.Logger, transaction.Request.Method, error);
            _pendingInvite = isInvite ? null : _pendingInvite;
            transaction.Respond(500);
        }
    }

    private void OnResponding(ServerTransaction transaction, SipResponse response, bool refreshes)
    {
        if (!response.IsFinal)
        {
            return;
        }

        bool isInvite = transaction == _pendingInvite;
        _pendingInvite = isInvite ? null : _pendingInvite;
        if (!refreshes || !response.IsSuccess)
        {
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
    }

    private void RefusePendingInvite(ServerTransaction? pending)
    {
        if (pending is not null && pending == _pendingInvite)
        {
            _pendingInvite = null;
            pending.Respond(487);
        }
    }
}
