using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Sip.UserAgents.Sessions;

namespace ImageShare.Core.Sip.UserAgents.Calls;

/// <summary>
/// What is kept of an INVITE of ours once its outcome is known: retransmissions of a 2xx are acknowledged again, and a 2xx of another fork is
/// acknowledged and ended (RFC 3261 §13.2.2.4). References nothing of the call itself. On the loop only.
/// </summary>
internal sealed class SettledInvite : IInviteAnswers, IRemembered
{
    // The object, its key and its table entry, estimated.
    private const int Overhead = 600;

    private static readonly string[] Kept =
        [SipHeaderNames.From, SipHeaderNames.To, SipHeaderNames.CallId, SipHeaderNames.CSeq, SipHeaderNames.Authorization, SipHeaderNames.ProxyAuthorization];

    private readonly DialogLayer _layer;
    private readonly string _branch;
    private readonly IReadOnlyList<string>? _left;
    private readonly byte[] _invite;
    private readonly InviteForks _forks;
    private OutgoingInviteState _state;

    /// <summary>Takes the place of the call in the table.</summary>
    public SettledInvite(DialogLayer layer, InviteSender sent, OutgoingInviteState state, InviteForks forks)
    {
        (_layer, _branch, _left, _state, _forks) = (layer, sent.Branch, sent.Left, state, forks);
        _invite = Skeleton(sent.Sent).ToArray();
        layer.SetInvite(_branch, this);
        foreach (string branch in _left ?? [])
        {
            layer.SetInvite(branch, this);
        }
    }

    public int Bytes => Overhead + _invite.Length + _forks.Bytes;

    public void OnResponse(SipResponse response)
    {
        string tag = response.Headers.To?.Tag ?? string.Empty;
        var effects = new List<OutgoingInviteEffect>(2);
        _state = OutgoingInviteMachine.Step(_state, OutgoingInviteInput.Success(tag), effects);
        (Dialog Dialog, AckSender Ack)? answer = null;
        foreach (OutgoingInviteEffect effect in effects)
        {
            switch (effect.Kind)
            {
                case OutgoingInviteEffectKind.Acknowledge when SipReader.TryReadDatagram(_invite, null, out SipMessage? invite, out _):
                    answer = _forks.Acknowledge((SipRequest)invite, response, tag);
                    break;
                case OutgoingInviteEffectKind.AcknowledgeAgain:
                    _forks.AcknowledgeAgain(tag);
                    break;
                case OutgoingInviteEffectKind.EndDialog when answer is { } unwanted:
                    _forks.End(unwanted.Dialog, unwanted.Ack);
                    break;
                default:
                    break;
            }
        }
    }

    public void Forget()
    {
        _forks.ForgetEarly();
        _layer.RemoveInvite(_branch, this);
        foreach (string branch in _left ?? [])
        {
            _layer.RemoveInvite(branch, this);
        }
    }

    // What a dialog and an ACK are made of.
    private static SipRequest Skeleton(SipRequest invite)
    {
        var skeleton = new SipRequest(SipMethod.Invite, invite.RequestUri, new SipHeaders(Kept.Length));
        foreach (string name in Kept)
        {
            skeleton.Headers.AddAll(name, invite.Headers);
        }

        return skeleton;
    }
}
