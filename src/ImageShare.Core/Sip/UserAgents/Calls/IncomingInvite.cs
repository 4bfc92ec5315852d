using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Sip.UserAgents.Settings;
using ImageShare.Core.Sip.UserAgents.Transactions;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents.Calls;

/// <summary>
/// A call that waits to be answered (RFC 3261 §13.3). All members may be used from any thread; of accepting, rejecting and the
/// caller's own cancelling the first counts. A call that nobody answers waits until the caller gives up, its Expires is over
/// (RFC 3261 §13.3.1) or <see cref="SipUserAgentOptions.InviteTimeLimit"/> is reached.
/// </summary>
public sealed class IncomingInvite
{
    private readonly PendingInvite _pending;
    private InviteDialog? _dialog;

    internal IncomingInvite(DialogLayer layer, ServerTransaction transaction) => _pending = new PendingInvite(layer, transaction);

    /// <summary>The INVITE. Shared with the agent: not to be changed.</summary>
    public SipRequest Request => _pending.Transaction.Request;

    /// <summary>Where it came from.</summary>
    public SipSource Source => _pending.Transaction.Source;

    /// <summary>
    /// Cancelled when the caller gave up (its CANCEL is answered, and the INVITE with 487), when it waited too long, when
    /// responses cannot reach the caller, or when the agent is closed.
    /// </summary>
    public CancellationToken Cancelled => _pending.Cancelled;

    /// <summary>The caller's CANCEL, whose Reason (RFC 3326) may say why; null when there was none, whatever else ended the call.</summary>
    public SipRequest? Cancel => _pending.Cancel;

    /// <summary>The session, from the moment <see cref="AcceptAsync"/> was called; null before.</summary>
    public InviteDialog? Dialog => Volatile.Read(ref _dialog);

    /// <summary>
    /// Whether <see cref="InviteDialog.OnOffer"/> will be set once the call is accepted. An offer of the caller that comes earlier then waits for the
    /// handler; otherwise it gets 488. To be set before <see cref="AcceptAsync"/>.
    /// </summary>
    public bool HandlesOffers { get; set; }

    private AgentContext Agent => _pending.Layer.Agent;

    private string ToTag => _pending.Transaction.ToTag;

    /// <summary>
    /// Tells the caller that somebody has to decide; repeated each minute until the answer (RFC 3261 §13.3.1.1). Where the caller
    /// requires it, or supports it and the options say so, it is sent reliably (RFC 3262), which may end the call with 504 when it
    /// is never acknowledged. An INVITE without an offer is never rung reliably before <see cref="OfferAsync"/>, for our offer has to stand in the
    /// first reliable response (RFC 3261 §13.2.1); one that requires reliability is then not rung at all.
    /// </summary>
    /// <param name="status">101 to 199.</param>
    public void Ring(int status = 180)
    {
        ThrowIfNotProvisional(status);
        Agent.Loop.RunOrPost(() => _pending.Ring(status));
    }

    /// <summary>
    /// Accepts: the 200 is sent now, or when the PRACK for an offer of ours comes (<see cref="OfferAsync"/>, RFC 3262 §3), and retransmitted until the
    /// ACK comes (RFC 3261 §13.3.1.4). <see cref="Dialog"/> is set when this method returns its task.
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
        ReadOnlyMemory<byte> body, MediaType contentType, ParameterList contactParameters = default, CancellationToken cancellationToken = default) =>
        AcceptFromAsync(body, contentType, contactParameters, inPlace: false, cancellationToken);

    /// <summary>The same; <paramref name="inPlace"/> as for <see cref="AgentLoop.Post"/>.</summary>
    internal Task<InviteDialog> AcceptFromAsync(
        ReadOnlyMemory<byte> body, MediaType contentType, ParameterList contactParameters, bool inPlace, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        SipResponse response = CreateAcceptance(body, contentType, contactParameters);
        InviteDialog dialog = InviteDialog.OfCallee(_pending.Layer, Dialogs.Dialog.OfCallee(Request, ToTag), response);
        if (HandlesOffers)
        {
            dialog.HoldOffers();
        }

        if (Interlocked.CompareExchange(ref _dialog, dialog, null) is not null)
        {
            throw new ImageShareException(ImageShareError.InvalidState, "This call was accepted already; use its Dialog.");
        }

        if (!Agent.Loop.RunOrPost(() => _pending.Accept(dialog, response), inPlace))
        {
            dialog.Fail(AgentContext.Closed());
        }

        return AgentContext.WaitAsync(dialog.Confirmed, cancellationToken);
    }

    /// <summary>
    /// Makes our offer to an INVITE that brought none, in the first reliable provisional response (RFC 3261 §13.2.1, RFC 3262 §5). Accept the call
    /// when the answer is there, with an empty body. Without this the offer goes into <see cref="AcceptAsync"/>.
    /// </summary>
    /// <param name="offer">The offer; must not change any more.</param>
    /// <param name="contentType">Its type.</param>
    /// <param name="status">101 to 199.</param>
    /// <param name="cancellationToken">Cancels the wait only.</param>
    /// <returns>The PRACK with the answer in its body.</returns>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.InvalidState"/>: the INVITE holds an offer, the caller does not take reliable responses, or the offer was made
    /// before. <see cref="ImageShareError.MalformedMessage"/>: the PRACK holds no answer; it and the INVITE got 400.
    /// <see cref="ImageShareError.Cancelled"/>: the call is over, for example because no PRACK came in 32 s (64·T1).
    /// </exception>
    public Task<SipRequest> OfferAsync(
        ReadOnlyMemory<byte> offer, MediaType contentType, int status = 183, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        ThrowIfNotProvisional(status);
        if (offer.IsEmpty || !_pending.TryBeginOffer())
        {
            throw new ImageShareException(
                ImageShareError.InvalidState, "An offer of this side takes an INVITE without one whose caller takes reliable responses, and is made once; accept with the offer instead.");
        }

        if (!Agent.TryPost(() => _pending.SendOffer(status, offer, contentType)))
        {
            _pending.Offer.Fail(AgentContext.Closed());
        }

        return AgentContext.WaitAsync(_pending.Offer.Answered, cancellationToken);
    }

    /// <summary>Refuses.</summary>
    /// <param name="status">300 to 699: 603 declined, 486 busy, 488 not acceptable, 480 not available.</param>
    /// <param name="reason">The reason phrase; null for the usual one.</param>
    /// <param name="edit">Called at once to add headers to the response; null for none.</param>
    public void Reject(int status, string? reason = null, Action<SipResponse>? edit = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 300);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 699);
        SipResponse response = SipResponse.CreateFor(Request, status, reason, ToTag);
        edit?.Invoke(response);
        Agent.Loop.RunOrPost(() => _pending.Refuse(response));
    }

    private static void ThrowIfNotProvisional(int status)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 101);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 199);
    }

    private SipResponse CreateAcceptance(ReadOnlyMemory<byte> body, MediaType contentType, ParameterList contactParameters)
    {
        SipResponse response = SipResponse.CreateFor(Request, 200, toTag: ToTag);
        SipUri contact = Agent.GetContactUri(Request, _pending.Transaction.DestinationOf(response));
        response.Headers.Add(SipHeaderNames.Contact, new NameAddress(null, contact, contactParameters));
        Agent.Capabilities.AddTo(response.Headers);
        if (!body.IsEmpty)
        {
            response.Headers.Add(SipHeaderNames.ContentType, contentType.ToString());
            response.Body = body;
        }

        return response;
    }
}
