using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Sip.UserAgents.Transactions;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents.Calls;

/// <summary>
/// The INVITE behind an <see cref="IncomingInvite"/> until its final response: performs the effects of <see cref="IncomingInviteMachine"/>. On the loop
/// only, but for <see cref="Cancelled"/>, <see cref="Cancel"/>, <see cref="TryBeginOffer"/> and the task of <see cref="Offer"/>.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A source without timer and wait handle holds nothing that needs to be disposed of.")]
internal sealed class PendingInvite : IDialogUser, IAgentPart, ILoopTimerUser<IncomingInviteTimer>
{
    private readonly ProvisionalResponses _provisionals;

    // The machine and its timers.
    private readonly LoopTimers<IncomingInviteTimer> _timers;
    private IncomingInviteState _state;

    // What the application decided, and what the caller did.
    private (InviteDialog Dialog, SipResponse Response)? _acceptance;
    private SipResponse? _refusal;
    private readonly CancellationTokenSource _cancelled = new();
    private SipRequest? _cancel;

    public PendingInvite(DialogLayer layer, ServerTransaction transaction)
    {
        Layer = layer;
        Transaction = transaction;
        _timers = new LoopTimers<IncomingInviteTimer>(layer.Agent.Loop, this);
        transaction.Cancelled = cancel =>
        {
            Volatile.Write(ref _cancel, cancel);
            Step(new(IncomingInviteInputKind.Cancel));
        };
        transaction.TransportFailed = () => Step(new(IncomingInviteInputKind.TransportFailed));
        layer.Set(Id, this);
        layer.Agent.TryAdd(this);
        _provisionals = new ProvisionalResponses(layer.Agent, transaction, () => Step(new(IncomingInviteInputKind.NotAcknowledged)));
        using var effects = ScratchList<IncomingInviteEffect>.Rent();
        _state = IncomingInviteMachine.Start(Limit(), effects.Values, _provisionals.AreReliable && HasOffer);
        Perform(effects.Values);
    }

    public DialogLayer Layer { get; }

    public ServerTransaction Transaction { get; }

    /// <summary>Our offer before the call is accepted.</summary>
    public EarlyOffer Offer { get; } = new();

    /// <summary>Cancelled when the call is over without an answer of the application.</summary>
    public CancellationToken Cancelled => _cancelled.Token;

    /// <summary>The caller's CANCEL.</summary>
    public SipRequest? Cancel => Volatile.Read(ref _cancel);

    private SipRequest Request => Transaction.Request;

    private DialogId Id => new(Request.Headers.CallId!, Transaction.ToTag, Request.Headers.From!.Tag);

    private bool HasOffer => !Request.Body.IsEmpty;

    /// <summary>The application wants a provisional response sent.</summary>
    public void Ring(int status) => Step(new(IncomingInviteInputKind.Provisional, status));

    /// <summary>Whether an offer of ours may be made; true once.</summary>
    public bool TryBeginOffer() => !HasOffer && _provisionals.AreReliable && Offer.TryBegin();

    /// <summary>Sends our offer in a reliable provisional response.</summary>
    public void SendOffer(int status, ReadOnlyMemory<byte> offer, MediaType contentType)
    {
        if (_state.IsOpen && !Layer.Agent.Loop.IsClosed)
        {
            _provisionals.SendOffer(status, offer, contentType, OnOfferAnswered);
        }
        else
        {
            Offer.Fail();
        }
    }

    public void OnAck(SipRequest ack)
    {
        // Nothing was answered with 2xx yet.
    }

    public void OnRequest(ServerTransaction transaction)
    {
        SipMethod method = transaction.Request.Method;
        if (method == SipMethod.Bye)
        {
            // The caller may end an early dialog this way too (RFC 3261 §15).
            transaction.Respond(200);
            Step(new(IncomingInviteInputKind.Bye));
        }
        else if (method == SipMethod.Invite)
        {
            transaction.RespondRetryLater("First INVITE Not Answered Yet");
        }
        else if (method == SipMethod.Update)
        {
            // The caller's offer has no answer yet (RFC 3311 §5.2). A mere refresh may come again as well.
            transaction.RespondRetryLater("INVITE Not Answered Yet");
        }
        else if (method == SipMethod.Prack && _provisionals.PrackReceived is { } received)
        {
            received(transaction);
        }
        else if (method == SipMethod.Prack)
        {
            transaction.Respond(481);
        }
        else
        {
            transaction.RespondNotAllowed();
        }
    }

    public void Close(ImageShareException reason)
    {
        _state = _state with { IsOpen = false };
        Offer.Fail();
        _ = _cancelled.CancelAsync();
    }

    /// <summary>The application accepts with that 2xx.</summary>
    public void Accept(InviteDialog dialog, SipResponse response)
    {
        if (!_state.IsOpen || Layer.Agent.Loop.IsClosed)
        {
            dialog.Fail(new ImageShareException(ImageShareError.Cancelled, "The call was over before it was accepted; there is nothing left to do."));
            return;
        }

        _acceptance = (dialog, response);
        if (_provisionals.AwaitAnswer)
        {
            // RFC 3262 §3: no 2xx before the reliable response with our offer is acknowledged.
            Offer.Hold(() => Step(new(IncomingInviteInputKind.Accept)), dialog.Fail);
            return;
        }

        Step(new(IncomingInviteInputKind.Accept));
    }

    /// <summary>The application refuses with that response.</summary>
    public void Refuse(SipResponse response)
    {
        if (_state.IsOpen)
        {
            _refusal = response;
            Step(new(IncomingInviteInputKind.Reject, response.StatusCode));
        }
    }

    private void OnOfferAnswered(SipRequest prack)
    {
        if (!Offer.TryTakeAnswer(prack))
        {
            Refuse(SipResponse.CreateFor(Request, 400, "Offer Not Answered", Transaction.ToTag));
        }
    }

    private void Step(IncomingInviteInput input)
    {
        using var effects = ScratchList<IncomingInviteEffect>.Rent();
        _state = IncomingInviteMachine.Step(_state, input, effects.Values);
        Perform(effects.Values);
    }

    private void Perform(List<IncomingInviteEffect> effects)
    {
        foreach (IncomingInviteEffect effect in effects)
        {
            switch (effect.Kind)
            {
                case IncomingInviteEffectKind.Respond when effect.Status < 200:
                    _provisionals.Send(effect.Status, awaitsOffer: !HasOffer && !Offer.IsMade);
                    break;
                case IncomingInviteEffectKind.Respond:
                    Leave();
                    Offer.Fail();
                    Transaction.Respond(_refusal ?? SipResponse.CreateFor(Request, effect.Status, null, Transaction.ToTag));
                    break;
                case IncomingInviteEffectKind.Accept:
                    Leave();
                    _acceptance!.Value.Dialog.StartAsCallee(Transaction, _acceptance.Value.Response, _provisionals.PrackReceived);
                    break;
                case IncomingInviteEffectKind.SignalCancelled:
                    // The callbacks are the application's and may block: they run on the thread pool.
                    _ = _cancelled.CancelAsync();
                    break;
                case IncomingInviteEffectKind.StartTimer:
                    _timers.Start(effect.Timer, effect.Duration);
                    break;
                case IncomingInviteEffectKind.StopTimer:
                    _timers.Stop(effect.Timer);
                    break;
            }
        }
    }

    void ILoopTimerUser<IncomingInviteTimer>.OnTimer(IncomingInviteTimer timer) =>
        Step(new(timer == IncomingInviteTimer.Limit ? IncomingInviteInputKind.LimitTimerFired : IncomingInviteInputKind.RepeatTimerFired));

    // RFC 3261 §13.3.1: the caller's Expires may be shorter than our own limit.
    private TimeSpan Limit()
    {
        TimeSpan limit = Layer.Agent.Options.InviteTimeLimit;
        return Request.Headers.GetString(SipHeaderNames.Expires) is { } text
            && uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint seconds) && TimeSpan.FromSeconds(seconds) < limit
            ? TimeSpan.FromSeconds(seconds)
            : limit;
    }

    private void Leave()
    {
        _provisionals.Close();
        Layer.Agent.Remove(this);
        Layer.Remove(Id, this);
    }
}
