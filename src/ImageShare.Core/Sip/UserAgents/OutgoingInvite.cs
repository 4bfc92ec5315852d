using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transactions;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>An INVITE of ours, from the moment it is begun to its outcome (RFC 3261 §13.2). All members may be used from any thread.</summary>
public sealed class OutgoingInvite : IClientTransactionUser, IInviteAnswers, IAgentPart
{
    private const string Owing = "owing";

    // How long the end of the agent waits for an answer to which CANCEL could be said, counted from the INVITE; a peer that has said nothing by then will hardly.
    private static readonly TimeSpan FirstAnswerTime = TimeSpan.FromSeconds(1);

    private readonly AgentCore _core;
    private readonly SipRequest _request;
    private InviteSettings _settings;
    private readonly TaskCompletionSource<InviteOutcome> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly InviteForks _forks;
    private readonly LoopTimers<string> _timers;
    private readonly long _began;
    private RoutedRequest _template;
    private OutgoingInviteState _state;
    private ClientTransaction? _transaction;
    private DigestAttempts _attempts;
    private SipResponse? _response;
    private ImageShareException? _error;
    private string? _cancelReason;
    private bool _isOwing;
    private (Dialog Dialog, AckSender Ack) _answer;

    internal OutgoingInvite(AgentCore core, SipRequest request, InviteSettings settings)
    {
        _core = core;
        _request = request;
        _settings = settings;
        _forks = new InviteForks(core, request.Body.IsEmpty ? settings.Answer : null);
        _timers = new LoopTimers<string>(core.Loop);
        _began = core.Options.TimeProvider.GetTimestamp();
        _state = OutgoingInviteMachine.Start(core.Options.Timers);
    }

    /// <summary>
    /// The outcome; the task itself never fails. A provisional response takes the time limit of 32 s (64·T1) away: how long to let
    /// it ring is for the application to decide, with <see cref="Cancel"/>.
    /// </summary>
    public Task<InviteOutcome> Result => _result.Task;

    /// <summary>
    /// Gives it up: CANCEL is sent as soon as a provisional response is there (RFC 3261 §9.1). An answer that crosses it is
    /// acknowledged and ended with BYE. <see cref="Result"/> follows within 32 s (64·T1). No effect once there is an outcome.
    /// </summary>
    /// <param name="reason">The value of a Reason header (RFC 3326), such as <c>SIP;cause=200;text="Call completed elsewhere"</c>; null for none.</param>
    public void Cancel(string? reason = null) => _core.TryPost(() =>
    {
        _cancelReason ??= reason;
        if (!_state.CancelWanted && !_result.Task.IsCompleted)
        {
            // Whoever begun it may be gone long before what is still owed to the peer is done.
            _settings = _settings with { Provisional = null, Trying = null, Unreadable = null };
            Owe(FirstAnswerTime - _core.Options.TimeProvider.GetElapsedTime(_began));
        }

        Give(OutgoingInviteInput.CancelRequested);
    });

    internal void Start()
    {
        if (!_core.TryAdd(this))
        {
            return;
        }

        try
        {
            _template = RequestFiller.Fill(_request, _core.Options);
            _core.AddCapabilities(_template.Request.Headers);
            Send();
        }
        catch (ImageShareException error)
        {
            // A part of the request cannot stand in a message.
            _error = error;
            Give(OutgoingInviteInput.TransportFailed);
        }
    }

    void IInviteAnswers.OnResponse(SipResponse response) => OnResponse(response);

    private void OnResponse(SipResponse response)
    {
        _response = response;
        if (response.IsProvisional)
        {
            if (response.StatusCode == 100)
            {
                Notify(_settings.Trying, response);
            }
            else if (_forks.TakeEarly(_transaction!.Request, response))
            {
                Notify(_settings.Provisional, response);
            }

            Give(OutgoingInviteInput.Provisional);
        }
        else if (response.IsSuccess)
        {
            Give(OutgoingInviteInput.Success(response.Headers.To?.Tag ?? string.Empty));
        }
        else if (!_state.CancelWanted)
        {
            // What is given up from here on has no transaction to cancel.
            _state = OutgoingInviteMachine.Start(_core.Options.Timers);
            RequestFiller.Learn(_core, _template, response, _attempts, OnLearned);
        }
        else
        {
            Give(OutgoingInviteInput.Failure(response.StatusCode));
        }
    }

    // A SIM may have taken its time: the application may have given up meanwhile, which is then as if the callee had taken the CANCEL.
    private void OnLearned(DigestAttempts? attempts)
    {
        if (attempts is not { } next || _state.CancelWanted)
        {
            Give(OutgoingInviteInput.Failure(_state.CancelWanted ? 487 : _response!.StatusCode));
            return;
        }

        _attempts = next;
        SipHeaders headers = _template.Request.Headers;
        headers.Set(SipHeaderNames.CSeq, new CSeq(headers.CSeq!.Number + 1, SipMethod.Invite));
        _core.Invites.Remove(_transaction!.Branch);
        _forks.ForgetEarly();
        Send();
    }

    void IClientTransactionUser.OnResponse(SipResponse response) => OnResponse(response);

    void IClientTransactionUser.OnFailed(TransactionEnd end, ImageShareException error)
    {
        _error = error;
        Give(end == TransactionEnd.TimedOut ? OutgoingInviteInput.TimedOut : OutgoingInviteInput.TransportFailed);
    }

    void IClientTransactionUser.OnUnreadable(SipReadError error) => _settings.Unreadable?.Invoke();

    void IAgentPart.Close(ImageShareException reason) => _result.TrySetResult(new InviteOutcome.Failed(reason));

    private void Send()
    {
        var routed = new RoutedRequest(_template.Request.Clone(), _template.NextHop);
        RequestFiller.Authorize(routed, _core.Keyring);
        _transaction = new ClientTransaction(_core, routed, _settings.ContactParameters, this);
        _core.Invites[_transaction.Branch] = this;
        _transaction.Start();
    }

    private void Notify(Action<SipResponse>? hearer, SipResponse response)
    {
        try
        {
            hearer?.Invoke(response);
        }
        catch (Exception error)
        {
            // The application's code; the call goes on without it.
            AgentLog.HandlerFailed(_core.Logger, SipMethod.Invite, error);
        }
    }

    private void Give(OutgoingInviteInput input)
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
                SendCancel();
                break;
            case OutgoingInviteEffectKind.Acknowledge:
                _answer = _forks.Acknowledge(_transaction!.Request, _response!, effect.Tag);
                break;
            case OutgoingInviteEffectKind.EndDialog:
                _forks.End(_answer.Dialog, _answer.Ack);
                break;
            case OutgoingInviteEffectKind.PublishAccepted:
                PublishAccepted(effect.Tag);
                break;
            case OutgoingInviteEffectKind.PublishRejected:
                Publish(new InviteOutcome.Rejected(_response!));
                break;
            case OutgoingInviteEffectKind.PublishCancelled:
                Publish(new InviteOutcome.Cancelled { Response = _response is { IsFinal: true } ? _response : null });
                break;
            case OutgoingInviteEffectKind.PublishTimedOut:
            case OutgoingInviteEffectKind.PublishUnreachable:
                Publish(new InviteOutcome.Failed(_error!));
                break;
            case OutgoingInviteEffectKind.DropTransaction:
                _transaction!.Drop();
                break;
            case OutgoingInviteEffectKind.StartTimer when _state.Phase == OutgoingInvitePhase.Decided:
                // From here on only late answers may come, and this call is not kept for them.
                _core.Memory.Keep(new SettledInvite(_core, _transaction!.Branch, _transaction.Request, _state, _forks), effect.Duration);
                break;
            case OutgoingInviteEffectKind.StartTimer:
                _timers.Start(string.Empty, effect.Duration, () => Give(OutgoingInviteInput.TimerFired));
                break;
            case OutgoingInviteEffectKind.StopTimer:
                _timers.Stop(string.Empty);
                break;
            case OutgoingInviteEffectKind.Forget:
                _forks.ForgetEarly();
                if (_transaction is not null)
                {
                    _core.Invites.Remove(_transaction.Branch);
                }

                break;
        }
    }

    private void SendCancel()
    {
        SipRequest cancel = InviteFollowUp.CreateCancel(_transaction!.Request, _cancelReason);
        RequestFiller.AddUserAgent(cancel, _core.Options);
        ClientTransaction.StartBeside(_core, cancel, _transaction.Destination!, UnheardTransaction.Instance);
        Owe(_core.Options.Timers.T1 * 1.2);
    }

    // The end of the agent waits for what is owed to the peer, so long: CANCEL goes out twice over UDP, and its answer is waited for.
    private void Owe(TimeSpan time)
    {
        if (time <= TimeSpan.Zero)
        {
            return;
        }

        if (!_isOwing)
        {
            _isOwing = true;
            _core.Loop.CountLeaving(1);
        }

        _timers.Start(Owing, time, OweNothing);
    }

    private void OweNothing()
    {
        if (_isOwing)
        {
            _isOwing = false;
            _timers.Stop(Owing);
            _core.Loop.CountLeaving(-1);
        }
    }

    // The dialog exists from now on: the peer's BYE may be here before our ACK is out. The application hears after the ACK.
    private void PublishAccepted(string tag)
    {
        SipResponse response = _response!;
        (Dialog dialog, AckSender ack) = _answer;
        InviteDialog session = InviteDialog.OfCaller(_core, dialog, _transaction!.Request);
        SipResponse answer = response;
        if (_forks.EarlyOf(tag) is { } early)
        {
            early.Session = session;
            answer = early.Answer ?? response;
            _forks.Settle(tag);
        }

        session.Describe(_transaction.Request, answer);
        ack.AfterFirst(() => Publish(new InviteOutcome.Accepted(session, response) { Answer = answer }));
    }

    private void Publish(InviteOutcome outcome)
    {
        OweNothing();
        _core.Remove(this);
        _result.TrySetResult(outcome);
    }
}
