using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transactions;
using ImageShare.Core.Sip.UserAgents.Loop;

namespace ImageShare.Core.Sip.UserAgents.Sessions;

/// <summary>A re-INVITE of ours, up to its final response and the ACKs of that (RFC 3261 §14.1). On the loop only.</summary>
internal sealed class Reinvitation : IInviteUser, IAgentPart, ILoopTimerUser<Reinvitation.Timer>
{
    private readonly SessionRequests _requests;
    private readonly InviteSender _sender;
    private readonly Action<SipResponse> _done;
    private readonly Action<ImageShareException> _failed;
    private readonly LoopTimers<Timer> _timers;
    private OutgoingInviteState _state;
    private AckSender? _ack;
    private SipResponse? _response;
    private ImageShareException? _error;

    /// <summary>Prepares it.</summary>
    /// <param name="requests">The dialog it is sent in.</param>
    /// <param name="done">Called with the final response.</param>
    /// <param name="failed">Called instead when there is none.</param>
    public Reinvitation(SessionRequests requests, Action<SipResponse> done, Action<ImageShareException> failed)
    {
        _requests = requests;
        _done = done;
        _failed = failed;
        _sender = new InviteSender(requests.Layer, requests.ContactParameters, this);
        _timers = new LoopTimers<Timer>(Agent.Loop, this);
        _state = OutgoingInviteMachine.Start(Agent.Options.Timers);
    }

    internal enum Timer
    {
        /// <summary>Of the machine.</summary>
        Machine,

        /// <summary>How long the peer may take to answer.</summary>
        Limit,
    }

    private AgentContext Agent => _requests.Layer.Agent;

    /// <summary>Sends it.</summary>
    /// <param name="invite">The INVITE, complete but for Via, Contact and credentials.</param>
    public void Start(RoutedRequest invite)
    {
        if (Agent.TryAdd(this))
        {
            _timers.Start(Timer.Limit, Agent.Options.InviteTimeLimit);
            _sender.Send(invite);
        }
    }

    /// <summary>Gives it up: CANCEL, as for any INVITE.</summary>
    public void Cancel() => Step(OutgoingInviteInput.CancelRequested);

    public void OnResponse(SipResponse response)
    {
        _response = response;
        if (response.IsProvisional)
        {
            Step(OutgoingInviteInput.Provisional);
        }
        else if (response.IsSuccess)
        {
            // The tag does not matter: inside a dialog there is one peer, and so one 2xx.
            Step(OutgoingInviteInput.Success(string.Empty));
        }
        else if (!_state.CancelWanted)
        {
            // From here on there is no transaction to cancel.
            _state = OutgoingInviteMachine.Start(Agent.Options.Timers);
            _sender.Learn(response, OnLearned);
        }
        else
        {
            Step(OutgoingInviteInput.Failure(response.StatusCode));
        }
    }

    public void OnFailed(TransactionEnd end, ImageShareException error)
    {
        _error = error;
        Step(end == TransactionEnd.TimedOut ? OutgoingInviteInput.TimedOut : OutgoingInviteInput.TransportFailed);
    }

    public void Close(ImageShareException reason)
    {
        _timers.StopAll();
        _failed(reason);
    }

    void ILoopTimerUser<Timer>.OnTimer(Timer timer)
    {
        if (timer == Timer.Limit)
        {
            Cancel();
        }
        else
        {
            Step(OutgoingInviteInput.TimerFired);
        }
    }

    private void OnLearned(bool hasCredentials)
    {
        if (hasCredentials && !_state.CancelWanted)
        {
            _sender.Resend(_requests.NextNumber());
        }
        else
        {
            Step(OutgoingInviteInput.Failure(_response!.StatusCode));
        }
    }

    private void Step(OutgoingInviteInput input)
    {
        var effects = new List<OutgoingInviteEffect>(4);
        _state = OutgoingInviteMachine.Step(_state, input, effects);
        foreach (OutgoingInviteEffect effect in effects)
        {
            Perform(effect);
        }
    }

    private void Perform(OutgoingInviteEffect effect)
    {
        switch (effect.Kind)
        {
            case OutgoingInviteEffectKind.SendCancel:
                _sender.Cancel();
                break;
            case OutgoingInviteEffectKind.Acknowledge:
                _ack = new AckSender(Agent, _requests.CreateAck(_sender.Sent, _response!));
                break;
            case OutgoingInviteEffectKind.EndDialog:
                // The 2xx crossed the CANCEL. A CANCEL ends an offer, never the session: the answer counts.
                break;
            case OutgoingInviteEffectKind.PublishAccepted:
            case OutgoingInviteEffectKind.PublishRejected:
            case OutgoingInviteEffectKind.PublishCancelled when _response is { IsFinal: true }:
                Leave();
                _done(_response!);
                break;
            case OutgoingInviteEffectKind.PublishCancelled or OutgoingInviteEffectKind.PublishTimedOut or OutgoingInviteEffectKind.PublishUnreachable:
                Leave();
                _failed(_error ?? new ImageShareException(ImageShareError.NoAnswer, "The peer did not answer the offer in time; the session is given up."));
                break;
            case OutgoingInviteEffectKind.DropTransaction:
                _sender.Drop();
                break;
            case OutgoingInviteEffectKind.StartTimer when _state.Phase == OutgoingInvitePhase.Decided:
                Settle(effect.Duration);
                break;
            case OutgoingInviteEffectKind.StartTimer:
                _timers.Start(Timer.Machine, effect.Duration);
                break;
            case OutgoingInviteEffectKind.StopTimer:
                _timers.Stop(Timer.Machine);
                break;
            case OutgoingInviteEffectKind.Forget:
                _sender.Forget();
                break;
        }
    }

    // From here on only retransmissions of the 2xx may come, which need the ACK only.
    private void Settle(TimeSpan duration)
    {
        if (_ack is { } ack)
        {
            Agent.Memory.Keep(new AcknowledgedReinvite(_requests.Layer, _sender.Branch, ack), duration);
        }
        else
        {
            _sender.Forget();
        }
    }

    private void Leave()
    {
        _timers.Stop(Timer.Limit);
        Agent.Remove(this);
    }
}
