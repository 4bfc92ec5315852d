using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using ImageShare.Core.Sip.Transactions;
using ImageShare.Core.Sip.Transport;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>Brings each message to where it belongs, and answers what belongs nowhere (RFC 3261 §8.2, §12.2.2, §9.2). On the loop only.</summary>
internal sealed class RequestDispatcher(AgentCore core)
{
    private const int RetryAfterOverload = 10;

    // In a dialog they are something, outside they are not (RFC 3261 §15.1.2, RFC 3262, RFC 3311, RFC 6086).
    private static readonly SipMethod[] DialogMethods = [SipMethod.Bye, SipMethod.Prack, SipMethod.Update, SipMethod.Info];

    public void OnMessage(SipMessage message, SipSource source)
    {
        if (message.MalformedLines is [var first, ..] lines)
        {
            AgentLog.PassedOver(core.Logger, lines.Count, first.Reason, first.Offset);
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
            // More than one Via means that it was meant for somebody else (RFC 3261 §8.1.3.3).
            AgentLog.Dropped(core.Logger, "response");
        }
        else if (core.Clients.TryGetValue(key, out ClientTransaction? transaction))
        {
            transaction.Receive(response);
        }
        else if (response.IsSuccess && key.Method == SipMethod.Invite && core.Invites.TryGetValue(key.Branch, out IInviteAnswers? invite))
        {
            invite.OnResponse(response);
        }
        else if (response.IsFinal && !response.IsSuccess && core.Refusals.TryGetValue(key, out AcknowledgedRefusal? refusal))
        {
            refusal.ReceiveCopy();
        }
        else
        {
            AgentLog.Dropped(core.Logger, "response");
        }
    }

    /// <summary>A response that was dropped because it cannot be read. By its branch, or else its Call-ID, it still says who is waiting for it.</summary>
    public void OnUnreadable(SipResponse response, SipReadError error)
    {
        ClientTransaction? transaction = response.Headers.TopVia?.Branch is { } branch
            ? core.Clients.Values.FirstOrDefault(client => client.Branch == branch)
            : response.Headers.CallId is { } callId ? core.Clients.Values.FirstOrDefault(client => client.Request.Headers.CallId == callId)
            : null;
        if (transaction is null)
        {
            AgentLog.Dropped(core.Logger, "response that cannot be read");
            return;
        }

        AgentLog.Unreadable(core.Logger, response.StatusCode, transaction.Request.Method, error.Reason, error.Offset);
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
                    core.AddAllow(refusal);
                }

                core.SendStateless(refusal, request.Method, source);
            }

            return;
        }

        if (core.Options.AnswersOptionsWithoutState && request.Method == SipMethod.Options && request.Headers.To!.Tag is null
            && core.AllowedMethods.Contains(SipMethod.Options))
        {
            AnswerStateless(request, source);
            return;
        }

        TransactionKey key = TransactionKey.ForServer(request);
        if (core.Servers.TryGetValue(key, out ServerTransaction? known))
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

        if (core.Answered.TryGetValue(key, out AnsweredRequest? answered))
        {
            if (request.Method != SipMethod.Ack)
            {
                answered.ReceiveCopy();
            }

            return;
        }

        IDialogUser? dialog = request.Headers.To!.Tag is null ? null : core.Dialogs.GetValueOrDefault(DialogId.OfReceived(request));
        if (request.Method == SipMethod.Ack)
        {
            dialog?.OnAck(request);
            return;
        }

        if (dialog is null && !core.Load.HasRoomFor(source.Remote.Address) && request.Method != SipMethod.Cancel)
        {
            AgentLog.Overloaded(core.Logger, request.Method);
            SipResponse overload = SipResponse.CreateFor(request, 503, toTag: SipResponse.CreateTag());
            AgentCore.AddRetryAfter(overload, RetryAfterOverload);
            core.SendStateless(overload, request.Method, source);
            return;
        }

        var transaction = new ServerTransaction(core, key, request, source);
        transaction.Start(() => Process(transaction, key, dialog));
    }

    // A query changes nothing and may be answered as often as it comes: nothing is kept of it, so that no number of queries fills
    // anything (RFC 3261 §8.2.7, §11.2).
    private void AnswerStateless(SipRequest request, SipSource source)
    {
        string tag = core.StatelessTags.For(request);
        if (Unsupported(request) is { Length: > 0 } options)
        {
            SipResponse refusal = SipResponse.CreateFor(request, 420, toTag: tag);
            refusal.Headers.Add(SipHeaderNames.Unsupported, options);
            core.SendStateless(refusal, request.Method, source);
            return;
        }

        try
        {
            core.Handler.OnRequest(new IncomingRequest(core, request, source, tag));
        }
        catch (Exception error)
        {
            // The application's code: the peer gets an answer, and the agent goes on.
            AgentLog.HandlerFailed(core.Logger, request.Method, error);
            core.SendStateless(SipResponse.CreateFor(request, 500, toTag: tag), request.Method, source);
        }
    }

    private void Process(ServerTransaction transaction, TransactionKey key, IDialogUser? dialog)
    {
        SipRequest request = transaction.Request;
        if (request.Method == SipMethod.Cancel)
        {
            OnCancel(transaction, key);
        }
        else if (!core.AllowedMethods.Contains(request.Method))
        {
            transaction.Respond(request.Method.IsKnown ? 405 : 501, edit: core.AddAllow);
        }
        else if (!transaction.TryBeFirst())
        {
            transaction.Respond(482, "Loop Detected: Merged Request");
        }
        else if (Unsupported(request) is { Length: > 0 } options)
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
        else if (request.Method != SipMethod.Invite || !core.RefusesTimer(transaction))
        {
            Deliver(transaction);
        }
    }

    private void OnCancel(ServerTransaction cancel, TransactionKey key)
    {
        if (core.Answered.TryGetValue(key.ForCancelled(), out AnsweredRequest? answered))
        {
            // Too late; that it was answered already is no fault of the CANCEL's (RFC 3261 §9.2).
            cancel.Respond(SipResponse.CreateFor(cancel.Request, 200, toTag: answered.ToTag));
            return;
        }

        if (!core.Servers.TryGetValue(key.ForCancelled(), out ServerTransaction? invite))
        {
            cancel.Respond(481);
            return;
        }

        // Two transactions, so two queues: the 487 of the INVITE must not be on a stream before the 200 it follows from.
        invite.Hold();
        cancel.Sent = invite.Release;
        invite.Cancelled?.Invoke(cancel.Request);
        cancel.Respond(SipResponse.CreateFor(cancel.Request, 200, toTag: invite.ToTag));
    }

    private string Unsupported(SipRequest request) =>
        string.Join(", ", request.Headers.Require.Except(core.Understood, StringComparer.OrdinalIgnoreCase));

    private bool IsForUnknownDialog(SipRequest request) => request.Headers.To!.Tag is null
        ? DialogMethods.Contains(request.Method)
        : request.Method != SipMethod.Options || !core.Options.AnswersStrayOptions;

    private void Deliver(ServerTransaction transaction)
    {
        IncomingInvite? invite = null;
        try
        {
            if (transaction.Request.Method == SipMethod.Invite)
            {
                invite = new IncomingInvite(core, transaction);
                core.Handler.OnInvite(invite);
            }
            else
            {
                core.Handler.OnRequest(new IncomingRequest(core, transaction));
            }
        }
        catch (Exception error)
        {
            // The application's code: the peer gets an answer, and the agent goes on.
            AgentLog.HandlerFailed(core.Logger, transaction.Request.Method, error);
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
