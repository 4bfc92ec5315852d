using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Sip.UserAgents.Transactions;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents.Sessions;

/// <summary>
/// The session behind an <see cref="InviteDialog"/>: performs the effects of <see cref="InviteSessionMachine"/> and gives each concern its object, the
/// requests of this side, those of the peer, the offers, the session timer and the end. On the loop only, but for <see cref="Ack"/> and the tasks of
/// <see cref="Ending"/>.
/// </summary>
internal sealed class InviteSession : IDialogUser, IAgentPart, ILoopTimerUser<InviteSessionTimer>
{
    // The machine and its timers.
    private readonly LoopTimers<InviteSessionTimer> _timers;
    private InviteSessionState _state;

    // Our 2xx that is not acknowledged yet, to the INVITE or to a re-INVITE, and the last ACK.
    private (ServerTransaction Transaction, SipResponse Response)? _answer;
    private LoopTimer? _lastWords;
    private SipRequest? _ack;

    public InviteSession(InviteDialog face, DialogLayer layer, Dialog dialog, bool isCaller, ParameterList contactParameters)
    {
        Requests = new SessionRequests(layer, dialog, contactParameters);
        Ending = new SessionEnding(face, Requests);
        Refresh = new SessionRefresh(Requests, FailAfter);
        Offers = new OwnOffers(Requests, Descriptions, Refresh, isCaller)
        {
            PeerIsBusy = () => Peer!.HasOpenOffer || _state.Phase == InviteSessionPhase.AwaitingAck,
            Failed = FailAfter,
        };
        Peer = new PeerRequests(face, Requests, Descriptions, Refresh)
        {
            OwnOfferIsOpen = () => Offers.IsOpen,
            OfferConcluded = Offers.OnPeerDone,
            InviteAccepted = OnInviteAccepted,
        };
        _timers = new LoopTimers<InviteSessionTimer>(layer.Agent.Loop, this);
        _state = InviteSessionMachine.StartAsCaller(layer.Agent.Options.Timers);
    }

    public SessionRequests Requests { get; }

    public SessionDescriptions Descriptions { get; } = new();

    public SessionRefresh Refresh { get; }

    public OwnOffers Offers { get; }

    public PeerRequests Peer { get; }

    public SessionEnding Ending { get; }

    public bool IsOver => _state.Phase == InviteSessionPhase.Ended;

    /// <summary>The last ACK to a 2xx of ours; for any thread.</summary>
    public SipRequest? Ack => Volatile.Read(ref _ack);

    private AgentContext Agent => Requests.Layer.Agent;

    /// <summary>Our INVITE was accepted, and the ACK is on its way.</summary>
    public void StartAsCaller()
    {
        Ending.Confirm();
        Register();
    }

    /// <summary>The application accepted the peer's INVITE: sends the 2xx.</summary>
    public void StartAsCallee(ServerTransaction transaction, SipResponse response)
    {
        Register();
        Descriptions.Set(response, transaction.Request);
        Refresh.AgreeOn(transaction.Request, response);
        AwaitAck(transaction, response);

        // A 2xx that cannot be sent is retransmitted like a lost one; the wait for the ACK decides (RFC 3261 §13.3.1.4).
        transaction.TransportFailed = null;
        transaction.Cancelled = null;
        transaction.Respond(response);
        using var effects = ScratchList<InviteSessionEffect>.Rent();
        _state = InviteSessionMachine.StartAsCallee(Agent.Options.Timers, effects.Values);
        Perform(effects.Values);
    }

    /// <summary>The application wants it ended.</summary>
    public void End(string? reason)
    {
        Ending.SetReason(reason);
        Step(InviteSessionInput.ByeRequested);
    }

    /// <summary>A request inside the dialog got a response, or none, that ends the session (RFC 3261 §12.2.1.2).</summary>
    public void Fail() => Step(InviteSessionInput.RequestFailed);

    /// <summary>
    /// As <see cref="Fail"/>, when it is known what the peer responded. 481 most often says that the peer has just ended the session: its BYE, and the reason in it, may
    /// be the slower message, so it is waited for, four round trips (4·T1) at most.
    /// </summary>
    public void FailAfter(int status)
    {
        if (status == 481 && !IsOver)
        {
            _lastWords ??= Agent.Loop.StartTimer(4 * Agent.Options.Timers.T1, Fail);
        }
        else
        {
            Fail();
        }
    }

    public void OnAck(SipRequest ack)
    {
        if (_answer is not { } answer || ack.Headers.CSeq!.Number != answer.Transaction.Request.Headers.CSeq!.Number)
        {
            return;
        }

        Volatile.Write(ref _ack, ack);
        if (answer.Transaction.Request.Body.IsEmpty && !answer.Response.Body.IsEmpty)
        {
            // The INVITE brought no offer, so the 2xx held ours, and without an answer in the ACK there is no session (RFC 3261 §13.2.1).
            if (ack.Body.IsEmpty)
            {
                Ending.FailConfirmation(new ImageShareException(
                    ImageShareError.MalformedMessage, "The caller acknowledged our offer without answering it; the call was ended. Ask the caller to try again."));
                Fail();
                return;
            }

            Descriptions.Set(answer.Response, ack);
        }

        Step(InviteSessionInput.AckReceived);
        Offers.OnPeerDone();
    }

    public void OnRequest(ServerTransaction transaction)
    {
        SipRequest request = transaction.Request;
        if (!Requests.TryReceive(request))
        {
            transaction.Respond(500, "CSeq Out Of Order");
        }
        else if (request.Method == SipMethod.Bye)
        {
            transaction.Respond(200);
            Ending.OnPeerBye(request);
            Step(InviteSessionInput.ByeReceived);
        }
        else
        {
            Peer.OnRequest(transaction);
        }
    }

    public void Close(ImageShareException reason) => Ending.Fail(reason);

    private void Register()
    {
        if (Agent.TryAdd(this))
        {
            Requests.Layer.Set(Requests.Dialog.Id, this);
        }
    }

    private void OnInviteAccepted(ServerTransaction transaction, SipResponse response)
    {
        AwaitAck(transaction, response);
        Step(InviteSessionInput.Answered);
    }

    private void AwaitAck(ServerTransaction transaction, SipResponse response)
    {
        transaction.AckReceived = OnAck;
        _answer = (transaction, response);
    }

    private void Step(InviteSessionInput input)
    {
        using var effects = ScratchList<InviteSessionEffect>.Rent();
        _state = InviteSessionMachine.Step(_state, input, effects.Values);
        Perform(effects.Values);
        if (_answer is { } answer && _state.Phase != InviteSessionPhase.AwaitingAck && input != InviteSessionInput.Answered)
        {
            // It is not retransmitted any more.
            _answer = null;
            answer.Transaction.Acknowledge();
        }
    }

    private void Perform(List<InviteSessionEffect> effects)
    {
        foreach (InviteSessionEffect effect in effects)
        {
            switch (effect.Kind)
            {
                case InviteSessionEffectKind.RepeatAnswer:
                    _answer!.Value.Transaction.Respond(_answer.Value.Response);
                    break;
                case InviteSessionEffectKind.SendBye:
                    Ending.SendBye();
                    break;
                case InviteSessionEffectKind.ReportConfirmed:
                    Ending.Confirm();
                    break;
                case InviteSessionEffectKind.ReportNotConfirmed:
                    Ending.FailConfirmation(new ImageShareException(
                        ImageShareError.NoAnswer, "The peer never acknowledged that the call was accepted; it was ended. Ask the peer to try again."));
                    break;
                case InviteSessionEffectKind.ReportEnded:
                    OnEnded(effect.Reason);
                    break;
                case InviteSessionEffectKind.StartTimer:
                    _timers.Start(effect.Timer, effect.Duration);
                    break;
                case InviteSessionEffectKind.StopTimer:
                    _timers.Stop(effect.Timer);
                    break;
            }
        }
    }

    void ILoopTimerUser<InviteSessionTimer>.OnTimer(InviteSessionTimer timer) => Step(timer == InviteSessionTimer.Ack ? InviteSessionInput.AckTimerFired : InviteSessionInput.RepeatTimerFired);

    private void OnEnded(DialogEndReason reason)
    {
        // Our own offers first: one that waits for the peer's must not be sent when that is refused.
        Offers.Stop();
        Peer.Stop();
        Refresh.Stop();
        _lastWords?.Stop();
        Requests.Layer.Remove(Requests.Dialog.Id, this);
        Agent.Remove(this);
        Ending.End(reason);
    }
}
