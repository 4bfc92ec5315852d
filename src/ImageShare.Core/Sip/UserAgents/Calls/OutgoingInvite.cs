using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transactions;
using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Sip.UserAgents.Requests;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Sip.UserAgents.Transactions;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents.Calls;

/// <summary>An INVITE of ours, from its first sending to its outcome (RFC 3261 §13.2).</summary>
/// <remarks><see cref="Result"/> and <see cref="Cancel"/> may be used from any thread; all state is touched by the agent's loop only.</remarks>
public sealed class OutgoingInvite : IInviteUser, IAgentPart
{
    private readonly DialogLayer _layer;
    private readonly TaskCompletionSource<InviteOutcome> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private InviteSettings _settings;

    // What is sent: the INVITE, the ACKs and PRACKs of its forks, and the CANCEL.
    private readonly InviteSender _sender;
    private readonly InviteForks _forks;
    private readonly PendingCancel _cancellation;

    // The machine, its timer and its last inputs.
    private OutgoingInviteState _state;
    private LoopTimer? _timer;
    private SipResponse? _response;
    private string? _callId;
    private ImageShareException? _error;
    private (Dialog Dialog, AckSender Ack) _answer;

    internal OutgoingInvite(DialogLayer layer, bool hasOffer, InviteSettings settings)
    {
        _layer = layer;
        _settings = settings;
        _sender = new InviteSender(layer, settings.ContactParameters, this);
        _forks = new InviteForks(layer, new DelayedOffer(hasOffer ? null : settings.Answer));
        _cancellation = new PendingCancel(Agent, _sender);
        _state = OutgoingInviteMachine.Start(Agent.Options.Timers);
    }

    /// <summary>
    /// The outcome; the task itself never fails. The time limit of 32 s (64·T1) ends with the first provisional response: how long to let
    /// it ring is for the application to decide, with <see cref="Cancel"/>.
    /// </summary>
    public Task<InviteOutcome> Result => _result.Task;

    private AgentContext Agent => _layer.Agent;

    /// <summary>
    /// Gives it up: CANCEL is sent after the first provisional response (RFC 3261 §9.1). A 2xx that crosses it is
    /// acknowledged and ended with BYE. <see cref="Result"/> follows within 32 s (64·T1). No effect once there is an outcome.
    /// </summary>
    /// <param name="reason">The value of a Reason header (RFC 3326), such as <c>SIP;cause=200;text="Call completed elsewhere"</c>; null for none.</param>
    public void Cancel(string? reason = null) => Agent.TryPost(() =>
    {
        _cancellation.SetReason(reason);
        if (!_state.CancelWanted && !_result.Task.IsCompleted)
        {
            // The caller may be gone before the CANCEL is sent: its handlers are not kept.
            _settings = _settings with { Provisional = null, Trying = null, Unreadable = null };
            _cancellation.Await();
        }

        Step(OutgoingInviteInput.CancelRequested);
    });

    /// <summary>Completes and sends it. On the loop only.</summary>
    internal void Start(SipRequest invite)
    {
        if (!Agent.TryAdd(this))
        {
            return;
        }

        RoutedRequest template;
        try
        {
            template = RequestFiller.Fill(invite, Agent);
            Agent.Capabilities.AddTo(template.Request.Headers);
            _callId = template.Request.Headers.CallId;
        }
        catch (ImageShareException error)
        {
            // A part of the request cannot stand in a message.
            OnFailed(TransactionEnd.TransportFailed, error);
            return;
        }

        _sender.Send(template);
    }

    void IClientTransactionUser.OnResponse(SipResponse response) => OnResponse(response);

    void IInviteAnswers.OnResponse(SipResponse response) => OnResponse(response);

    void IClientTransactionUser.OnFailed(TransactionEnd end, ImageShareException error) => OnFailed(end, error);

    void IClientTransactionUser.OnUnreadable(SipReadError error) => _settings.Unreadable?.Invoke();

    bool IClientTransactionUser.LeavesTarget()
    {
        if (_state.CancelWanted)
        {
            return false;
        }

        // The next target has not answered yet, so there is nothing to cancel there.
        _state = OutgoingInviteMachine.Start(Agent.Options.Timers);
        return true;
    }

    void IClientTransactionUser.OnMoved(ClientTransaction next)
    {
        _forks.ForgetEarly();
        _sender.Move(next);
    }

    void IAgentPart.Close(ImageShareException reason) => Close(reason);

    /// <summary>The agent is closed.</summary>
    internal void Close(ImageShareException reason) => _result.TrySetResult(new InviteOutcome.Failed(reason));

    private void OnResponse(SipResponse response)
    {
        _response = response;
        if (response.IsProvisional)
        {
            if (response.StatusCode == 100)
            {
                Notify(_settings.Trying, response);
            }
            else if (_forks.TakeEarly(_sender.Sent, response))
            {
                Notify(_settings.Provisional, response);
            }

            Step(OutgoingInviteInput.Provisional);
        }
        else if (response.IsSuccess)
        {
            Step(OutgoingInviteInput.Success(response.Headers.To?.Tag ?? string.Empty));
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

    private void OnLearned(bool hasCredentials)
    {
        if (hasCredentials && !_state.CancelWanted)
        {
            _forks.ForgetEarly();
            _sender.Resend(number: null);
        }
        else
        {
            // Cancelled while the SIM was asked: the same outcome as a CANCEL that reached the callee.
            Step(OutgoingInviteInput.Failure(_state.CancelWanted ? 487 : _response!.StatusCode));
        }
    }

    private void OnFailed(TransactionEnd end, ImageShareException error)
    {
        _error = error;
        Step(end == TransactionEnd.TimedOut ? OutgoingInviteInput.TimedOut : OutgoingInviteInput.TransportFailed);
    }

    private void Notify(Action<SipResponse>? handler, SipResponse response)
    {
        try
        {
            handler?.Invoke(response);
        }
        catch (Exception error)
        {
            // The application's code; the call goes on.
            AgentLog.HandlerFailed(Agent.Logger, SipMethod.Invite, _callId, error);
        }
    }

    private void Step(OutgoingInviteInput input)
    {
        using var effects = ScratchList<OutgoingInviteEffect>.Rent();
        _state = OutgoingInviteMachine.Step(_state, input, effects.Values);
        foreach (OutgoingInviteEffect effect in effects.Values)
        {
            Perform(effect);
        }
    }

    private void Perform(OutgoingInviteEffect effect)
    {
        switch (effect.Kind)
        {
            case OutgoingInviteEffectKind.SendCancel:
                _cancellation.Send();
                break;
            case OutgoingInviteEffectKind.Acknowledge:
                _answer = _forks.Acknowledge(_sender.Sent, _response!, effect.Tag);
                break;
            case OutgoingInviteEffectKind.EndDialog:
                _forks.End(_answer.Dialog, _answer.Ack);
                break;
            case OutgoingInviteEffectKind.PublishAccepted:
                PublishAccepted(effect.Tag);
                break;
            case OutgoingInviteEffectKind.PublishRejected or OutgoingInviteEffectKind.PublishCancelled
                or OutgoingInviteEffectKind.PublishTimedOut or OutgoingInviteEffectKind.PublishUnreachable:
                Publish(OutcomeOf(effect.Kind));
                break;
            case OutgoingInviteEffectKind.DropTransaction:
                _sender.Drop();
                break;
            case OutgoingInviteEffectKind.StartTimer when _state.Phase == OutgoingInvitePhase.Decided:
                // Only late 2xx responses may come now, and this object is not kept for them.
                Agent.Memory.Keep(new SettledInvite(_layer, _sender, _state, _forks), effect.Duration);
                break;
            case OutgoingInviteEffectKind.StartTimer:
                _timer?.Stop();
                _timer = Agent.Loop.StartTimer(effect.Duration, () => Step(OutgoingInviteInput.TimerFired));
                break;
            case OutgoingInviteEffectKind.StopTimer:
                _timer?.Stop();
                break;
            case OutgoingInviteEffectKind.Forget:
                _forks.ForgetEarly();
                _sender.Forget();
                break;
        }
    }

    private InviteOutcome OutcomeOf(OutgoingInviteEffectKind kind) => kind switch
    {
        OutgoingInviteEffectKind.PublishRejected => new InviteOutcome.Rejected(_response!),
        OutgoingInviteEffectKind.PublishCancelled => new InviteOutcome.Cancelled { Response = _response is { IsFinal: true } ? _response : null },
        _ => new InviteOutcome.Failed(_error!),
    };

    // The dialog exists from now on, because the peer's BYE may come before our ACK is sent. The application is told after the ACK.
    private void PublishAccepted(string tag)
    {
        SipResponse response = _response!;
        (Dialog dialog, AckSender ack) = _answer;
        EarlyDialog? early = _forks.EarlyOf(tag);
        SipResponse answer = early?.Answer ?? response;
        InviteDialog session = InviteDialog.OfCaller(_layer, dialog, _sender.Sent, answer);
        if (_settings.HandlesOffers)
        {
            session.HoldOffers();
        }

        if (early is not null)
        {
            early.Session = session;
            _forks.Settle(tag);
        }

        ack.AfterFirst(() => Publish(new InviteOutcome.Accepted(session, response) { Answer = answer }));
    }

    private void Publish(InviteOutcome outcome)
    {
        _cancellation.End();
        Agent.Remove(this);
        _result.TrySetResult(outcome);
    }
}
