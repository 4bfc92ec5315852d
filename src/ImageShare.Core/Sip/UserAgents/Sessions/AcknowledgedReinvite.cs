using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Loop;

namespace ImageShare.Core.Sip.UserAgents.Sessions;

/// <summary>What is kept of an accepted re-INVITE of ours: the ACK, for each retransmission of the 2xx (RFC 3261 §13.2.2.4). On the loop only.</summary>
internal sealed class AcknowledgedReinvite : IInviteAnswers, IRemembered
{
    // The object, its key and its table entry, estimated.
    private const int Overhead = 300;

    private readonly DialogLayer _layer;
    private readonly string _branch;
    private readonly AckSender _ack;

    /// <summary>Takes the place of the INVITE in the table.</summary>
    public AcknowledgedReinvite(DialogLayer layer, string branch, AckSender ack)
    {
        (_layer, _branch, _ack) = (layer, branch, ack);
        layer.SetInvite(branch, this);
    }

    public int Bytes => Overhead + _ack.Bytes;

    // The tag does not matter: inside a dialog there is one peer.
    public void OnResponse(SipResponse response) => _ack.Repeat();

    public void Forget() => _layer.RemoveInvite(_branch, this);
}
