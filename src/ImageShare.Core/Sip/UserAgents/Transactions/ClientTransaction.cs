using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transactions;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents.Transactions;

/// <summary>
/// A client transaction (RFC 3261 §17.1): finds where its request goes, performs the effects of its machine, and tells its user of responses and
/// failure. On the loop only.
/// </summary>
internal sealed class ClientTransaction : ILoopTimerUser<TransactionTimer>, IAddressedUser, IOutboxUser
{
    private readonly TransactionLayer _layer;
    private readonly IClientTransactionUser _user;

    // Where the request goes, and on which connection it left; no addressing for a CANCEL, which goes where its INVITE went.
    private readonly RequestAddressing? _addressing;
    private readonly RequestConnection _connection = new();
    private readonly Outbox _outbox;

    // The machine and its timers.
    private readonly LoopTimers<TransactionTimer> _timers;
    private TransactionState _state;
    private bool _isOver;

    // What it has received and sent last.
    private SipResponse? _response;
    private SipRequest? _ack;
    private ImageShareException? _error;

    // The targets at which the request failed before it came to this one (RFC 3263 §4.3); null for none.
    private readonly IReadOnlyList<SipDestination>? _tried;
    private bool _isSearched;

    /// <summary>A transaction whose request still needs its destination.</summary>
    public ClientTransaction(TransactionLayer layer, RoutedRequest routed, ParameterList? contactParameters, IClientTransactionUser user)
        : this(layer, routed.Request, user) => _addressing = new RequestAddressing(layer.Agent, routed, contactParameters, user);

    /// <summary>The same for a request that failed at those targets.</summary>
    public ClientTransaction(TransactionLayer layer, RequestAddressing addressing, IClientTransactionUser user, IReadOnlyList<SipDestination> tried)
        : this(layer, addressing.Request, user) => (_addressing, _tried) = (addressing, tried);

    private ClientTransaction(TransactionLayer layer, SipRequest request, IClientTransactionUser user)
    {
        _layer = layer;
        Request = request;
        _user = user;
        _timers = new LoopTimers<TransactionTimer>(layer.Agent.Loop, this);
        _outbox = new Outbox(layer.Agent, this);
    }

    /// <summary>The request as it is sent.</summary>
    public SipRequest Request { get; }

    /// <summary>Where it went; null until that is known.</summary>
    public SipDestination? Destination { get; private set; }

    /// <summary>The connection it left on last; null for datagrams, and until that is known.</summary>
    public object? Connection => _connection.Used;

    /// <summary>The branch of its Via.</summary>
    public string Branch => _addressing?.Branch ?? Request.Headers.TopVia!.Branch!;

    private TransactionKey Key => TransactionKey.ForClient(Branch, Request.Method);

    private bool IsInvite => Request.Method == SipMethod.Invite;

    private bool IsUnanswered => !_isOver && _state.Phase is TransactionPhase.Calling or TransactionPhase.Trying or TransactionPhase.Proceeding;

    /// <summary>Finds the destination and begins.</summary>
    public void Start() => _addressing!.Begin(this);

    void IAddressedUser.OnNotAddressed(ImageShareException error) => End(TransactionEnd.TransportFailed, error);

    /// <summary>Begins at a destination that was found already.</summary>
    public void StartAt(SipDestination destination)
    {
        if (_isOver)
        {
            return;
        }

        Destination = destination;
        _layer.Clients[Key] = this;
        bool reliable = _layer.Agent.Transport.IsReliable(destination.Protocol);
        SipTimers timers = _layer.Agent.Options.Timers;
        using var effects = ScratchList<TransactionEffect>.Rent();
        _state = IsInvite ? InviteClientMachine.Start(timers, reliable, effects.Values) : NonInviteClientMachine.Start(timers, reliable, effects.Values);
        Perform(effects.Values);
    }

    /// <summary>Sends a request that is complete, Via included: the CANCEL of a transaction goes where that went.</summary>
    public static void StartBeside(TransactionLayer layer, SipRequest request, SipDestination destination, IClientTransactionUser user) =>
        new ClientTransaction(layer, request, user).StartAt(destination);

    /// <summary>A response that belongs to it.</summary>
    public void Receive(SipResponse response)
    {
        _response = response;
        Step(TransactionInput.Received(response.StatusCode));
    }

    /// <summary>
    /// A response that belongs to it and could not be read. It is dropped as if it had been lost (RFC 3261 §18.3), because a retransmission may be
    /// readable. When none is, the request fails with this error instead of with no answer.
    /// </summary>
    public void ReceiveUnreadable(int status, SipReadError error)
    {
        if (status >= 200 && IsUnanswered)
        {
            _error = RequestErrors.Unreadable(Request.Method, error, status);
            _user.OnUnreadable(error);
        }
    }

    /// <summary>
    /// A connection is lost. When the peer can reach us on this connection only, the request failed with it. Otherwise the response may still come on
    /// a connection the peer opens (RFC 3261 §18.1.1); the request is sent once more, to learn now instead of by a timer whether the peer is still
    /// there. The peer recognises the retransmission by its branch.
    /// </summary>
    public void LoseConnection(object connection)
    {
        if (ReferenceEquals(Destination?.Connection, connection))
        {
            OnSendFailed(new ImageShareException(ImageShareError.ConnectionLost, "The SIP connection was closed by the other side; try again."));
        }
        else if (_connection.OnLost(connection, _outbox.IsSending))
        {
            Resend();
        }
    }

    /// <summary>Ends it without telling its user.</summary>
    public void Drop()
    {
        Leave();
        _outbox.Clear();
    }

    private void Step(TransactionInput input)
    {
        if (_isOver)
        {
            return;
        }

        using var effects = ScratchList<TransactionEffect>.Rent();
        _state = IsInvite ? InviteClientMachine.Step(_state, input, effects.Values) : NonInviteClientMachine.Step(_state, input, effects.Values);
        Perform(effects.Values);
    }

    private void Perform(List<TransactionEffect> effects)
    {
        foreach (TransactionEffect effect in effects)
        {
            if (_isOver)
            {
                // Its user dropped it while a response was delivered.
                return;
            }

            switch (effect.Kind)
            {
                case TransactionEffectKind.SendRequest:
                    _outbox.Send(Request, Destination!);
                    break;
                case TransactionEffectKind.SendAck:
                    _outbox.Send(_ack = InviteFollowUp.CreateAck(Request, _response!), Destination!);
                    break;
                case TransactionEffectKind.Deliver:
                    Deliver(_response!);
                    break;
                case TransactionEffectKind.StartTimer:
                    _timers.Start(effect.Timer, effect.Duration);
                    break;
                case TransactionEffectKind.StopTimer:
                    _timers.Stop(effect.Timer);
                    break;
                case TransactionEffectKind.Terminate:
                    End(effect.End, null);
                    break;
            }
        }

        if (!_isOver && _state.Phase is TransactionPhase.Completed or TransactionPhase.Accepted)
        {
            Conclude();
        }
    }

    private void Deliver(SipResponse response)
    {
        if (response.StatusCode != 503 || !TryAfterRefusal(response))
        {
            _user.OnResponse(response);
        }
    }

    private bool TryAfterRefusal(SipResponse response) => TryNextTarget(null, () => _user.OnResponse(response));

    // After a final response only its retransmissions can come. They need no transaction: those of a 2xx go to the INVITE table, those of a refused
    // INVITE get the ACK again, and all others are dropped. So the transaction, and its user with it, is released now.
    private void Conclude()
    {
        Leave();
        if (IsInvite && _state.Phase == TransactionPhase.Completed)
        {
            _layer.Agent.Memory.Keep(new AcknowledgedRefusal(_layer, Key, new RepeatedMessage(_ack!, Destination!)), _layer.Agent.Options.Timers.D);
        }
    }

    void ILoopTimerUser<TransactionTimer>.OnTimer(TransactionTimer timer) => Step(TransactionInput.Fired(timer));

    void IOutboxUser.OnSent(object? connection)
    {
        _addressing?.OnSent();
        if (_connection.OnSent(connection))
        {
            Resend();
        }
    }

    private void Resend()
    {
        if (_connection.TryResend(IsUnanswered))
        {
            _outbox.Send(Request, Destination!);
        }
    }

    public void OnSendFailed(ImageShareException error)
    {
        _connection.OnSendFailed();

        // Another target over TCP rather than the same one over UDP, which does not tell when nobody is there.
        bool isSearching = !_isOver && _addressing is { HasFallback: true } && TryNextTarget(error, () => { _isOver = false; FallBackOrFail(error); });
        if (isSearching)
        {
            Leave();
        }
        else
        {
            FallBackOrFail(error);
        }
    }

    private void FallBackOrFail(ImageShareException error)
    {
        if (!_isOver && _addressing?.FallBack(error) is { } udp)
        {
            AgentLog.FallsBackToUdp(_layer.Agent.Logger, Request.Method, Request.Headers.CallId);
            _timers.StopAll();
            StartAt(udp);
            return;
        }

        _error ??= error;
        Step(TransactionInput.TransportFailed);
    }

    private void End(TransactionEnd end, ImageShareException? error)
    {
        if (_isOver)
        {
            return;
        }

        // The outbox is not cleared: an ACK may still be waiting in it.
        Leave();
        if (end != TransactionEnd.Completed && _response is not { IsFinal: true })
        {
            Fail(end, _error ?? error ?? RequestErrors.NoAnswer(Request));
        }
    }

    private void Fail(TransactionEnd end, ImageShareException error)
    {
        if (!TryNextTarget(end == TransactionEnd.TransportFailed ? error : null, () => _user.OnFailed(end, error)))
        {
            _user.OnFailed(end, error);
        }
    }

    /// <summary>RFC 3263 §4.3: the target failed. Looks, once, for the next one of the same name.</summary>
    /// <param name="error">The error of sending; null when the target did not answer, or said 503.</param>
    /// <param name="otherwise">What is done when there is no other target; not called when this returns false, because it does not look for one.</param>
    private bool TryNextTarget(ImageShareException? error, Action otherwise)
    {
        if (_addressing is not { MayHaveOthers: true } || Destination is not { } failed || _isSearched)
        {
            return false;
        }

        _isSearched = true;
        _layer.Agent.Transport.Avoid(failed, TargetFailover.OutageTime(_response));

        // An answer that could not be read is an answer.
        bool isSafe = _error?.Error != ImageShareError.MalformedMessage && TargetFailover.IsSafe(Request, _connection.WasUsed, _response?.StatusCode ?? 0);
        if (!isSafe || !_user.LeavesTarget())
        {
            return false;
        }

        _timers.StopAll();
        new TargetFailover(_layer, _user, [.. _tried ?? [], failed], error).Begin(_addressing.ForNextTarget(), otherwise);
        return true;
    }

    private void Leave()
    {
        _isOver = true;
        _timers.StopAll();
        _layer.Clients.Remove(Key);
    }
}
