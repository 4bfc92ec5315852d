using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using ImageShare.Core.Sip.Transactions;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Sip.UserAgents.Requests;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Sip.UserAgents.Transactions;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>
/// Hands each message to its transaction, dialog or INVITE, and answers requests that match none (RFC 3261 §8.2, RFC 3261 §9.2, RFC 3261 §12.2.2). On the loop only.
/// </summary>
internal sealed class RequestDispatcher(DialogLayer dialogs, ISipRequestHandler handler)
{
    private const int OverloadRetrySeconds = 10;

    private readonly AgentContext _agent = dialogs.Agent;
    private readonly TransactionLayer _transactions = dialogs.Requests.Transactions;
    private readonly StatelessResponder _stateless = dialogs.Requests.Stateless;

    // Methods that exist inside dialogs only (RFC 3261 §15.1.2, RFC 3262, RFC 3311, RFC 6086).
    private static readonly SipMethod[] DialogMethods = [SipMethod.Bye, SipMethod.Prack, SipMethod.Update, SipMethod.Info];

    public void OnMessage(SipMessage message, SipSource source)
    {
        if (message.MalformedLines is [var first, ..] lines)
        {
            AgentLog.PassedOver(_agent.Logger, lines.Count, first.Reason, first.Offset);
        }

        if (message is SipRequest request)
        {
            OnRequest(request, source);
        }
        else
        {
            OnResponse((SipResponse)message);
        }
    }

    private void OnResponse(SipResponse response)
    {
        if (TransactionKey.ForResponse(response) is null)
        {
            OnUnreadable(response, SipValidation.Unreadable(response));
        }
        else if (TransactionKey.ForResponse(response) is not { } key || response.Headers.Vias.Count != 1)
        {
            // RFC 3261 §8.1.3.3: more than one Via means that it was misrouted.
            AgentLog.Dropped(_agent.Logger, "response");
        }
        else if (_transactions.Clients.TryGetValue(key, out ClientTransaction? transaction))
        {
            transaction.Receive(response);
        }
        else if (response.IsSuccess && key.Method == SipMethod.Invite && dialogs.FindInvite(key.Branch) is { } invite)
        {
            invite.OnResponse(response);
        }
        else if (response.IsFinal && !response.IsSuccess && _transactions.Refusals.TryGetValue(key, out AcknowledgedRefusal? refusal))
        {
            refusal.ReceiveCopy();
        }
        else
        {
            AgentLog.Dropped(_agent.Logger, "response");
        }
    }

    /// <summary>A response that was dropped because it could not be read. Its branch, or else its Call-ID, names the transaction that awaits it.</summary>
    public void OnUnreadable(SipResponse response, SipReadError error)
    {
        ClientTransaction? transaction = response.Headers.TopVia?.Branch is { } branch
            ? _transactions.Clients.Values.FirstOrDefault(client => client.Branch == branch)
            : response.Headers.CallId is { } callId ? _transactions.Clients.Values.FirstOrDefault(client => client.Request.Headers.CallId == callId)
            : null;
        if (transaction is null)
        {
            AgentLog.Dropped(_agent.Logger, "response that cannot be read");
            return;
        }

        AgentLog.Unreadable(_agent.Logger, response.StatusCode, transaction.Request.Method, error.Reason, error.Offset);
        transaction.ReceiveUnreadable(response.StatusCode, error);
    }

    private void OnRequest(SipRequest request, SipSource source)
    {
        if (SipValidation.Check(request) is { } rejection)
        {
            if (request.Method != SipMethod.Ack && request.Headers.TopVia is not null)
            {
                SipResponse refusal = SipResponse.CreateFor(request, rejection.Status, rejection.Reason, SipResponse.CreateTag());
                if (rejection.Status == 501)
                {
                    _agent.Capabilities.AddAllow(refusal);
                }

                _stateless.Send(refusal, request.Method, source);
            }

            return;
        }

        if (_agent.Options.AnswersOptionsWithoutState && request.Method == SipMethod.Options && request.Headers.To!.Tag is null
            && _agent.Capabilities.Methods.Contains(SipMethod.Options))
        {
            AnswerStateless(request, source);
            return;
        }

        TransactionKey key = TransactionKey.ForServer(request);
        if (_transactions.Servers.TryGetValue(key, out ServerTransaction? known))
        {
            if (request.Method == SipMethod.Ack)
            {
                known.ReceiveAck(request);
            }
            else
            {
                known.ReceiveCopy();
            }

            return;
        }

        if (_transactions.Answered.TryGetValue(key, out AnsweredRequest? answered))
        {
            if (request.Method != SipMethod.Ack)
            {
                answered.ReceiveCopy();
            }

            return;
        }

        IDialogUser? dialog = request.Headers.To!.Tag is null ? null : dialogs.Find(DialogId.OfReceived(request));
        if (request.Method == SipMethod.Ack)
        {
            dialog?.OnAck(request);
            return;
        }

        if (dialog is null && !_transactions.Load.HasRoomFor(source.Remote.Address) && request.Method != SipMethod.Cancel)
        {
            AgentLog.Overloaded(_agent.Logger, request.Method);
            SipResponse overload = SipResponse.CreateFor(request, 503, toTag: SipResponse.CreateTag());
            RetryAfterHeader.AddTo(overload, OverloadRetrySeconds);
            _stateless.Send(overload, request.Method, source);
            return;
        }

        var transaction = new ServerTransaction(_transactions, key, request, source);
        transaction.Start(() => Process(transaction, key, dialog));
    }

    // RFC 3261 §8.2.7, RFC 3261 §11.2: OPTIONS changes nothing, so each retransmission may be answered anew and no state is kept: no number of them takes memory.
    private void AnswerStateless(SipRequest request, SipSource source)
    {
        string tag = _stateless.TagFor(request);
        if (_agent.Capabilities.UnsupportedIn(request) is { Length: > 0 } options)
        {
            SipResponse refusal = SipResponse.CreateFor(request, 420, toTag: tag);
            refusal.Headers.Add(SipHeaderNames.Unsupported, options);
            _stateless.Send(refusal, request.Method, source);
            return;
        }

        try
        {
            handler.OnRequest(new IncomingRequest(dialogs.Requests, request, source, tag));
        }
        catch (Exception error)
        {
            // The application's code: the peer gets a response, and the agent goes on.
            AgentLog.HandlerFailed(_agent.Logger, request.Method, error);
            _stateless.Send(SipResponse.CreateFor(request, 500, toTag: tag), request.Method, source);
        }
    }

    private void Process(ServerTransaction transaction, TransactionKey key, IDialogUser? dialog)
    {
        SipRequest request = transaction.Request;
        if (request.Method == SipMethod.Cancel)
        {
            OnCancel(transaction, key);
        }
        else if (!_agent.Capabilities.Methods.Contains(request.Method))
        {
            transaction.RespondNotAllowed(request.Method.IsKnown ? 405 : 501);
        }
        else if (!transaction.TryBeFirst())
        {
            transaction.Respond(482, "Loop Detected: Merged Request");
        }
        else if (_agent.Capabilities.UnsupportedIn(request) is { Length: > 0 } options)
        {
            transaction.Respond(420, edit: response => response.Headers.Add(SipHeaderNames.Unsupported, options));
        }
        else if (dialog is not null)
        {
            dialog.OnRequest(transaction);
        }
        else if (IsForUnknownDialog(request))
        {
            transaction.Respond(481);
        }
        else if (request.Method != SipMethod.Invite || !dialogs.RefusesTimer(transaction))
        {
            Deliver(transaction);
        }
    }

    private void OnCancel(ServerTransaction cancel, TransactionKey key)
    {
        if (_transactions.Answered.TryGetValue(key.ForCancelled(), out AnsweredRequest? answered))
        {
            // RFC 3261 §9.2: the request is answered already, so the CANCEL changes nothing, but gets 200.
            cancel.Respond(SipResponse.CreateFor(cancel.Request, 200, toTag: answered.ToTag));
            return;
        }

        if (!_transactions.Servers.TryGetValue(key.ForCancelled(), out ServerTransaction? invite))
        {
            cancel.Respond(481);
            return;
        }

        // Two transactions have two outboxes: the 487 of the INVITE must not be sent before the 200 of the CANCEL.
        invite.Hold();
        cancel.Sent = invite.Release;
        invite.Cancelled?.Invoke(cancel.Request);
        cancel.Respond(SipResponse.CreateFor(cancel.Request, 200, toTag: invite.ToTag));
    }

    private bool IsForUnknownDialog(SipRequest request) => request.Headers.To!.Tag is null
        ? DialogMethods.Contains(request.Method)
        : request.Method != SipMethod.Options || !_agent.Options.AnswersStrayOptions;

    private void Deliver(ServerTransaction transaction)
    {
        IncomingInvite? invite = null;
        try
        {
            if (transaction.Request.Method == SipMethod.Invite)
            {
                invite = new IncomingInvite(dialogs, transaction);
                handler.OnInvite(invite);
            }
            else
            {
                handler.OnRequest(new IncomingRequest(dialogs.Requests, transaction));
            }
        }
        catch (Exception error)
        {
            // The application's code: the peer gets a response, and the agent goes on.
            AgentLog.HandlerFailed(_agent.Logger, transaction.Request.Method, error);
            if (invite is not null)
            {
                invite.Reject(500);
            }
            else
            {
                transaction.Respond(500);
            }
        }
    }
}
