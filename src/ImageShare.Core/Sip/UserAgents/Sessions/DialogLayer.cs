using System.Globalization;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Sip.UserAgents.Requests;
using ImageShare.Core.Sip.UserAgents.Transactions;

namespace ImageShare.Core.Sip.UserAgents.Sessions;

/// <summary>Receives the requests inside a dialog. On the loop only.</summary>
internal interface IDialogUser
{
    void OnRequest(ServerTransaction transaction);

    /// <summary>An ACK for a 2xx.</summary>
    void OnAck(SipRequest ack);
}

/// <summary>Takes the 2xx responses to an INVITE of ours that its transaction does not. On the loop only.</summary>
internal interface IInviteAnswers
{
    void OnResponse(SipResponse response);
}

/// <summary>The dialogs of an agent, and the INVITEs that may still make one (RFC 3261 §12, RFC 3261 §13). On the loop only.</summary>
/// <param name="requests">The layer below.</param>
/// <param name="optionsReceived">Takes an OPTIONS inside a dialog whose user does not take requests.</param>
internal sealed class DialogLayer(RequestLayer requests, Action<IncomingRequest> optionsReceived)
{
    private readonly Dictionary<DialogId, IDialogUser> _dialogs = [];
    private readonly Dictionary<string, IInviteAnswers> _invites = [];

    public AgentContext Agent => requests.Agent;

    public RequestLayer Requests => requests;

    public Action<IncomingRequest> OptionsReceived => optionsReceived;

    /// <summary>Who receives the requests of that dialog; null when there is none.</summary>
    public IDialogUser? Find(DialogId id) => _dialogs.GetValueOrDefault(id);

    /// <summary>Has a user receive the requests of that dialog, in place of the one before.</summary>
    public void Set(DialogId id, IDialogUser user) => _dialogs[id] = user;

    /// <summary>The same, unless the dialog has a user already.</summary>
    public void TryAdd(DialogId id, IDialogUser user) => _dialogs.TryAdd(id, user);

    /// <summary>Removes the user of that dialog; does nothing when another has taken its place.</summary>
    public void Remove(DialogId id, IDialogUser user)
    {
        if (_dialogs.TryGetValue(id, out IDialogUser? known) && ReferenceEquals(known, user))
        {
            _dialogs.Remove(id);
        }
    }

    /// <summary>Who takes 2xx responses with that branch; null for nobody. Known longer than the transaction: a late 2xx must be acknowledged.</summary>
    public IInviteAnswers? FindInvite(string branch) => _invites.GetValueOrDefault(branch);

    public void SetInvite(string branch, IInviteAnswers answers) => _invites[branch] = answers;

    /// <summary>Removes who takes 2xx responses with that branch; does nothing when another has taken its place.</summary>
    public void RemoveInvite(string branch, IInviteAnswers answers)
    {
        if (_invites.TryGetValue(branch, out IInviteAnswers? known) && ReferenceEquals(known, answers))
        {
            _invites.Remove(branch);
        }
    }

    /// <summary>
    /// Refuses an INVITE or UPDATE whose session interval is too short (RFC 4028 §9); false when there is nothing to refuse.
    /// </summary>
    public bool RefusesTimer(ServerTransaction transaction)
    {
        if (Agent.Options.ShortestSessionInterval is not { } least || !SessionTimer.IsTooShort(transaction.Request, least))
        {
            return false;
        }

        transaction.Respond(422, edit: response => response.Headers.Set(
            SipHeaderNames.MinSessionExpires, ((int)Math.Ceiling(least.TotalSeconds)).ToString(CultureInfo.InvariantCulture)));
        return true;
    }

    /// <summary>The agent is closed.</summary>
    public void Clear()
    {
        _dialogs.Clear();
        _invites.Clear();
    }
}
