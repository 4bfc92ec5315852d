using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transactions;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>Hears what becomes of a request.</summary>
internal interface IClientTransactionUser
{
    void OnResponse(SipResponse response);

    /// <summary>Nobody answered, or it could not be sent; <paramref name="error"/> says which. Not called after a final response.</summary>
    void OnFailed(TransactionEnd end, ImageShareException error);

    /// <summary>A final response came that could not be read; a good one may still come.</summary>
    void OnUnreadable(SipReadError error)
    {
    }
}

/// <summary>A request of ours and what it takes to get it answered: performs what its machine decides. On the loop only.</summary>
internal sealed class ClientTransaction
{
    private readonly AgentCore _core;
    private readonly IClientTransactionUser _user;
    private readonly RequestAddressing? _addressing;
    private readonly LoopTimers<TransactionTimer> _timers;
    private readonly Outbox _outbox;
    private TransactionState _state;
    private TransactionKey _key;
    private SipDestination? _fallback;
    private SipResponse? _response;
    private SipRequest? _ack;
    private ImageShareException? _error;
    private (int Status, SipReadError Error)? _unreadable;
    private object? _connection;
    private HashSet<object>? _lostMeanwhile;
    private bool _hasSentAgain;
    private bool _isOver;

    /// <summary>A transaction whose request still needs its destination.</summary>
    public ClientTransaction(AgentCore core, RoutedRequest routed, ParameterList? contactParameters, IClientTransactionUser user)
        : this(core, routed.Request, user) => _addressing = new RequestAddressing(core, routed, contactParameters);

    private ClientTransaction(AgentCore core, SipRequest request, IClientTransactionUser user)
    {
        _core = core;
        Request = request;
        _user = user;
        _timers = new LoopTimers<TransactionTimer>(core.Loop);
        _outbox = new Outbox(core, OnSent, OnSendFailed);
    }

    /// <summary>The request as it is sent.</summary>
    public SipRequest Request { get; }

    /// <summary>Where it went; null until that is known.</summary>
    public SipDestination? Destination { get; private set; }

    /// <summary>The branch of its Via.</summary>
    public string Branch => _addressing?.Branch ?? Request.Headers.TopVia!.Branch!;

    private bool IsInvite => Request.Method == SipMethod.Invite;

    /// <summary>Finds the destination and begins.</summary>
    public void Start() => _addressing!.Begin(
        (destination, fallback) =>
        {
            _fallback = _core.Options.FallBackToUdp ? fallback : null;
            StartAt(destination);
        },
        error => End(TransactionEnd.TransportFailed, error));

    /// <summary>Sends a request that is complete, Via included: the CANCEL of a transaction goes where that went.</summary>
    public static void StartBeside(AgentCore core, SipRequest request, SipDestination destination, IClientTransactionUser user) =>
        new ClientTransaction(core, request, user).StartAt(destination);

    /// <summary>A response that belongs to it.</summary>
    public void Receive(SipResponse response)
    {
        _response = response;
        Step(TransactionInput.Received(response.StatusCode));
    }

    /// <summary>
    /// A response that belongs to it and could not be read: dropped as if it had been lost (RFC 3261 §18.3), for a copy of it may be whole. When
    /// nothing better comes, the request fails for this, not for silence.
    /// </summary>
    public void ReceiveUnreadable(int status, SipReadError error)
    {
        if (status >= 200 && !_isOver && _state.Phase is TransactionPhase.Calling or TransactionPhase.Trying or TransactionPhase.Proceeding)
        {
            _unreadable = (status, error);
            _user.OnUnreadable(error);
        }
    }

    /// <summary>
    /// A connection is gone. When the peer knows no other way to us than this one, the request failed with it. Otherwise the answer may still come: the peer
    /// opens a connection for it (RFC 3261 §18.1.1). To learn now, and not by a timer, whether there still is a peer, the request is sent
    /// once more; it knows the copy by its branch.
    /// </summary>
    public void LoseConnection(object connection)
    {
        if (ReferenceEquals(Destination?.Connection, connection))
        {
            OnSendFailed(new ImageShareException(ImageShareError.ConnectionLost, "The SIP connection was closed by the other side; try again."));
        }
        else if (ReferenceEquals(_connection, connection))
        {
            SendAgain();
        }
        else if (_outbox.IsSending)
        {
            // The news of its end may overtake that of what it took.
            (_lostMeanwhile ??= []).Add(connection);
        }
    }

    /// <summary>Forgets it without a word to its user.</summary>
    public void Drop()
    {
        _isOver = true;
        _timers.StopAll();
        _outbox.Clear();
        _core.Clients.Remove(_key);
    }

    /// <summary>An answer came, but it was none that could be read.</summary>
    public static ImageShareException Unreadable(SipMethod method, SipReadError error, int? status = null) => new(
        ImageShareError.MalformedMessage,
        $"An answer to the {method} came that could not be read ({error.Reason} at octet {error.Offset}); look at it in a trace, and at what software the peer or its proxy runs.")
    {
        SipStatus = status,
    };

    private void StartAt(SipDestination destination)
    {
        if (_isOver)
        {
            return;
        }

        Destination = destination;
        _key = TransactionKey.ForClient(Branch, Request.Method);
        _core.Clients[_key] = this;
        bool reliable = _core.Transport.IsReliable(destination.Protocol);
        var effects = new List<TransactionEffect>(4);
        _state = IsInvite
            ? InviteClientMachine.Start(_core.Options.Timers, reliable, effects)
            : NonInviteClientMachine.Start(_core.Options.Timers, reliable, effects);
        Perform(effects);
    }

    private void Step(TransactionInput input)
    {
        if (_isOver)
        {
            return;
        }

        var effects = new List<TransactionEffect>(4);
        _state = IsInvite ? InviteClientMachine.Step(_state, input, effects) : NonInviteClientMachine.Step(_state, input, effects);
        Perform(effects);
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
                    _user.OnResponse(_response!);
                    break;
                case TransactionEffectKind.StartTimer:
                    _timers.Start(effect.Timer, effect.Duration, () => Step(TransactionInput.Fired(effect.Timer)));
                    break;
                case TransactionEffectKind.StopTimer:
                    _timers.Stop(effect.Timer);
                    break;
                case TransactionEffectKind.Terminate:
                    End(effect.End, _error);
                    break;
            }
        }

        if (!_isOver && _state.Phase is TransactionPhase.Completed or TransactionPhase.Accepted)
        {
            Conclude();
        }
    }

    // It has its final response and only waits for copies of that. Whoever began it, and all that hangs on them, is not kept for those: copies
    // of a response to anything but INVITE are dropped with or without it, those of a 2xx are for the agent's table of INVITEs, and any other gets its ACK.
    private void Conclude()
    {
        _isOver = true;
        _timers.StopAll();
        _core.Clients.Remove(_key);
        if (IsInvite && _state.Phase == TransactionPhase.Completed)
        {
            _core.Memory.Keep(new AcknowledgedRefusal(_core, _key, new RepeatedMessage(_ack!, Destination!)), _core.Options.Timers.D);
        }
    }

    private void OnSent(object? connection)
    {
        _fallback = null;
        _connection = connection;
        bool isLost = connection is not null && _lostMeanwhile?.Contains(connection) == true;
        _lostMeanwhile = null;
        if (isLost)
        {
            SendAgain();
        }
    }

    private void SendAgain()
    {
        _connection = null;
        if (!_isOver && !_hasSentAgain && _state.Phase is TransactionPhase.Calling or TransactionPhase.Trying or TransactionPhase.Proceeding)
        {
            _hasSentAgain = true;
            _outbox.Send(Request, Destination!);
        }
    }

    private void OnSendFailed(ImageShareException error)
    {
        _lostMeanwhile = null;
        if (_fallback is { } udp && error.Error == ImageShareError.PeerUnreachable && !_isOver)
        {
            // RFC 3261 §18.1.1: size alone asked for TCP, and nobody listens there.
            AgentLog.FallsBackToUdp(_core.Logger, Request.Method);
            _fallback = null;
            _timers.StopAll();
            _addressing!.Write(udp);
            StartAt(udp);
            return;
        }

        _error = error;
        Step(TransactionInput.TransportFailed);
    }

    private void End(TransactionEnd end, ImageShareException? error)
    {
        if (_isOver)
        {
            return;
        }

        // The last message, an ACK perhaps, still goes out: the outbox is not cleared.
        _isOver = true;
        _timers.StopAll();
        _core.Clients.Remove(_key);
        bool answered = _response is { IsFinal: true };
        if (end != TransactionEnd.Completed && !answered)
        {
            _user.OnFailed(end, _unreadable is { } came ? Unreadable(Request.Method, came.Error, came.Status) : error ?? new ImageShareException(
                ImageShareError.NoAnswer, $"Nobody answered the {Request.Method} to {Request.RequestUri} in time; check the address and try again."));
        }
    }
}
