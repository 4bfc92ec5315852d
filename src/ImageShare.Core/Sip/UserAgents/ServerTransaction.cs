using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transactions;
using ImageShare.Core.Sip.Transport;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>A request of a peer and the responses to it: performs what its machine decides. On the loop only.</summary>
internal sealed class ServerTransaction
{
    private readonly AgentCore _core;
    private readonly TransactionKey _key;
    private readonly MergeKey? _merge;
    private readonly LoopTimers<TransactionTimer> _timers;
    private readonly Outbox _outbox;
    private TransactionState _state;
    private SipResponse? _response;
    private bool _isAcknowledged;
    private bool _isCounted;
    private bool _isKept;

    public ServerTransaction(AgentCore core, TransactionKey key, SipRequest request, SipSource source)
    {
        _core = core;
        _key = key;
        Request = request;
        Source = source;
        _merge = MergeKey.For(request);
        _timers = new LoopTimers<TransactionTimer>(core.Loop);
        _outbox = new Outbox(core, _ => OnSent(), OnSendFailed);
    }

    public SipRequest Request { get; }

    public SipSource Source { get; }

    /// <summary>The tag of every response to it, CANCEL's included (RFC 3261 §9.2).</summary>
    public string ToTag { get; } = SipResponse.CreateTag();

    /// <summary>Whether a final response was given.</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>Called for an ACK of a 2xx that comes in the INVITE's own branch.</summary>
    public Action<SipRequest>? AckReceived { get; set; }

    /// <summary>Called, once at most, when a response could not be sent.</summary>
    public Action? TransportFailed { get; set; }

    /// <summary>What CANCEL does to it, for an INVITE the application has; given the CANCEL.</summary>
    public Action<SipRequest>? Cancelled { get; set; }

    /// <summary>Called when a response is on the wire, or cannot get there.</summary>
    public Action? Sent { get; set; }

    // An INVITE is work until its ACK: its answer is repeated. Anything else is none once it is answered.
    private bool IsInWorks => _state.Phase switch
    {
        TransactionPhase.Accepted => !_isAcknowledged,
        TransactionPhase.Completed => IsInvite,
        TransactionPhase.Confirmed or TransactionPhase.Terminated => false,
        _ => true,
    };

    private bool IsInvite => Request.Method == SipMethod.Invite;

    /// <summary>Begins; <paramref name="deliver"/> looks at the request.</summary>
    public void Start(Action deliver)
    {
        _core.Servers[_key] = this;
        _isCounted = true;
        _core.Load.Begin(Source.Remote.Address);
        bool reliable = _core.Transport.IsReliable(Source.Protocol);
        var effects = new List<TransactionEffect>(4);
        _state = IsInvite
            ? InviteServerMachine.Start(_core.Options.Timers, reliable, effects)
            : NonInviteServerMachine.Start(_core.Options.Timers, reliable, effects);
        Perform(effects, null, deliver);
    }

    /// <summary>Notes that this request is here; false when it is here already, having come by another way (RFC 3261 §8.2.2.2).</summary>
    public bool TryBeFirst() => _merge is not { } merge || _core.Merges.TryAdd(merge, this);

    /// <summary>A copy of the request came.</summary>
    public void ReceiveCopy() => Step(TransactionInput.Request);

    /// <summary>An ACK came.</summary>
    public void ReceiveAck(SipRequest ack) => Step(TransactionInput.Ack, deliver: () => AckReceived?.Invoke(ack));

    /// <summary>Keeps its responses back until <see cref="Release"/>.</summary>
    public void Hold() => _outbox.Hold();

    public void Release() => _outbox.Release();

    /// <summary>The ACK for its 2xx has come, or is waited for no longer: nothing more will be sent.</summary>
    public void Acknowledge()
    {
        _isAcknowledged = true;
        ConcludeWhenDone();
    }

    /// <summary>Sends a response made for this request; what cannot be sent any more is left alone.</summary>
    public void Respond(SipResponse response)
    {
        if (response.StatusCode > 100 && response.Headers.To is { Tag: null } to)
        {
            response.Headers.Set(SipHeaderNames.To, to.WithTag(ToTag));
        }

        if (_core.Options.UserAgent is { } name && !response.Headers.Contains(SipHeaderNames.Server))
        {
            response.Headers.Add(SipHeaderNames.Server, name);
        }

        IsAnswered |= response.IsFinal;
        Step(TransactionInput.Respond(response.StatusCode), response);
    }

    /// <summary>Sends a response that says nothing but its status.</summary>
    public void Respond(int status, string? reason = null, Action<SipResponse>? edit = null)
    {
        SipResponse response = SipResponse.CreateFor(Request, status, reason, ToTag);
        edit?.Invoke(response);
        Respond(response);
    }

    private void Step(TransactionInput input, SipResponse? response = null, Action? deliver = null)
    {
        var effects = new List<TransactionEffect>(4);
        _state = IsInvite ? InviteServerMachine.Step(_state, input, effects) : NonInviteServerMachine.Step(_state, input, effects);
        Perform(effects, response, deliver);
    }

    private void Perform(List<TransactionEffect> effects, SipResponse? response, Action? deliver)
    {
        foreach (TransactionEffect effect in effects)
        {
            switch (effect.Kind)
            {
                case TransactionEffectKind.SendResponse:
                    Send(response!);
                    break;
                case TransactionEffectKind.SendTrying:
                    Send(SipResponse.CreateFor(Request, 100));
                    break;
                case TransactionEffectKind.ResendResponse:
                    Send(_response!);
                    break;
                case TransactionEffectKind.Deliver:
                    deliver?.Invoke();
                    break;
                case TransactionEffectKind.StartTimer:
                    _timers.Start(effect.Timer, effect.Duration, () => Step(TransactionInput.Fired(effect.Timer)));
                    break;
                case TransactionEffectKind.StopTimer:
                    _timers.Stop(effect.Timer);
                    break;
                case TransactionEffectKind.ReportTransportFailure:
                    TransportFailed?.Invoke();
                    break;
                case TransactionEffectKind.Terminate:
                    End(effect.End);
                    break;
            }
        }

        ConcludeWhenDone();
    }

    // Whoever answered it, and all that hangs on them, is not kept for copies of the request.
    private void ConcludeWhenDone()
    {
        if (_isCounted && !IsInWorks)
        {
            _isCounted = false;
            _core.Load.EndWork(Source.Remote.Address);
        }

        // Whether its answer gets there is still to be seen where it is being sent.
        if (_isCounted || _isKept || _outbox.IsSending || _state.Phase == TransactionPhase.Terminated)
        {
            return;
        }

        _isKept = true;
        _timers.StopAll();
        _core.Servers.Remove(_key);
        MergeKey? merge = _merge is { } first && _core.Merges.GetValueOrDefault(first) == this ? _merge : null;
        RepeatedMessage? response = IsInvite ? null : new RepeatedMessage(_response!, _core.Transport.GetResponseDestination(_response!, Source));
        _core.Memory.Keep(
            new AnsweredRequest(_core, _key, merge, ToTag, response),
            _state.Phase == TransactionPhase.Confirmed ? _core.Options.Timers.T4 : _core.Options.Timers.Timeout);
    }

    private void Send(SipResponse response)
    {
        _response = response;
        _outbox.Send(response, _core.Transport.GetResponseDestination(response, Source));
    }

    private void OnSent()
    {
        Sent?.Invoke();
        ConcludeWhenDone();
    }

    private void OnSendFailed(ImageShareException error)
    {
        AgentLog.ResponseNotSent(_core.Logger, Request.Method, error.Error);
        AgentLog.ResponseNotSentSensitive(_core.Logger, Request.Method, error);
        Sent?.Invoke();
        Step(TransactionInput.TransportFailed);
    }

    private void End(TransactionEnd end)
    {
        _timers.StopAll();
        _core.Servers.Remove(_key);
        if (_merge is { } merge && _core.Merges.TryGetValue(merge, out object? first) && first == this)
        {
            _core.Merges.Remove(merge);
        }

        if (end == TransactionEnd.TransportFailed)
        {
            TransportFailed?.Invoke();
        }
    }
}
