using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>An early dialog of a call of ours: acknowledges what comes reliably, and answers what the callee asks before it answers. On the loop only.</summary>
internal sealed class EarlyDialog : IDialogUser
{
    private readonly AgentCore _core;
    private readonly CSeq _number;
    private readonly Func<SipResponse, (ReadOnlyMemory<byte> Body, MediaType ContentType)>? _answer;
    private EarlyDialogState _state;

    public EarlyDialog(
        AgentCore core, SipRequest invite, SipResponse response, Func<SipResponse, (ReadOnlyMemory<byte> Body, MediaType ContentType)>? answer)
    {
        _core = core;
        _number = invite.Headers.CSeq!;
        _answer = answer;
        _state = new EarlyDialogState(Dialog.OfCaller(invite, response));
        core.Dialogs.TryAdd(_state.Dialog.Id, this);
    }

    /// <summary>The answer to our offer, when it came reliably before the 2xx.</summary>
    public SipResponse? Answer => _state.Answer;

    /// <summary>Whether a PRACK held our answer to the callee's offer.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>The number of our last request in it.</summary>
    public uint LocalCSeq => _state.Dialog.LocalCSeq;

    /// <summary>The session it has become; null as long as it is early.</summary>
    public InviteDialog? Session { get; set; }

    /// <summary>Looks at a provisional response; false when it is to be passed over: a copy, or one that comes too early.</summary>
    public bool Take(SipResponse response)
    {
        if (_core.Options.Reliability == SipReliability.None || !EarlyDialogState.IsReliable(response, out uint number))
        {
            return true;
        }

        if (!_state.TryTake(response, number, out _state))
        {
            return false;
        }

        RoutedRequest prack = _state.Dialog.CreateRequest(SipMethod.Prack, out Dialog next);
        _state = _state with { Dialog = next };
        prack.Request.Headers.Add(SipHeaderNames.RAck, new RAck(number, _number));
        RequestFiller.AddUserAgent(prack.Request, _core.Options);
        HasAnswered |= !HasAnswered && OfferAnswer.AddTo(prack.Request, response, _answer);

        // Its answer changes nothing: when a final response to the INVITE has overtaken it, 481 is no fault (RFC 3262 §3).
        new OutgoingRequest(_core, prack, null, NextNumber, static _ => { }, static _ => { }).Start();
        return true;
    }

    /// <summary>It came to nothing, or became a session.</summary>
    public void Forget()
    {
        if (_core.Dialogs.TryGetValue(_state.Dialog.Id, out IDialogUser? user) && ReferenceEquals(user, this))
        {
            _core.Dialogs.Remove(_state.Dialog.Id);
        }
    }

    void IDialogUser.OnAck(SipRequest ack)
    {
        // We never sent a 2xx in it: a stray.
    }

    void IDialogUser.OnRequest(ServerTransaction transaction)
    {
        SipRequest request = transaction.Request;
        if (!_state.Dialog.TryReceive(request, out Dialog next))
        {
            transaction.Respond(500, "CSeq Out Of Order");
            return;
        }

        _state = _state with { Dialog = next };
        if (request.Method == SipMethod.Options)
        {
            transaction.Respond(200, edit: response => _core.AddCapabilities(response.Headers));
        }
        else if (request.Method == SipMethod.Invite || (request.Method == SipMethod.Update && !request.Body.IsEmpty))
        {
            // Our own offer is still without an answer (RFC 3261 §14.2, RFC 3311 §5.2).
            transaction.Respond(491);
        }
        else if (request.Method == SipMethod.Prack)
        {
            transaction.Respond(481);
        }
        else
        {
            transaction.Respond(405, edit: _core.AddAllow);
        }
    }

    private uint NextNumber()
    {
        if (Session is { } session)
        {
            return session.NextNumber();
        }

        _state.Dialog.CreateRequest(SipMethod.Prack, out Dialog next);
        _state = _state with { Dialog = next };
        return next.LocalCSeq;
    }
}
