using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>A session between two agents, made by an INVITE and ended by BYE (RFC 3261 §12 to §15). All members may be used from any thread.</summary>
public sealed partial class InviteDialog : IDialogUser, IAgentPart
{
    private readonly AgentCore _core;
    private readonly TaskCompletionSource<InviteDialog> _confirmed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<DialogEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _byeDone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LoopTimers<InviteSessionTimer> _timers;
    private InviteSessionState _state;
    private Dialog _dialog;
    private (ServerTransaction Transaction, SipResponse Response)? _answer;
    private ServerTransaction? _pendingInvite;
    private ServerTransaction? _pendingUpdate;
    private IncomingRequest? _pendingRequest;
    private LoopTimer? _pendingLimit;
    private SipRequest? _bye;
    private string? _byeReason;
    private ParameterList _contactParameters;
    private SipRequest? _ack;
    private EndingDialog? _ending;

    private InviteDialog(AgentCore core, Dialog dialog)
    {
        _core = core;
        _dialog = dialog;
        _timers = new LoopTimers<InviteSessionTimer>(core.Loop);
        _state = InviteSessionMachine.StartAsCaller(core.Options.Timers);

        // Nobody has to look at how it was confirmed or at the fate of a BYE.
        _ = _confirmed.Task.ContinueWith(static t => t.Exception, TaskScheduler.Default);
    }

    /// <summary>Its name.</summary>
    public DialogId Id => _dialog.Id;

    /// <summary>Where the peer is: its last Contact.</summary>
    public SipUri RemoteTarget => Volatile.Read(ref _dialog).RemoteTarget;

    /// <summary>Completes when the session is over, with the reason; never fails.</summary>
    public Task<DialogEnd> Ended => _ended.Task;

    /// <summary>
    /// Takes requests inside the dialog: re-INVITE, UPDATE, INFO and the like, as far as they are allowed. Called on the agent's
    /// loop; must not block. While unset, OPTIONS goes to the agent's handler, a re-INVITE and an UPDATE get 488 (the session goes on as it
    /// was), anything else 405. What only refreshes the session is not brought here but answered: an UPDATE without a body, and a re-INVITE or
    /// UPDATE whose offer is the description the peer gave before (RFC 4028 §7.4); the answer is ours of before, the timer is agreed
    /// anew. A 2xx given here agrees to a session timer too.
    /// </summary>
    public Action<IncomingRequest>? RequestReceived { get; set; }

    /// <summary>
    /// Takes the peer's offers in place of <see cref="RequestReceived"/>: re-INVITE, and UPDATE with a body, when they are more than a refresh. A
    /// re-INVITE without a body asks for our offer. Called on the agent's loop; must not block.
    /// </summary>
    public Action<IncomingRequest>? OfferReceived { get; set; }

    /// <summary>
    /// The last ACK to a 2xx of ours; null before. When the INVITE brought no offer, the 2xx holds ours and this the answer
    /// (RFC 3261 §13.2.1).
    /// </summary>
    public SipRequest? Ack => Volatile.Read(ref _ack);

    /// <summary>Our reliable provisional responses, one of which may still wait for its PRACK; null when there were none.</summary>
    internal ReliableProvisionals? Reliable { get; set; }

    /// <summary>Completes when the 2xx of the INVITE is acknowledged.</summary>
    internal Task<InviteDialog> Confirmed => _confirmed.Task;

    internal static InviteDialog OfCaller(AgentCore core, Dialog dialog, SipRequest invite)
    {
        var session = new InviteDialog(core, dialog) { _isCaller = true, _contactParameters = ContactParameters(invite) };
        session._confirmed.TrySetResult(session);
        session.Register();
        return session;
    }

    internal static InviteDialog OfCallee(AgentCore core, Dialog dialog, ServerTransaction transaction, SipResponse response) =>
        new(core, dialog) { _answer = (transaction, response), _contactParameters = ContactParameters(response) };

    /// <summary>
    /// Ends the session. It is over as soon as the BYE is sent, whatever the peer says to it (RFC 3261 §15.1.1); a callee's BYE
    /// waits for the ACK, 32 s (64·T1) at most. Calling it again, or after the end, does nothing.
    /// </summary>
    /// <param name="cancellationToken">Gives up the wait; the BYE goes out all the same.</param>
    /// <returns>Completes when the BYE was answered or nobody can be expected to; never fails for what the peer does.</returns>
    public Task ByeAsync(CancellationToken cancellationToken = default) => ByeAsync(null, cancellationToken);

    /// <summary>The same, with a word on the reason.</summary>
    /// <param name="reason">The value of a Reason header (RFC 3326), such as <c>SIP;cause=500;text="Disk full"</c>; null for none.</param>
    /// <param name="cancellationToken">Gives up the wait; the BYE goes out all the same.</param>
    /// <returns>Completes when the BYE was answered or nobody can be expected to; never fails for what the peer does.</returns>
    public Task ByeAsync(string? reason, CancellationToken cancellationToken = default)
    {
        bool posted = _core.TryPost(() =>
        {
            _byeReason ??= reason;
            Give(InviteSessionInput.ByeRequested);
        });
        if (!posted)
        {
            _byeDone.TrySetResult();
        }

        return _byeDone.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Sends a request inside the dialog, any but INVITE, ACK, CANCEL and BYE.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="headers">Headers to add to those every request in the dialog has, Content-Type among them when there is a body; null for none.</param>
    /// <param name="body">The body; must not change any more.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>The final response. One of 481 or 408 also ends the session (RFC 3261 §12.2.1.2).</returns>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.NoAnswer"/> (which ends the session too), <see cref="ImageShareError.PeerUnreachable"/>,
    /// <see cref="ImageShareError.ConnectionLost"/>; <see cref="ImageShareError.InvalidState"/>: the session is over.
    /// </exception>
    public Task<SipResponse> SendAsync(
        SipMethod method, SipHeaders? headers = null, ReadOnlyMemory<byte> body = default, CancellationToken cancellationToken = default)
    {
        if (method == SipMethod.Invite || method == SipMethod.Ack || method == SipMethod.Cancel || method == SipMethod.Bye)
        {
            throw new ArgumentException($"{method} is not sent this way.", nameof(method));
        }

        var result = new TaskCompletionSource<SipResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool posted = _core.TryPost(() =>
        {
            if (_state.Phase == InviteSessionPhase.Ended)
            {
                result.TrySetException(new ImageShareException(ImageShareError.InvalidState, "The session is over; begin a new one."));
                return;
            }

            Send(method, headers, body, response => OnAnswered(response, result), error => OnNotAnswered(error, result));
        });
        return posted ? AgentCore.WaitAsync(result.Task, cancellationToken) : Task.FromException<SipResponse>(AgentCore.Closed());
    }

    /// <summary>The call was accepted: the 2xx goes out.</summary>
    internal void StartAsCallee()
    {
        Register();
        (ServerTransaction transaction, SipResponse response) = _answer!.Value;
        Describe(response, transaction.Request);
        AgreeOnTimer(transaction.Request, response);
        transaction.AckReceived = ((IDialogUser)this).OnAck;

        // A 2xx that cannot be sent is repeated like one that is lost; the wait for the ACK decides.
        transaction.TransportFailed = null;
        transaction.Cancelled = null;
        transaction.Respond(response);
        var effects = new List<InviteSessionEffect>(2);
        _state = InviteSessionMachine.StartAsCallee(_core.Options.Timers, effects);
        Perform(effects);
    }

    /// <summary>It never came to a session.</summary>
    internal void Fail(ImageShareException error)
    {
        _confirmed.TrySetException(error);
        _ended.TrySetResult(new DialogEnd(DialogEndReason.Failed));
        _byeDone.TrySetResult();
    }

    void IAgentPart.Close(ImageShareException reason) => Fail(reason);

    private void Register()
    {
        if (_core.TryAdd(this))
        {
            _core.Dialogs[Id] = this;
        }
    }

    private void OnAnswered(SipResponse response, TaskCompletionSource<SipResponse> result)
    {
        result.TrySetResult(response);
        if (response.StatusCode is 481 or 408)
        {
            Give(InviteSessionInput.RequestFailed);
        }
    }

    private void OnNotAnswered(ImageShareException error, TaskCompletionSource<SipResponse> result)
    {
        result.TrySetException(error);
        if (error.Error == ImageShareError.NoAnswer)
        {
            Give(InviteSessionInput.RequestFailed);
        }
    }

    private void Give(InviteSessionInput input)
    {
        var effects = new List<InviteSessionEffect>(4);
        _state = InviteSessionMachine.Step(_state, input, effects);
        Perform(effects);
        if (_answer is { } answer && _state.Phase != InviteSessionPhase.AwaitingAck && input != InviteSessionInput.Answered)
        {
            // It is not repeated any more.
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
                    SendBye();
                    break;
                case InviteSessionEffectKind.ReportConfirmed:
                    _confirmed.TrySetResult(this);
                    break;
                case InviteSessionEffectKind.ReportNotConfirmed:
                    _confirmed.TrySetException(new ImageShareException(
                        ImageShareError.NoAnswer, "The peer never acknowledged that the call was accepted; it was ended. Ask the peer to try again."));
                    break;
                case InviteSessionEffectKind.ReportEnded:
                    End(effect.Reason);
                    break;
                case InviteSessionEffectKind.StartTimer:
                    _timers.Start(effect.Timer, effect.Duration, () => Give(
                        effect.Timer == InviteSessionTimer.Ack ? InviteSessionInput.AckTimerFired : InviteSessionInput.RepeatTimerFired));
                    break;
                case InviteSessionEffectKind.StopTimer:
                    _timers.Stop(effect.Timer);
                    break;
            }
        }
    }

    private void End(DialogEndReason reason)
    {
        // Requests of this dialog that still wait get 487 (RFC 3261 §15.1.2).
        RefusePendingInvite(_pendingInvite);
        _pendingLimit?.Stop();
        StartTimer(null);
        GiveUpOffer();
        if (_ending is null)
        {
            _core.Dialogs.Remove(Id);
        }

        _core.Remove(this);
        if (reason == DialogEndReason.RemoteBye)
        {
            _byeDone.TrySetResult();
        }

        _ended.TrySetResult(new DialogEnd(reason, _bye));
    }
}
