using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using ImageShare.Core.Sip.Transactions;
using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Sip.UserAgents.Transactions;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>
/// Finds the client transaction of a response (RFC 3261 §17.1.3). A 2xx to INVITE without one goes to the INVITE (RFC 3261 §13.2.2.4). On the loop only.
/// </summary>
internal sealed class ResponseDispatcher(DialogLayer dialogs)
{
    private readonly AgentContext _agent = dialogs.Agent;
    private readonly TransactionLayer _transactions = dialogs.Requests.Transactions;

    public void OnResponse(SipResponse response)
    {
        if (TransactionKey.ForResponse(response) is not { } key)
        {
            OnUnreadable(response, SipValidation.Unreadable(response));
        }
        else if (response.Headers.Vias.Count != 1)
        {
            // RFC 3261 §8.1.3.3: more than one Via means that it was misrouted.
            AgentLog.Dropped(_agent.Logger, "response", response);
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
            AgentLog.Dropped(_agent.Logger, "response", response);
        }
    }

    /// <summary>A response that was dropped because it could not be read. Its branch, or else its Call-ID, names the transaction that awaits it.</summary>
    public void OnUnreadable(SipResponse response, SipReadError error)
    {
        if (FindAwaiting(response.Headers) is not { } transaction)
        {
            AgentLog.Dropped(_agent.Logger, "response that cannot be read", response);
            return;
        }

        AgentLog.Unreadable(_agent.Logger, response.StatusCode, transaction.Request.Method, transaction.Request.Headers.CallId, error.Code, error.Offset);
        transaction.ReceiveUnreadable(response.StatusCode, error);
    }

    private ClientTransaction? FindAwaiting(SipHeaders headers) =>
        headers.TopVia?.Branch is { } branch ? _transactions.Clients.Values.FirstOrDefault(client => client.Branch == branch)
        : headers.CallId is { } callId ? _transactions.Clients.Values.FirstOrDefault(client => client.Request.Headers.CallId == callId)
        : null;
}
