using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Transactions;

namespace ImageShare.Core.Sip.UserAgents.Sessions;

/// <summary>
/// A session whose BYE is in flight. It is over, but the peer may have sent a BYE at the same time, which gets 200; any other request gets 481, until
/// our BYE is answered. On the loop only.
/// </summary>
internal sealed class EndingDialog : IDialogUser
{
    private readonly DialogLayer _layer;
    private readonly DialogId _id;

    /// <summary>Takes the place of the session.</summary>
    public EndingDialog(DialogLayer layer, DialogId id)
    {
        _layer = layer;
        _id = id;
        layer.Set(id, this);
    }

    /// <summary>Our BYE is answered, or will not be.</summary>
    public void Forget() => _layer.Remove(_id, this);

    void IDialogUser.OnAck(SipRequest ack)
    {
        // For a 2xx that is not retransmitted any more.
    }

    void IDialogUser.OnRequest(ServerTransaction transaction) => transaction.Respond(transaction.Request.Method == SipMethod.Bye ? 200 : 481);
}
