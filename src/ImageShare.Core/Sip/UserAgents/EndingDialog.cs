using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>
/// A session whose BYE is on its way. It is over, but the peer may have sent a BYE of its own in the same moment: that is answered as it
/// would have been, and everything else with 481, until ours is answered. On the loop only.
/// </summary>
internal sealed class EndingDialog : IDialogUser
{
    private readonly AgentCore _core;
    private readonly DialogId _id;

    /// <summary>Takes the place of the session.</summary>
    public EndingDialog(AgentCore core, DialogId id)
    {
        _core = core;
        _id = id;
        core.Dialogs[id] = this;
    }

    /// <summary>Our BYE is answered, or nobody will.</summary>
    public void Forget()
    {
        if (_core.Dialogs.TryGetValue(_id, out IDialogUser? user) && ReferenceEquals(user, this))
        {
            _core.Dialogs.Remove(_id);
        }
    }

    void IDialogUser.OnAck(SipRequest ack)
    {
        // Of a 2xx that nobody waits for any more.
    }

    void IDialogUser.OnRequest(ServerTransaction transaction) => transaction.Respond(transaction.Request.Method == SipMethod.Bye ? 200 : 481);
}
