using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>
/// A call that waits to be answered (RFC 3261 §13.3). All members may be used from any thread; of accepting, rejecting and the
/// caller's own cancelling the first counts. A call that nobody answers waits until the caller gives up, its Expires is over
/// (RFC 3261 §13.3.1) or <see cref="SipUserAgentOptions.InviteTimeLimit"/> is reached.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A source without timer and wait handle holds nothing that needs to be disposed of.")]
public sealed partial class IncomingInvite : IDialogUser, IAgentPart
{
    private readonly AgentCore _core;
    private readonly ServerTransaction _transaction;
    private readonly CancellationTokenSource _cancelled = new();
    private readonly LoopTimers<IncomingInviteTimer> _timers;
    private readonly DialogId _id;
    private readonly ReliableProvisionals? _reliable;
    private readonly bool _isRequired;
    private IncomingInviteState _state;
    private SipResponse? _final;
    private InviteDialog? _dialog;
    private SipRequest? _cancel;

    internal IncomingInvite(AgentCore core, ServerTransaction transaction)
    {
        _core = core;
        _transaction = transaction;
        _timers = new LoopTimers<IncomingInviteTimer>(core.Loop);
        _id = new DialogId(Request.Headers.CallId!, transaction.ToTag, Request.Headers.From!.Tag);
        transaction.Cancelled = cancel =>
        {
            Volatile.Write(ref _cancel, cancel);
            Give(new(IncomingInviteInputKind.Cancel));
        };
        transaction.TransportFailed = () => Give(new(IncomingInviteInputKind.TransportFailed));
        core.Dialogs[_id] = this;
        core.TryAdd(this);
        TimeSpan limit = core.Options.InviteTimeLimit;
        if (Request.Headers.GetString(SipHeaderNames.Expires) is { } text
            && uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint seconds) && TimeSpan.FromSeconds(seconds) < limit)
        {
            limit = TimeSpan.FromSeconds(seconds);
        }

        _isRequired = Names(Request.Headers.Require, SipExtensions.Reliability);
        if (_isRequired || (core.Options.Reliability == SipReliability.WhenSupported && Names(Request.Headers.Supported, SipExtensions.Reliability)))
        {
            _reliable = new ReliableProvisionals(core, transaction, AddContact, () => Give(new(IncomingInviteInputKind.NotAcknowledged)));
        }

        var effects = new List<IncomingInviteEffect>(1);
        _state = IncomingInviteMachine.Start(limit, effects, _reliable is not null && HasOffer);
        Perform(effects);
    }

    /// <summary>The INVITE. Shared with the agent: not to be changed.</summary>
    public SipRequest Request => _transaction.Request;

    /// <summary>Where it came from.</summary>
    public SipSource Source => _transaction.Source;

    /// <summary>
    /// Cancelled when the caller gave up (its CANCEL is answered, and the INVITE with 487), when it waited too long, when
    /// responses cannot reach the caller, or when the agent is closed.
    /// </summary>
    public CancellationToken Cancelled => _cancelled.Token;

    /// <summary>The caller's CANCEL, whose Reason (RFC 3326) may say why; null when there was none, whatever else ended the call.</summary>
    public SipRequest? Cancel => Volatile.Read(ref _cancel);

    /// <summary>The session, from the moment <see cref="AcceptAsync"/> was called; null before.</summary>
    public InviteDialog? Dialog => Volatile.Read(ref _dialog);

    /// <summary>
    /// Tells the caller that somebody has to decide; repeated each minute until the answer (RFC 3261 §13.3.1.1). Where the caller
    /// requires it, or supports it and the options say so, it is sent reliably (RFC 3262), which may end the call with 504 when it
    /// is never acknowledged. An INVITE without an offer is never rung reliably before <see cref="OfferAsync"/>, for our offer has to stand in the
    /// first reliable response (RFC 3261 §13.2.1); one that requires reliability is then not rung at all.
    /// </summary>
    /// <param name="status">101 to 199.</param>
    public void Ring(int status = 180)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 101);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 199);
        _core.Loop.RunOrPost(() => Give(new(IncomingInviteInputKind.Provisional, status)));
    }

    /// <summary>
    /// Accepts: the 200 is sent now, or as soon as the PRACK for an offer of ours is there (<see cref="OfferAsync"/>, RFC 3262 §3), and repeated until the
    /// ACK is there (RFC 3261 §13.3.1.4). <see cref="Dialog"/> is set when
    /// this method returns its task.
    /// </summary>
    /// <param name="body">
    /// The answer; must not change any more. For an INVITE without an offer it is ours, and the answer comes with <see cref="InviteDialog.Ack"/>: an
    /// ACK without one ends the call. Empty when offer and answer went by with <see cref="OfferAsync"/>.
    /// </param>
    /// <param name="contentType">Its type.</param>
    /// <param name="contactParameters">The parameters of our Contact, such as feature tags.</param>
    /// <param name="cancellationToken">Gives up the wait only; the session stays until <see cref="InviteDialog.ByeAsync(CancellationToken)"/>.</param>
    /// <returns>The session once the ACK is there.</returns>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.NoAnswer"/>: no ACK in 32 s (64·T1), BYE was sent. <see cref="ImageShareError.Cancelled"/>: the
    /// caller had given up, or it was rejected. <see cref="ImageShareError.MalformedMessage"/>: our offer was not answered in the ACK, BYE was sent. <see cref="ImageShareError.InvalidState"/>: the agent is closed, or accepted twice.
    /// </exception>
    public Task<InviteDialog> AcceptAsync(
        ReadOnlyMemory<byte> body, MediaType contentType, ParameterList contactParameters = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        SipResponse response = SipResponse.CreateFor(Request, 200, toTag: _transaction.ToTag);
        SipUri contact = _core.GetContactUri(Request, response, Source);
        response.Headers.Add(SipHeaderNames.Contact, new NameAddress(null, contact, contactParameters));
        _core.AddCapabilities(response.Headers);
        if (!body.IsEmpty)
        {
            response.Headers.Add(SipHeaderNames.ContentType, contentType.ToString());
            response.Body = body;
        }

        InviteDialog dialog = InviteDialog.OfCallee(_core, Dialogs.Dialog.OfCallee(Request, _transaction.ToTag), _transaction, response);
        if (Interlocked.CompareExchange(ref _dialog, dialog, null) is not null)
        {
            throw new ImageShareException(ImageShareError.InvalidState, "This call was accepted already; use its Dialog.");
        }

        bool posted = _core.Loop.RunOrPost(() =>
        {
            if (_state.IsOpen && !_core.Loop.IsClosed)
            {
                if (_reliable?.AwaitsAnswer == true)
                {
                    // "MUST NOT send a final response until those provisional responses are acknowledged" (RFC 3262 §3).
                    _isAcceptHeld = true;
                    return;
                }

                Give(new(IncomingInviteInputKind.Accept));
            }
            else
            {
                dialog.Fail(new ImageShareException(ImageShareError.Cancelled, "The call was over before it was accepted; there is nothing left to do."));
            }
        });
        if (!posted)
        {
            dialog.Fail(AgentCore.Closed());
        }

        return dialog.Confirmed.WaitAsync(cancellationToken);
    }

    /// <summary>Refuses.</summary>
    /// <param name="status">300 to 699: 603 declined, 486 busy, 488 not acceptable, 480 not available.</param>
    /// <param name="reason">The words behind the number; null for the usual ones.</param>
    /// <param name="edit">Called at once to add headers to the response; null for none.</param>
    public void Reject(int status, string? reason = null, Action<SipResponse>? edit = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 300);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 699);
        SipResponse response = SipResponse.CreateFor(Request, status, reason, _transaction.ToTag);
        edit?.Invoke(response);
        _core.Loop.RunOrPost(() =>
        {
            if (_state.IsOpen)
            {
                _final = response;
                Give(new(IncomingInviteInputKind.Reject, status));
            }
        });
    }

    void IDialogUser.OnAck(SipRequest ack)
    {
        // Nothing was answered with 2xx yet: a stray.
    }

    void IDialogUser.OnRequest(ServerTransaction transaction)
    {
        if (transaction.Request.Method == SipMethod.Bye)
        {
            // The caller may end an early dialog this way too (RFC 3261 §15).
            transaction.Respond(200);
            Give(new(IncomingInviteInputKind.Bye));
        }
        else if (transaction.Request.Method == SipMethod.Invite)
        {
            transaction.Respond(500, "First INVITE Not Answered Yet", static response => AgentCore.AddRetryAfter(response, RandomNumberGenerator.GetInt32(11)));
        }
        else if (transaction.Request.Method == SipMethod.Update)
        {
            // The caller's offer has no answer yet (RFC 3311 §5.2); what merely refreshes may come again as well.
            transaction.Respond(500, "INVITE Not Answered Yet", static response => AgentCore.AddRetryAfter(response, RandomNumberGenerator.GetInt32(11)));
        }
        else if (transaction.Request.Method == SipMethod.Prack && _reliable is { } reliable)
        {
            reliable.OnPrack(transaction);
        }
        else if (transaction.Request.Method == SipMethod.Prack)
        {
            transaction.Respond(481);
        }
        else
        {
            transaction.Respond(405, edit: _core.AddAllow);
        }
    }

    void IAgentPart.Close(ImageShareException reason)
    {
        _state = _state with { IsOpen = false };
        FailOffer();
        _ = _cancelled.CancelAsync();
    }

    private void Give(IncomingInviteInput input)
    {
        var effects = new List<IncomingInviteEffect>(3);
        _state = IncomingInviteMachine.Step(_state, input, effects);
        Perform(effects);
    }

    private void Perform(List<IncomingInviteEffect> effects)
    {
        foreach (IncomingInviteEffect effect in effects)
        {
            switch (effect.Kind)
            {
                case IncomingInviteEffectKind.Respond:
                    Respond(effect.Status);
                    break;
                case IncomingInviteEffectKind.Accept:
                    Leave();
                    _dialog!.Reliable = _reliable;
                    _dialog.StartAsCallee();
                    break;
                case IncomingInviteEffectKind.SignalCancelled:
                    // The callbacks run on the pool: they are the application's and may take their time.
                    _ = _cancelled.CancelAsync();
                    break;
                case IncomingInviteEffectKind.StartTimer:
                    IncomingInviteInputKind fired = effect.Timer == IncomingInviteTimer.Limit
                        ? IncomingInviteInputKind.LimitTimerFired
                        : IncomingInviteInputKind.RepeatTimerFired;
                    _timers.Start(effect.Timer, effect.Duration, () => Give(new(fired)));
                    break;
                case IncomingInviteEffectKind.StopTimer:
                    _timers.Stop(effect.Timer);
                    break;
            }
        }
    }

    private void Respond(int status)
    {
        if (status < 200)
        {
            bool isEarly = !HasOffer && !_hasOffered;
            if (isEarly && _isRequired)
            {
                return;
            }

            if (_reliable is { } reliable && !isEarly)
            {
                reliable.Send(status);
            }
            else
            {
                _transaction.Respond(status, edit: AddContact);
            }

            return;
        }

        Leave();
        FailOffer();
        _transaction.Respond(_final ?? SipResponse.CreateFor(Request, status, null, _transaction.ToTag));
    }

    // 101 to 199 make an early dialog, so they name our address (RFC 3261 §12.1.1).
    private void AddContact(SipResponse response) => response.Headers.Set(
        SipHeaderNames.Contact, new NameAddress(_core.GetContactUri(Request, response, Source)));

    private bool HasOffer => !Request.Body.IsEmpty;

    private static bool Names(IReadOnlyList<string> extensions, string extension) => extensions.Contains(extension, StringComparer.OrdinalIgnoreCase);

    private void Leave()
    {
        _reliable?.Close();
        _core.Remove(this);
        if (_core.Dialogs.TryGetValue(_id, out IDialogUser? user) && ReferenceEquals(user, this))
        {
            _core.Dialogs.Remove(_id);
        }
    }
}
