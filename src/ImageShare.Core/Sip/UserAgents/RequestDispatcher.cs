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
/// Where a request goes: to its transaction, its dialog, the INVITE it cancels, or the application; what none of them takes is refused here
/// (RFC 3261 §8.2, RFC 3261 §9.2, RFC 3261 §12.2.2). On the loop only.
/// </summary>
internal sealed class RequestDispatcher(DialogLayer dialogs, ISipRequestHandler handler)
{
    private const int OverloadRetrySeconds = 10;

    // Methods that exist inside dialogs only (RFC 3261 §15.1.2, RFC 3262, RFC 3311, RFC 6086).
    private static readonly SipMethod[] DialogMethods = [SipMethod.Bye, SipMethod.Prack, SipMethod.Update, SipMethod.Info];

    private readonly AgentContext _agent = dialogs.Agent;
    private readonly TransactionLayer _transactions = dialogs.Requests.Transactions;
    private readonly StatelessResponder _stateless = dialogs.Requests.Stateless;

    public void OnRequest(SipRequest request, SipSource source)
    {
        if (SipValidation.Check(request) is { } rejection)
        {
            Reject(request, rejection, source);
        }
        else if (IsAnsweredWithoutState(request))
        {
            AnswerWithoutState(request, source);
        }
        else
        {
            TransactionKey key = TransactionKey.ForServer(request);
            if (!_transactions.TryReceive(key, request))
            {
                OnFirstCopy(request, key, source);
            }
        }
    }

    // What lacks a Via cannot be answered, and an ACK never is (RFC 3261 §17).
    private void Reject(SipRequest request, SipRejection rejection, SipSource source)
    {
        if (request.Method == SipMethod.Ack || request.Headers.TopVia is null)
        {
            return;
        }

        SipResponse refusal = SipResponse.CreateFor(request, rejection.Status, rejection.Reason, SipResponse.CreateTag());
        if (rejection.Status == 501)
        {
            _agent.Capabilities.AddAllow(refusal);
        }

        _stateless.Send(refusal, request.Method, source);
    }

    // RFC 3261 §8.2.7.
    private bool IsAnsweredWithoutState(SipRequest request) =>
        _agent.Options.AnswerOptionsWithoutState && request.Method == SipMethod.Options && request.Headers.To!.Tag is null
        && _agent.Capabilities.Methods.Contains(SipMethod.Options);

    // OPTIONS changes nothing (RFC 3261 §11.2), so each retransmission may be answered anew. No state is kept: no number of them takes memory.
    private void AnswerWithoutState(SipRequest request, SipSource source)
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
            AgentLog.HandlerFailed(_agent.Logger, request.Method, request.Headers.CallId, error);
            _stateless.Send(SipResponse.CreateFor(request, 500, toTag: tag), request.Method, source);
        }
    }

    private void OnFirstCopy(SipRequest request, TransactionKey key, SipSource source)
    {
        IDialogUser? dialog = request.Headers.To!.Tag is null ? null : dialogs.Find(DialogId.OfReceived(request));
        if (request.Method == SipMethod.Ack)
        {
            // RFC 3261 §17: the ACK of a 2xx belongs to no transaction.
            dialog?.OnAck(request);
        }
        else if (dialog is null && request.Method != SipMethod.Cancel && !_transactions.Load.HasRoomFor(source.Remote.Address))
        {
            RefuseOverload(request, source);
        }
        else
        {
            var transaction = new ServerTransaction(_transactions, key, request, source);
            transaction.Start(() => Process(transaction, key, dialog));
        }
    }

    // RFC 3261 §21.5.4.
    private void RefuseOverload(SipRequest request, SipSource source)
    {
        AgentLog.Overloaded(_agent.Logger, request.Method, request.Headers.CallId);
        SipResponse overload = SipResponse.CreateFor(request, 503, toTag: SipResponse.CreateTag());
        RetryAfterHeader.AddTo(overload, OverloadRetrySeconds);
        _stateless.Send(overload, request.Method, source);
    }

    // In the order of RFC 3261 §8.2.
    private void Process(ServerTransaction transaction, TransactionKey key, IDialogUser? dialog)
    {
        SipRequest request = transaction.Request;
        if (request.Method == SipMethod.Cancel)
        {
            OnCancel(transaction, key);
        }
        else if (!_agent.Capabilities.Methods.Contains(request.Method))
        {
            // RFC 3261 §8.2.1.
            transaction.RespondNotAllowed(request.Method.IsKnown ? 405 : 501);
        }
        else if (!transaction.TryBeFirst())
        {
            // RFC 3261 §8.2.2.2.
            transaction.Respond(482, "Loop Detected: Merged Request");
        }
        else if (_agent.Capabilities.UnsupportedIn(request) is { Length: > 0 } options)
        {
            // RFC 3261 §8.2.2.3.
            transaction.Respond(420, edit: response => response.Headers.Add(SipHeaderNames.Unsupported, options));
        }
        else if (dialog is not null)
        {
            dialog.OnRequest(transaction);
        }
        else if (IsForUnknownDialog(request))
        {
            // RFC 3261 §12.2.2.
            transaction.Respond(481);
        }
        else if (request.Method != SipMethod.Invite)
        {
            Deliver(transaction);
        }
        else if (!dialogs.RefusesTimer(transaction))
        {
            DeliverInvite(transaction);
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
        : request.Method != SipMethod.Options || !_agent.Options.AnswerStrayOptions;

    private void Deliver(ServerTransaction transaction)
    {
        try
        {
            handler.OnRequest(new IncomingRequest(dialogs.Requests, transaction));
        }
        catch (Exception error)
        {
            // The application's code, as above.
            AgentLog.HandlerFailed(_agent.Logger, transaction.Request.Method, transaction.Request.Headers.CallId, error);
            transaction.Respond(500);
        }
    }

    private void DeliverInvite(ServerTransaction transaction)
    {
        var invite = new IncomingInvite(dialogs, transaction);
        try
        {
            handler.OnInvite(invite);
        }
        catch (Exception error)
        {
            // The application's code, as above.
            AgentLog.HandlerFailed(_agent.Logger, transaction.Request.Method, transaction.Request.Headers.CallId, error);
            invite.Reject(500);
        }
    }
}
