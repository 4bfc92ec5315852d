using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Sip.UserAgents.Requests;
using ImageShare.Core.Sip.UserAgents.Settings;
using ImageShare.Core.Sip.UserAgents.Transactions;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents.Sessions;

/// <summary>A session between two agents, made by an INVITE and ended by BYE (RFC 3261 §12 to §15).</summary>
/// <remarks>
/// All members may be used from any thread and at the same time: calls are posted to the agent's loop, which owns all state of the session. The
/// handlers are called on that loop.
/// </remarks>
public sealed class InviteDialog
{
    private readonly DialogLayer _layer;
    private readonly InviteSession _session;
    private Action<IncomingRequest>? _offerReceived;

    private InviteDialog(DialogLayer layer, Dialog dialog, bool isCaller, SipMessage ours)
    {
        _layer = layer;
        _session = new InviteSession(this, layer, dialog, isCaller, ours.Headers.Contacts is [{ } contact, ..] ? contact.Parameters : default);
    }

    /// <summary>Its name.</summary>
    public DialogId Id => _session.Requests.Dialog.Id;

    /// <summary>Where the peer is: its last Contact.</summary>
    public SipUri RemoteTarget => _session.Requests.Dialog.RemoteTarget;

    /// <summary>Completes when the session is over, with the reason; never fails.</summary>
    public Task<DialogEnd> Ended => _session.Ending.Ended;

    /// <summary>Calls back when the session is over, on the agent's loop unless that was before.</summary>
    internal void TellEnd(Action<DialogEnd> heard) => _session.Ending.TellEnd(heard);

    /// <summary>
    /// Takes requests inside the dialog: re-INVITE, UPDATE, INFO and the like, as far as they are allowed. Called on the agent's
    /// loop; must not block. While unset, OPTIONS goes to the agent's handler, a re-INVITE and an UPDATE get 488 (the session goes on as it
    /// was), anything else 405. A request that only refreshes the session is answered without this handler: an UPDATE without a body, and a
    /// re-INVITE or UPDATE that repeats the peer's last description (RFC 4028 §7.4). It gets our last description again, and the session timer is
    /// negotiated anew. A 2xx given here negotiates the session timer too.
    /// </summary>
    public Action<IncomingRequest>? OnRequest { get; set; }

    /// <summary>
    /// Takes the peer's offers in place of <see cref="OnRequest"/>: re-INVITE, and UPDATE with a body, when they are more than a refresh. A
    /// re-INVITE without a body asks for our offer. Called on the agent's loop; must not block. An offer that came earlier waits for this handler where
    /// <see cref="InviteSettings.HandlesOffers"/> or <see cref="IncomingInvite.HandlesOffers"/> said that there will be one.
    /// </summary>
    public Action<IncomingRequest>? OnOffer
    {
        get => Volatile.Read(ref _offerReceived);
        set => SetOnOffer(value, inPlace: false);
    }

    /// <summary>Sets <see cref="OnOffer"/>; <paramref name="inPlace"/> as for <see cref="AgentLoop.Post"/>.</summary>
    internal void SetOnOffer(Action<IncomingRequest>? handler, bool inPlace)
    {
        Volatile.Write(ref _offerReceived, handler);
        if (handler is not null && _session.Peer.HoldsOffers)
        {
            _layer.Agent.TryPost(_session.Peer.DeliverHeld, inPlace);
        }
    }

    /// <summary>
    /// The last ACK to a 2xx of ours; null before. When the INVITE brought no offer, the 2xx holds ours and this the answer
    /// (RFC 3261 §13.2.1).
    /// </summary>
    public SipRequest? Ack => _session.Ack;

    /// <summary>Completes when the 2xx of the INVITE is acknowledged.</summary>
    internal Task<InviteDialog> Confirmed => _session.Ending.Confirmed;

    /// <summary>The session a 2xx to our INVITE makes. On the loop only.</summary>
    internal static InviteDialog OfCaller(DialogLayer layer, Dialog dialog, SipRequest invite, SipMessage answer)
    {
        var made = new InviteDialog(layer, dialog, isCaller: true, invite);
        made._session.StartAsCaller();
        made._session.Descriptions.Set(invite, answer);
        return made;
    }

    /// <summary>The session our 2xx will make, once <see cref="StartAsCallee"/> sends it.</summary>
    internal static InviteDialog OfCallee(DialogLayer layer, Dialog dialog, SipResponse response) => new(layer, dialog, isCaller: false, response);

    /// <summary>
    /// Ends the session. It is over as soon as the BYE is sent, whatever the peer responds (RFC 3261 §15.1.1); a callee's BYE
    /// waits for the ACK, 32 s (64·T1) at most. Calling it again, or after the end, does nothing.
    /// </summary>
    /// <param name="cancellationToken">Cancels the wait only; the BYE is sent all the same.</param>
    /// <returns>Completes when the BYE was answered or no answer can be expected; never fails for what the peer does.</returns>
    public Task ByeAsync(CancellationToken cancellationToken) => ByeAsync(null, cancellationToken);

    /// <summary>The same, with a reason.</summary>
    /// <param name="reason">The value of a Reason header (RFC 3326), such as <c>SIP;cause=500;text="Disk full"</c>; null for none.</param>
    /// <param name="cancellationToken">Cancels the wait only; the BYE is sent all the same.</param>
    /// <returns>Completes when the BYE was answered or no answer can be expected; never fails for what the peer does.</returns>
    public Task ByeAsync(string? reason = null, CancellationToken cancellationToken = default) => ByeAsync(reason, inPlace: false, cancellationToken);

    /// <summary>The same; <paramref name="inPlace"/> as for <see cref="AgentLoop.Post"/>.</summary>
    internal Task ByeAsync(string? reason, bool inPlace, CancellationToken cancellationToken)
    {
        if (!_layer.Agent.TryPost(() => _session.End(reason), inPlace))
        {
            _session.Ending.CompleteBye();
        }

        return _session.Ending.ByeDone.WaitAsync(cancellationToken);
    }

    /// <summary>Sends a request inside the dialog, any but INVITE, ACK, CANCEL and BYE.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="headers">Headers to add to those every request in the dialog has, Content-Type among them when there is a body; null for none.</param>
    /// <param name="body">The body; must not change any more.</param>
    /// <param name="cancellationToken">Cancels the wait only.</param>
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
        return PostAsync(result, () =>
        {
            if (_session.IsOver)
            {
                result.TrySetException(new ImageShareException(ImageShareError.InvalidState, "The session is over; begin a new one."));
                return;
            }

            _session.Requests.Send(
                _session.Requests.Create(method, headers, body), response => OnAnswered(response, result), error => OnNotAnswered(error, result));
        }, cancellationToken);
    }

    /// <summary>
    /// Offers another description of the session, by re-INVITE or UPDATE (RFC 3261 §14, RFC 3311). Waits while an offer of the peer is
    /// unanswered. When the two offers cross (491), it is made again, up to eight times, after the interval of RFC 3261 §14.1. A 2xx
    /// is acknowledged, and changes where the peer is reached; after any other response the session goes on as it was.
    /// </summary>
    /// <param name="method">INVITE, or UPDATE where the peer must not take time to ask its user.</param>
    /// <param name="offer">The offer; must not change any more.</param>
    /// <param name="contentType">Its type.</param>
    /// <param name="cancellationToken">Cancels the wait only; a re-INVITE nobody answers is cancelled after <see cref="SipUserAgentOptions.InviteTimeLimit"/>.</param>
    /// <returns>The final response with the answer in its body. One of 481 or 408 also ends the session (RFC 3261 §12.2.1.2).</returns>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.NoAnswer"/> (which ends the session too), <see cref="ImageShareError.PeerUnreachable"/>,
    /// <see cref="ImageShareError.ConnectionLost"/>; <see cref="ImageShareError.InvalidState"/>: the session is over, or an offer of ours is
    /// unanswered yet: only one may be open.
    /// </exception>
    public Task<SipResponse> OfferAsync(
        SipMethod method, ReadOnlyMemory<byte> offer, MediaType contentType, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        if ((method != SipMethod.Invite && method != SipMethod.Update) || offer.IsEmpty)
        {
            throw new ArgumentException("An offer has a body and goes into INVITE or UPDATE.", nameof(method));
        }

        return OfferAsync(new PendingOffer(method, () => offer, contentType), cancellationToken)!;
    }

    /// <summary>
    /// Says what the session is now, where the bodies of INVITE and 2xx do not say it themselves: they hold more than the description (multipart),
    /// or what was offered is not what was agreed upon. A refresh of the peer is compared with the one and answered with the other.
    /// </summary>
    /// <param name="local">Our session description (application/sdp), fit to be an answer; must not change any more.</param>
    /// <param name="remote">The peer's; must not change any more.</param>
    public void Describe(ReadOnlyMemory<byte> local, ReadOnlyMemory<byte> remote) => Describe(local, remote, inPlace: false);

    /// <summary>The same; <paramref name="inPlace"/> as for <see cref="AgentLoop.Post"/>.</summary>
    internal void Describe(ReadOnlyMemory<byte> local, ReadOnlyMemory<byte> remote, bool inPlace) =>
        _layer.Agent.TryPost(() => _session.Descriptions.Set(local, remote), inPlace);

    /// <summary>The same as <see cref="OfferAsync(SipMethod, ReadOnlyMemory{byte}, MediaType, CancellationToken)"/>, with an offer that is written when it is sent: it can consider what the peer offered meanwhile.</summary>
    /// <param name="write">Called on the agent's loop, each time the offer is sent; empty when there is nothing to offer any more.</param>
    /// <param name="contentType">The offer's type.</param>
    /// <param name="reason">Called when the offer is written: the value of a Reason header (RFC 3326), or null for none.</param>
    /// <param name="cancellationToken">Cancels the wait only.</param>
    /// <returns>The final response; null when there was nothing to offer.</returns>
    internal Task<SipResponse?> OfferAsync(
        Func<ReadOnlyMemory<byte>> write, MediaType contentType, Func<string?> reason, CancellationToken cancellationToken = default) =>
        OfferAsync(new PendingOffer(SipMethod.Invite, write, contentType) { Reason = reason }, cancellationToken);

    /// <summary>The call was accepted: the 2xx is sent. On the loop only.</summary>
    /// <param name="transaction">The INVITE.</param>
    /// <param name="response">The 2xx.</param>
    /// <param name="prackReceived">Takes a PRACK that the 2xx has overtaken; null when no provisional response was sent reliably.</param>
    internal void StartAsCallee(ServerTransaction transaction, SipResponse response, Action<ServerTransaction>? prackReceived)
    {
        _session.Peer.PrackReceived = prackReceived;
        _session.StartAsCallee(transaction, response);
    }

    /// <summary>Offers of the peer wait until <see cref="OnOffer"/> is set. Before the session is reachable.</summary>
    internal void HoldOffers() => _session.Peer.HoldsOffers = true;

    /// <summary>There never was a session.</summary>
    internal void Fail(ImageShareException error) => _session.Ending.Fail(error);

    /// <summary>Takes the next CSeq number for a request of ours. On the loop only.</summary>
    internal uint NextNumber() => _session.Requests.NextNumber();

    private Task<SipResponse?> OfferAsync(PendingOffer offer, CancellationToken cancellationToken) => PostAsync(offer.Result, () =>
    {
        if (_session.IsOver)
        {
            offer.Fail("The session is over; begin a new one.");
            return;
        }

        _session.Offers.Begin(offer);
    }, cancellationToken);

    private Task<T> PostAsync<T>(TaskCompletionSource<T> result, Action work, CancellationToken cancellationToken) => _layer.Agent.TryPost(work)
        ? AgentContext.WaitAsync(result.Task, cancellationToken)
        : Task.FromException<T>(AgentContext.Closed());

    private void OnAnswered(SipResponse response, TaskCompletionSource<SipResponse> result)
    {
        result.TrySetResult(response);
        if (response.StatusCode is 481 or 408)
        {
            _session.FailAfter(response.StatusCode);
        }
    }

    private void OnNotAnswered(ImageShareException error, TaskCompletionSource<SipResponse> result)
    {
        result.TrySetException(error);
        if (error.Error == ImageShareError.NoAnswer)
        {
            _session.Fail();
        }
    }
}
