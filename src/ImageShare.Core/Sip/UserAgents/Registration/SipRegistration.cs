using System.Security.Cryptography;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Registration;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Sip.UserAgents.Requests;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents.Registration;

/// <summary>
/// Keeps the user of an agent registered (RFC 3261 §10, RFC 5626) from <see cref="RegisterAsync"/> until <see cref="UnregisterAsync"/>: refreshes in time, and tries
/// again after a failure or when the connection is lost. All members may be used from any thread and at the same time.
/// </summary>
public sealed class SipRegistration : IAgentPart
{
    private const int MostMoves = 2;

    private readonly AgentContext _agent;
    private readonly RequestLayer _requests;
    private readonly RegisterWriter _writer;
    private readonly RegistrationTimers _timers;
    private readonly PublishedState _published;
    private readonly RegistrationPlace _place;
    private readonly RegistrationWaiters _waiters = new();
    private RegistrationSituation _situation;
    private bool _isPart;
    private int _moves;

    // The request whose connection is registered, and the address behind it.
    private OutgoingRequest? _flow;

    internal SipRegistration(AgentContext agent, RequestLayer requests, SipRegistrationOptions options, Guid instance, ParameterList features)
    {
        _agent = agent;
        _requests = requests;
        Options = options;
        _situation = new RegistrationSituation(options);
        _writer = new RegisterWriter(agent, options, options.InstanceId ?? instance, features);
        _timers = new RegistrationTimers(agent.Loop, agent.Options.TimeProvider, timer => Step(new RegistrationInput.Elapsed(timer)));
        _published = new PublishedState(agent.Logger, agent.Options.TimeProvider);
        _published.Changed += state => Changed?.Invoke(this, state);
        _place = new RegistrationPlace(_published);
    }

    /// <summary>How it registers.</summary>
    public SipRegistrationOptions Options { get; }

    /// <summary>Where it stands.</summary>
    public SipRegistrationState State => _published.State;

    /// <summary>Raised with each new state, one after the other, on the agent's loop: it must not block. Exceptions are logged.</summary>
    public event EventHandler<SipRegistrationState>? Changed;

    /// <summary>
    /// Registers, or refreshes a registration at once, and waits for the outcome of this attempt. A failure that may pass is tried again even though this method
    /// throws: <see cref="UnregisterAsync"/> ends that. Calls at the same time share one attempt.
    /// </summary>
    /// <returns>The state after the registrar has registered this side.</returns>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.AuthenticationFailed"/>: wrong or missing credentials. <see cref="ImageShareError.RegistrationRefused"/>: the registrar refused for
    /// another reason. <see cref="ImageShareError.NoAnswer"/>, <see cref="ImageShareError.PeerUnreachable"/>, <see cref="ImageShareError.ConnectionLost"/>: it could not
    /// be asked. <see cref="ImageShareError.InvalidState"/>: the agent is closed, <see cref="UnregisterAsync"/> was called meanwhile, or the agent has given another
    /// registration with other options since.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled: only the wait ends, the registration does not.</exception>
    public Task<SipRegistrationState> RegisterAsync(CancellationToken cancellationToken = default) => Ask(PostBegin, cancellationToken);

    /// <summary>
    /// Ends the registration and waits until the registrar has removed the binding or does not answer. Does not throw for what the registrar does:
    /// <see cref="SipRegistrationState.Message"/> of the result says if the binding could not be removed, and it then expires by itself.
    /// </summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidState"/>: the agent is closed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled: only the wait ends.</exception>
    public Task<SipRegistrationState> UnregisterAsync(CancellationToken cancellationToken = default) => Ask(PostEnd, cancellationToken);

    /// <summary>Registers without waiting for the outcome, which is in the state.</summary>
    internal void Begin() => PostBegin(null);

    /// <summary>Makes room for another registration; false if this one has not ended.</summary>
    internal bool TryGiveUpPlace() => _place.TryGiveUp();

    /// <summary>Ends the registration and waits for at most <see cref="SipRegistrationOptions.UnregisterTimeout"/>. Never throws.</summary>
    internal async Task EndAsync()
    {
        if (_place.IsAtRest)
        {
            return;
        }

        using var timeout = new CancellationTokenSource(Options.UnregisterTimeout, _agent.Options.TimeProvider);
        try
        {
            await UnregisterAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ImageShareException)
        {
            // The registrar does not answer: the binding expires by itself.
        }
    }

    void IAgentPart.Close(ImageShareException reason)
    {
        _agent.ConnectionLost -= OnConnectionLost;
        _waiters.Fail(reason);
    }

    private static Task<SipRegistrationState> Ask(Func<TaskCompletionSource<SipRegistrationState>, bool> post, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiter = new TaskCompletionSource<SipRegistrationState>(TaskCreationOptions.RunContinuationsAsynchronously);
        return post(waiter) ? AgentContext.WaitAsync(waiter.Task, cancellationToken) : Task.FromException<SipRegistrationState>(AgentContext.Closed());
    }

    private bool PostBegin(TaskCompletionSource<SipRegistrationState>? waiter)
    {
        _place.Begin();
        bool isPosted = _agent.TryPost(() =>
        {
            if (waiter is not null)
            {
                _waiters.Registering.Add(waiter);
            }

            Take(new RegistrationInput.Begin());
            _place.HasBegun();
        });
        if (!isPosted)
        {
            _place.HasBegun();
        }

        return isPosted;
    }

    private bool PostEnd(TaskCompletionSource<SipRegistrationState> waiter) => _agent.TryPost(() =>
    {
        _waiters.Unregistering.Add(waiter);
        Take(new RegistrationInput.End());
    });

    private void Take(RegistrationInput input)
    {
        if (!_isPart && _agent.TryAdd(this))
        {
            _isPart = true;
            _agent.ConnectionLost += OnConnectionLost;
        }

        if (_isPart)
        {
            Step(input);
        }
    }

    // Nothing is in progress: the agent need not know of it until it begins again, and another may take its place.
    private void Leave()
    {
        _isPart = false;
        _flow = null;
        _agent.ConnectionLost -= OnConnectionLost;
        _agent.Remove(this);
    }

    private void OnConnectionLost(object connection)
    {
        if (_flow is { } flow && ReferenceEquals(flow.Connection, connection))
        {
            _flow = null;
            Step(new RegistrationInput.FlowLost());
        }
    }

    private void Step(RegistrationInput input)
    {
        var effects = new List<RegistrationEffect>(6);
        RegistrationSituation before = _situation;
        _situation = RegistrationMachine.Step(before, input, Chance(), effects);
        Learn(before);
        foreach (RegistrationEffect effect in effects)
        {
            Perform(effect);
        }

        _published.Set(_situation, _timers);

        // After the state: whoever waited finds it.
        foreach (RegistrationEffect effect in effects)
        {
            _waiters.Tell(effect.Kind, _situation, State);
        }

        if (_situation.Phase is RegistrationPhase.Idle or RegistrationPhase.Refused)
        {
            Leave();
        }
    }

    // What requests need to know of the binding.
    private void Learn(RegistrationSituation before)
    {
        if (ReferenceEquals(_situation.Binding, before.Binding))
        {
            return;
        }

        if (_situation.Binding is { } answer)
        {
            SipUri? sender = Options.UseAssociatedIdentity && answer.AssociatedUris is [{ IsSip: true } first, ..] ? first : null;
            _agent.Defaults.Register(sender, answer.ServiceRoute, answer.UsesOutbound);
        }
        else
        {
            _agent.Defaults.Unregister();
        }
    }

    private void Perform(RegistrationEffect effect)
    {
        switch (effect.Kind)
        {
            case RegistrationEffectKind.Send:
                Send(effect.Duration);
                break;
            case RegistrationEffectKind.StartTimer:
                _timers.Start(effect.Timer, effect.Duration);
                break;
            case RegistrationEffectKind.StopTimer:
                _timers.Stop(effect.Timer);
                break;
            case RegistrationEffectKind.ReportLoss:
                PublishedState.ReportLoss(_agent.Logger, _situation.Problem!.Error);
                break;
        }
    }

    // RFC 3608 §5: the service route is not for REGISTER.
    private void Send(TimeSpan expiry)
    {
        // Never inside the step that sends.
        void fail(ImageShareException error) => _agent.TryPost(() => OnFailed(error));
        RoutedRequest routed;
        try
        {
            routed = RequestFiller.Fill(_writer.Write(), _agent, _agent.Options.Route);
        }
        catch (ImageShareException error)
        {
            fail(error);
            return;
        }

        SentRegister? sent = null;
        SipDestination? to = null;
        bool usesOutbound = _situation.UsesOutbound;
        OutgoingRequest? outgoing = null;
        outgoing = new OutgoingRequest(_requests, routed, response => OnResponse(outgoing!, response, sent!, to!), fail)
        {
            NextNumber = _writer.NextNumber,
            Addressed = (request, destination) => (sent, to) = (_writer.Complete(request, destination, expiry, usesOutbound, sent, to), destination),
        };
        outgoing.Start();
    }

    private void OnResponse(OutgoingRequest request, SipResponse response, SentRegister sent, SipDestination destination)
    {
        ImageShareTelemetry.RegisterAnswered(response.StatusCode);
        if (!response.IsSuccess)
        {
            var refusal = RegistrarRefusal.Of(response);
            Step(new RegistrationInput.Refused(refusal));
            return;
        }

        var answer = RegistrarAnswer.Read(response, sent);
        _writer.Bound = answer.Own is null ? null : sent;
        _flow = sent.IsDatagram || answer.Own is null ? null : request;
        _agent.Transport.LearnAddress(response.Headers.TopVia);
        if (answer is { UsesOutbound: true, Own: not null })
        {
            _agent.Transport.KeepAlive(destination, RegistrationTimes.KeepAlive(answer.FlowTimer));
        }

        Step(new RegistrationInput.Accepted(answer));
        FollowAddress(sent, destination);
    }

    // The answer may have told an address that Contact is to have (ISipTransport.LearnAddress). A NAT that gives another one each time is not followed.
    private void FollowAddress(SentRegister sent, SipDestination destination)
    {
        if (_situation.Phase != RegistrationPhase.Registered || _writer.IsAt(sent, destination))
        {
            _moves = 0;
        }
        else if (_moves++ < MostMoves)
        {
            Step(new RegistrationInput.Begin());
        }
    }

    private void OnFailed(ImageShareException error)
    {
        if (_agent.IsClosing)
        {
            // Whoever waits is told by Close.
            return;
        }

        ImageShareTelemetry.RegisterFailed(error.Error);
        bool isPermanent = error.Error is ImageShareError.InvalidValue or ImageShareError.InvalidState or ImageShareError.CertificateNotTrusted;
        Step(new RegistrationInput.Failed(new RegistrationProblem(error.Error, error.Message, error.SipStatus, isPermanent)));
    }

    private static double Chance() => RandomNumberGenerator.GetInt32(1 << 20) / (double)(1 << 20);
}
