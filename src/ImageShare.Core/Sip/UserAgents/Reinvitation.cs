using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transactions;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>An INVITE of ours inside a session, up to its final response and the ACKs of that (RFC 3261 §14.1). On the loop only.</summary>
internal sealed class Reinvitation : IClientTransactionUser, IInviteAnswers, IAgentPart
{
    private readonly AgentCore _core;
    private readonly RoutedRequest _template;
    private readonly ParameterList _contactParameters;
    private readonly Func<uint> _nextNumber;
    private readonly Func<SipRequest, SipResponse, RoutedRequest> _acknowledge;
    private readonly Action<SipResponse> _done;
    private readonly Action<ImageShareException> _failed;
    private readonly LoopTimers<bool> _timers;
    private ClientTransaction? _transaction;
    private OutgoingInviteState _state;
    private DigestAttempts _attempts;
    private AckSender? _ack;
    private SipResponse? _response;
    private ImageShareException? _error;

    /// <summary>Prepares it.</summary>
    /// <param name="core">The agent.</param>
    /// <param name="template">The INVITE, complete but for Via, Contact and credentials.</param>
    /// <param name="contactParameters">The parameters of our Contact.</param>
    /// <param name="nextNumber">Gives the CSeq of a repetition with credentials.</param>
    /// <param name="acknowledge">Makes the ACK of a 2xx.</param>
    /// <param name="done">Called with the final response.</param>
    /// <param name="failed">Called instead when there is none.</param>
    public Reinvitation(
        AgentCore core,
        RoutedRequest template,
        ParameterList contactParameters,
        Func<uint> nextNumber,
        Func<SipRequest, SipResponse, RoutedRequest> acknowledge,
        Action<SipResponse> done,
        Action<ImageShareException> failed)
    {
        _core = core;
        _template = template;
        _contactParameters = contactParameters;
        _nextNumber = nextNumber;
        _acknowledge = acknowledge;
        _done = done;
        _failed = failed;
        _timers = new LoopTimers<bool>(core.Loop);
        _state = OutgoingInviteMachine.Start(core.Options.Timers);
    }

    public void Start()
    {
        if (_core.TryAdd(this))
        {
            _timers.Start(true, _core.Options.InviteTimeLimit, Cancel);
            Send();
        }
    }

    /// <summary>Gives it up: CANCEL, as for any INVITE.</summary>
    public void Cancel() => Give(OutgoingInviteInput.CancelRequested);

    public void OnResponse(SipResponse response)
    {
        _response = response;
        if (response.IsProvisional)
        {
            Give(OutgoingInviteInput.Provisional);
        }
        else if (response.IsSuccess)
        {
            // Whatever the tag: there is one peer in a dialog, and no other answer.
            Give(OutgoingInviteInput.Success(string.Empty));
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

    public void OnFailed(TransactionEnd end, ImageShareException error)
    {
        _error = error;
        Give(end == TransactionEnd.TimedOut ? OutgoingInviteInput.TimedOut : OutgoingInviteInput.TransportFailed);
    }

    public void Close(ImageShareException reason)
    {
        _timers.StopAll();
        _failed(reason);
    }

    private void OnLearned(DigestAttempts? attempts)
    {
        if (attempts is not { } next || _state.CancelWanted)
        {
            Give(OutgoingInviteInput.Failure(_response!.StatusCode));
            return;
        }

        _attempts = next;
        _core.Invites.Remove(_transaction!.Branch);
        _template.Request.Headers.Set(SipHeaderNames.CSeq, new CSeq(_nextNumber(), SipMethod.Invite));
        Send();
    }

    private void Send()
    {
        var routed = new RoutedRequest(_template.Request.Clone(), _template.NextHop);
        try
        {
            RequestFiller.Authorize(routed, _core.Keyring);
        }
        catch (ImageShareException error)
        {
            OnFailed(TransactionEnd.TransportFailed, error);
            return;
        }

        _transaction = new ClientTransaction(_core, routed, _contactParameters, this);
        _core.Invites[_transaction.Branch] = this;
        _transaction.Start();
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
                SipRequest cancel = InviteFollowUp.CreateCancel(_transaction!.Request, null);
                RequestFiller.AddUserAgent(cancel, _core.Options);
                ClientTransaction.StartBeside(_core, cancel, _transaction.Destination!, UnheardTransaction.Instance);
                break;
            case OutgoingInviteEffectKind.Acknowledge:
                _ack = new AckSender(_core, _acknowledge(_transaction!.Request, _response!));
                break;
            case OutgoingInviteEffectKind.EndDialog:
                // It crossed the CANCEL. That ends an offer, never the session: what was answered counts.
                break;
            case OutgoingInviteEffectKind.PublishAccepted:
            case OutgoingInviteEffectKind.PublishRejected:
            case OutgoingInviteEffectKind.PublishCancelled when _response is { IsFinal: true }:
                Publish();
                _done(_response!);
                break;
            case OutgoingInviteEffectKind.PublishCancelled:
            case OutgoingInviteEffectKind.PublishTimedOut:
            case OutgoingInviteEffectKind.PublishUnreachable:
                Publish();
                _failed(_error ?? new ImageShareException(ImageShareError.NoAnswer, "The peer did not answer the offer in time; the session is given up."));
                break;
            case OutgoingInviteEffectKind.DropTransaction:
                _transaction!.Drop();
                break;
            case OutgoingInviteEffectKind.StartTimer when _state.Phase == OutgoingInvitePhase.Decided:
                Settle(effect.Duration);
                break;
            case OutgoingInviteEffectKind.StartTimer:
                _timers.Start(false, effect.Duration, () => Give(OutgoingInviteInput.TimerFired));
                break;
            case OutgoingInviteEffectKind.StopTimer:
                _timers.Stop(false);
                break;
            case OutgoingInviteEffectKind.Forget when _transaction is not null:
                _core.Invites.Remove(_transaction.Branch);
                break;
        }
    }

    // From here on only copies of the 2xx may come, and neither this nor the session is kept for them.
    private void Settle(TimeSpan duration)
    {
        if (_ack is { } ack)
        {
            _core.Memory.Keep(new AcknowledgedReinvite(_core, _transaction!.Branch, ack), duration);
        }
        else
        {
            _core.Invites.Remove(_transaction!.Branch);
        }
    }

    private void Publish()
    {
        _timers.Stop(true);
        _core.Remove(this);
    }
}
