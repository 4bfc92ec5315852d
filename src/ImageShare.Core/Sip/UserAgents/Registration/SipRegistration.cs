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

    private static readonly TimeSpan DefaultFlowTimer = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan ShortestFlowTimer = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestFlowTimer = TimeSpan.FromHours(1);

    private readonly AgentContext _agent;
    private readonly RequestLayer _requests;
    private readonly RegisterWriter _writer;
    private readonly RegistrationTimers _timers;
    private readonly PublishedState _published;
    private readonly List<TaskCompletionSource<SipRegistrationState>> _registering = [];
    private readonly List<TaskCompletionSource<SipRegistrationState>> _unregistering = [];
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
    }

    /// <summary>How it registers.</summary>
    public SipRegistrationOptions Options { get; }

    /// <summary>Where it stands.</summary>
    public SipRegistrationState State => _published.State;

    /// <summary>Called with each new state, one after the other, on the agent's loop: it must not block. Exceptions are logged.</summary>
    public event Action<SipRegistrationState>? Changed
    {
        add => _published.Changed += value;
        remove => _published.Changed -= value;
    }

    /// <summary>
    /// Registers, or refreshes a registration at once, and waits for the outcome of this attempt. A failure that may pass is tried again even though this method
    /// throws: <see cref="UnregisterAsync"/> ends that. Calls at the same time share one attempt.
    /// </summary>
    /// <returns>The state after the registrar has registered this side.</returns>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.AuthenticationFailed"/>: wrong or missing credentials. <see cref="ImageShareError.RegistrationRefused"/>: the registrar refused for
    /// another reason. <see cref="ImageShareError.NoAnswer"/>, <see cref="ImageShareError.PeerUnreachable"/>, <see cref="ImageShareError.ConnectionLost"/>: it could not
    /// be asked. <see cref="ImageShareError.InvalidState"/>: the agent is closed, or <see cref="UnregisterAsync"/> was called meanwhile.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled: only the wait ends, the registration does not.</exception>
    public Task<SipRegistrationState> RegisterAsync(CancellationToken cancellationToken = default) => Ask(_registering, new RegistrationInput.Begin(), cancellationToken);

    /// <summary>
    /// Ends the registration and waits until the registrar has removed the binding or does not answer. Does not throw for what the registrar does:
    /// <see cref="SipRegistrationState.Message"/> of the result says if the binding could not be removed, and it then expires by itself.
    /// </summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidState"/>: the agent is closed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled: only the wait ends.</exception>
    public Task<SipRegistrationState> UnregisterAsync(CancellationToken cancellationToken = default) => Ask(_unregistering, new RegistrationInput.End(), cancellationToken);

    /// <summary>Registers without waiting for the outcome, which is in the state.</summary>
    internal void Begin() => _agent.TryPost(() => Take(new RegistrationInput.Begin()));

    /// <summary>Ends the registration and waits for at most <see cref="SipRegistrationOptions.UnregisterTimeout"/>. Never throws.</summary>
    internal async Task EndAsync()
    {
        if (State.Status is SipRegistrationStatus.Unregistered or SipRegistrationStatus.Refused)
        {
            return;
        }

        try
        {
            await UnregisterAsync().WaitAsync(Options.UnregisterTimeout, _agent.Options.TimeProvider).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or ImageShareException)
        {
            // The registrar does not answer: the binding expires by itself.
        }
    }

    void IAgentPart.Close(ImageShareException reason)
    {
        _agent.ConnectionLost = null;
        Conclude(_registering, waiter => waiter.TrySetException(reason));
        Conclude(_unregistering, waiter => waiter.TrySetException(reason));
    }

    private Task<SipRegistrationState> Ask(List<TaskCompletionSource<SipRegistrationState>> waiters, RegistrationInput input, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiter = new TaskCompletionSource<SipRegistrationState>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool isPosted = _agent.TryPost(() =>
        {
            waiters.Add(waiter);
            Take(input);
        });
        return isPosted ? AgentContext.WaitAsync(waiter.Task, cancellationToken) : Task.FromException<SipRegistrationState>(AgentContext.Closed());
    }

    private void Take(RegistrationInput input)
    {
        _isPart = _isPart || _agent.TryAdd(this);
        if (_isPart)
        {
            _agent.ConnectionLost = OnConnectionLost;
            Step(input);
        }
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
            Tell(effect.Kind);
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
            SipUri? sender = Options.UsesAssociatedIdentity && answer.AssociatedUris is [{ IsSip: true } first, ..] ? first : null;
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

    private void Tell(RegistrationEffectKind kind)
    {
        if (kind == RegistrationEffectKind.ConcludeUnregistering)
        {
            Conclude(_unregistering, waiter => waiter.TrySetResult(State));
        }
        else if (kind == RegistrationEffectKind.ConcludeRegistering && _situation.Problem is { } problem)
        {
            Conclude(_registering, waiter => waiter.TrySetException(problem.ToException()));
        }
        else if (kind == RegistrationEffectKind.ConcludeRegistering && _situation.Binding is not null)
        {
            Conclude(_registering, waiter => waiter.TrySetResult(State));
        }
        else if (kind == RegistrationEffectKind.ConcludeRegistering)
        {
            Conclude(_registering, static waiter => waiter.TrySetException(new ImageShareException(
                ImageShareError.InvalidState, "The registration was ended before it began; register again if that is not intended.")));
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
            _agent.Transport.KeepAlive(destination, KeepAliveInterval(answer.FlowTimer));
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

    private static TimeSpan KeepAliveInterval(TimeSpan? flowTimer) =>
        flowTimer is not { } asked ? DefaultFlowTimer : asked < ShortestFlowTimer ? ShortestFlowTimer : asked > LongestFlowTimer ? LongestFlowTimer : asked;

    private static void Conclude(List<TaskCompletionSource<SipRegistrationState>> waiters, Action<TaskCompletionSource<SipRegistrationState>> result)
    {
        waiters.ForEach(result);
        waiters.Clear();
    }

    private static double Chance() => RandomNumberGenerator.GetInt32(1 << 20) / (double)(1 << 20);
}
