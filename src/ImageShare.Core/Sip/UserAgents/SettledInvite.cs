using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>Takes the 2xx responses to an INVITE of ours that its transaction does not.</summary>
internal interface IInviteAnswers
{
    void OnResponse(SipResponse response);
}

/// <summary>
/// What is left of an INVITE of ours once its outcome is known: copies of a 2xx are acknowledged again, and another phone that accepts
/// is acknowledged and ended (RFC 3261 §13.2.2.4). Nothing of the call itself hangs on it. On the loop only.
/// </summary>
internal sealed class SettledInvite : IInviteAnswers, IRemembered
{
    private const int Overhead = 600;

    private readonly AgentCore _core;
    private readonly string _branch;
    private readonly byte[] _invite;
    private readonly InviteForks _forks;
    private OutgoingInviteState _state;

    /// <summary>Takes the place of the call in the agent's table.</summary>
    public SettledInvite(AgentCore core, string branch, SipRequest invite, OutgoingInviteState state, InviteForks forks)
    {
        (_core, _branch, _state, _forks) = (core, branch, state, forks);
        _invite = Skeleton(invite).ToArray();
        core.Invites[branch] = this;
    }

    public int Octets => Overhead + _invite.Length + _forks.Octets;

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
        if (_core.Invites.TryGetValue(_branch, out IInviteAnswers? kept) && kept == this)
        {
            _core.Invites.Remove(_branch);
        }
    }

    // What a dialog and an ACK are made of.
    private static SipRequest Skeleton(SipRequest invite)
    {
        var skeleton = new SipRequest(SipMethod.Invite, invite.RequestUri);
        string[] names = [SipHeaderNames.From, SipHeaderNames.To, SipHeaderNames.CallId, SipHeaderNames.CSeq, SipHeaderNames.Authorization, SipHeaderNames.ProxyAuthorization];
        foreach (string name in names)
        {
            skeleton.Headers.AddAll(name, invite.Headers);
        }

        return skeleton;
    }
}

/// <summary>What is left of an INVITE of ours inside a session: the ACK of its 2xx, for each copy of that. On the loop only.</summary>
internal sealed class AcknowledgedReinvite : IInviteAnswers, IRemembered
{
    private const int Overhead = 300;

    private readonly AgentCore _core;
    private readonly string _branch;
    private readonly AckSender _ack;

    /// <summary>Takes the place of the INVITE in the agent's table.</summary>
    public AcknowledgedReinvite(AgentCore core, string branch, AckSender ack)
    {
        (_core, _branch, _ack) = (core, branch, ack);
        core.Invites[branch] = this;
    }

    public int Octets => Overhead + _ack.Octets;

    // Whatever the tag: there is one peer in a dialog.
    public void OnResponse(SipResponse response) => _ack.Repeat();

    public void Forget() => _core.Invites.Remove(_branch);
}
