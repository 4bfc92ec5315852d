using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Requests;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Sip.UserAgents.Settings;
using ImageShare.Core.Sip.UserAgents.Transactions;

namespace ImageShare.Core.Sip.UserAgents.Calls;

/// <summary>
/// An early dialog of an INVITE of ours (RFC 3261 §12.1.2): acknowledges reliable provisional responses (RFC 3262 §4), and receives the requests the
/// callee sends before it answers. On the loop only.
/// </summary>
internal sealed class EarlyDialog : IDialogUser
{
    private readonly DialogLayer _layer;
    private readonly CSeq _number;
    private readonly DelayedOffer _offer;
    private EarlyDialogState _state;

    public EarlyDialog(DialogLayer layer, SipRequest invite, SipResponse response, DelayedOffer offer)
    {
        _layer = layer;
        _number = invite.Headers.CSeq!;
        _offer = offer;
        _state = new EarlyDialogState(Dialog.OfCaller(invite, response));
        layer.TryAdd(_state.Dialog.Id, this);
    }

    /// <summary>The answer to our offer, when it came in a reliable response before the 2xx.</summary>
    public SipResponse? Answer => _state.Answer;

    /// <summary>Whether a PRACK held our answer to the callee's offer.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>The number of our last request in it.</summary>
    public uint LocalCSeq => _state.Dialog.LocalCSeq;

    /// <summary>The session it has become; null while it is early.</summary>
    public InviteDialog? Session { get; set; }

    /// <summary>Receives a provisional response; false when it is ignored: a retransmission, or out of order (RFC 3262 §4).</summary>
    public bool Take(SipResponse response)
    {
        if (_layer.Agent.Options.Reliability == SipReliability.None || !EarlyDialogState.IsReliable(response, out uint number))
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
        _layer.Agent.Product.AddTo(prack.Request);
        HasAnswered |= !HasAnswered && _offer.TryAnswer(prack.Request, response);

        // The response is ignored: 481 means that a final response to the INVITE has overtaken the PRACK (RFC 3262 §3).
        new OutgoingRequest(_layer.Requests, prack, static _ => { }, static _ => { }) { NextNumber = NextNumber }.Start();
        return true;
    }

    /// <summary>It ended, or became a session.</summary>
    public void Forget() => _layer.Remove(_state.Dialog.Id, this);

    void IDialogUser.OnAck(SipRequest ack)
    {
        // This side sent no 2xx in it.
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
            transaction.Respond(200, edit: response => _layer.Agent.Capabilities.AddTo(response.Headers));
        }
        else if (request.Method == SipMethod.Invite || (request.Method == SipMethod.Update && !request.Body.IsEmpty))
        {
            // Our own offer has no answer yet (RFC 3261 §14.2, RFC 3311 §5.2).
            transaction.Respond(491);
        }
        else if (request.Method == SipMethod.Prack)
        {
            transaction.Respond(481);
        }
        else
        {
            transaction.RespondNotAllowed();
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
