using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Registration;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Sip.UserAgents.Registration;
using ImageShare.Core.Sip.UserAgents.Requests;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Sip.UserAgents.Settings;
using ImageShare.Core.Sip.UserAgents.Transactions;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>
/// A SIP user agent: sends and receives requests, with the transactions, dialogs and sessions of RFC 3261. One loop
/// owns all of its state; all members may be used from any thread and at the same time.
/// </summary>
/// <remarks>
/// It answers without the application: CANCEL, retransmissions, merged requests (482), requests for dialogs that do not exist (481),
/// extensions it does not support (420), methods that are not allowed (405, 501), requests that lack what every request needs
/// (400), and 100 Trying where the application is slow. Reliable
/// provisional responses are acknowledged with PRACK, and its own are repeated until they are (<see cref="SipUserAgentOptions.Reliability"/>).
/// </remarks>
public sealed class SipUserAgent : IAsyncDisposable
{
    private readonly AgentContext _agent;
    private readonly DialogLayer _dialogs;
    private readonly Guid _instance = Guid.NewGuid();
    private SipRegistration? _registration;

    private SipUserAgent(AgentContext agent, DialogLayer dialogs)
    {
        _agent = agent;
        _dialogs = dialogs;
    }

    /// <summary>
    /// Starts an agent on a transport that was not started yet. Whoever made the transport disposes of it, after the agent.
    /// </summary>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.InvalidState"/>: the transport was started before. <see cref="ImageShareError.InvalidValue"/>: the
    /// agent's name holds a line break.
    /// </exception>
    public static SipUserAgent Start(ISipTransport transport, SipUserAgentOptions options, ISipRequestHandler handler)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(handler);
        SafeText.ThrowIfLineBreaking(options.UserAgent);

        // The layers of RFC 3261 §5, each on top of the one before.
        var agent = new AgentContext(transport, options);
        var transactions = new TransactionLayer(agent);
        var dialogs = new DialogLayer(new RequestLayer(transactions), handler.OnRequest);
        agent.Loop.Closing = () =>
        {
            agent.CloseParts();
            transactions.Clear();
            dialogs.Clear();
            agent.Memory.Clear();
        };
        transport.Start(new MessageReceiver(dialogs, new RequestDispatcher(dialogs, handler), new ResponseDispatcher(dialogs)));
        agent.Loop.Start();
        return new SipUserAgent(agent, dialogs);
    }

    /// <summary>
    /// Sends a request that is no INVITE and waits for its final response. What the request lacks is filled in: Via, Max-Forwards,
    /// From, To, Call-ID, CSeq, Route, User-Agent, and credentials when it is challenged. The request itself stays unchanged.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="contactParameters">The parameters of a Contact to add, such as feature tags; null for no Contact.</param>
    /// <param name="cancellationToken">Gives up the wait; the request may still reach the peer.</param>
    /// <returns>The final response, whatever its status.</returns>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.NoAnswer"/>: nobody answered in 32 s (64·T1). <see cref="ImageShareError.MalformedMessage"/>: a response could
    /// not be read, and no readable one came in that time. <see cref="ImageShareError.PeerUnreachable"/>,
    /// <see cref="ImageShareError.ConnectionLost"/>: it could not be sent. <see cref="ImageShareError.InvalidValue"/>: a part of
    /// it cannot stand in a message. <see cref="ImageShareError.InvalidState"/>: the agent is closed.
    /// </exception>
    public Task<SipResponse> SendAsync(SipRequest request, ParameterList? contactParameters = null, CancellationToken cancellationToken = default) =>
        AskAsync(request, contactParameters, null, inPlace: false, cancellationToken);

    /// <summary>The same; <paramref name="unreadable"/> is called on the loop for a final response that could not be read; <paramref name="inPlace"/> as for <see cref="AgentLoop.Post"/>.</summary>
    internal Task<SipResponse> AskAsync(
        SipRequest request, ParameterList? contactParameters, Action<SipReadError>? unreadable, bool inPlace, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Method == SipMethod.Invite || request.Method == SipMethod.Ack || request.Method == SipMethod.Cancel)
        {
            throw new ArgumentException($"{request.Method} is not sent this way; use {nameof(Invite)}.", nameof(request));
        }

        cancellationToken.ThrowIfCancellationRequested();
        RoutedRequest routed;
        try
        {
            routed = RequestFiller.Fill(request, _agent);
        }
        catch (ImageShareException error)
        {
            return Task.FromException<SipResponse>(error);
        }

        var result = new TaskCompletionSource<SipResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        var outgoing = new OutgoingRequest(_dialogs.Requests, routed, response => result.TrySetResult(response), error => result.TrySetException(error))
        {
            ContactParameters = contactParameters,
            Unreadable = unreadable,
        };
        return _agent.TryPost(outgoing.Start, inPlace) ? AgentContext.WaitAsync(result.Task, cancellationToken) : Task.FromException<SipResponse>(AgentContext.Closed());
    }

    /// <summary>
    /// Sends an INVITE. What it lacks is filled in as by <see cref="SendAsync"/>, and Contact and Allow too. Never throws for what
    /// happens on the network: that is in <see cref="OutgoingInvite.Result"/>.
    /// </summary>
    /// <param name="invite">The INVITE with the offer in its body; must not be changed afterwards.</param>
    /// <param name="settings">How to send it; null for the defaults.</param>
    public OutgoingInvite Invite(SipRequest invite, InviteSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(invite);
        if (invite.Method != SipMethod.Invite)
        {
            throw new ArgumentException($"{invite.Method} is not INVITE; use {nameof(SendAsync)}.", nameof(invite));
        }

        var outgoing = new OutgoingInvite(_dialogs, hasOffer: !invite.Body.IsEmpty, settings ?? new InviteSettings());
        if (!_agent.TryPost(() => outgoing.Start(invite), settings?.InPlace == true))
        {
            outgoing.Close(AgentContext.Closed());
        }

        return outgoing;
    }

    /// <summary>
    /// The registration of this agent's user, which begins with <see cref="SipRegistration.RegisterAsync"/>. An agent has one at a time: before one with other
    /// options, the earlier one must have ended.
    /// </summary>
    /// <param name="options">How to register; null for the defaults.</param>
    /// <param name="contactParameters">The parameters of the Contact, such as feature tags.</param>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidState"/>: there is one with other options that has not ended.</exception>
    public SipRegistration GetRegistration(SipRegistrationOptions? options = null, ParameterList contactParameters = default)
    {
        options ??= new SipRegistrationOptions();
        while (true)
        {
            SipRegistration? known = Volatile.Read(ref _registration);
            if (known is not null && known.Options == options)
            {
                return known;
            }

            if (known?.TryGiveUpPlace() == false)
            {
                throw new ImageShareException(ImageShareError.InvalidState, "This user is registered with other options; unregister first.");
            }

            var registration = new SipRegistration(_agent, _dialogs.Requests, options, _instance, contactParameters);
            if (Interlocked.CompareExchange(ref _registration, registration, known) == known)
            {
                return registration;
            }
        }
    }

    /// <summary>
    /// Closes the agent: all timers stop, and everything awaited fails with <see cref="ImageShareError.InvalidState"/>. No BYE is sent: end sessions
    /// before.
    /// </summary>
    public async ValueTask DisposeAsync() => await _agent.Loop.DisposeAsync().ConfigureAwait(false);

    /// <summary>The route of requests outside a dialog that bring none of their own.</summary>
    internal IReadOnlyList<SipUri> Route => _agent.Defaults.Route;

    /// <summary>For tests: see <see cref="AgentLoop.IdleAsync"/>.</summary>
    internal Task<long> IdleAsync() => _agent.Loop.IdleAsync();

    /// <summary>For tests: completes when everything posted before has run; does not wait for operations in progress.</summary>
    internal Task BarrierAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _agent.TryPost(done.SetResult) ? done.Task : Task.CompletedTask;
    }

    /// <summary>For tests: the server transactions in progress.</summary>
    internal ServerLoad Load => _dialogs.Requests.Transactions.Load;

    /// <summary>For tests: what is kept of finished transactions.</summary>
    internal AgentMemory Memory => _agent.Memory;
}
