using System.Security.Cryptography;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transactions;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents.Transactions;

/// <summary>
/// A server transaction (RFC 3261 §17.2): a request of a peer and the responses to it. Performs the effects of its machine. On the loop only.
/// </summary>
internal sealed class ServerTransaction : ILoopTimerUser<TransactionTimer>, IOutboxUser
{
    private readonly TransactionLayer _layer;
    private readonly TransactionKey _key;
    private readonly MergeKey? _merge;
    private readonly LoopTimers<TransactionTimer> _timers;
    private readonly Outbox _outbox;
    private TransactionState _state;
    private SipResponse? _response;
    private SipDestination? _destination;
    private bool _isAcknowledged;
    private bool _isCounted;
    private bool _isKept;

    public ServerTransaction(TransactionLayer layer, TransactionKey key, SipRequest request, SipSource source)
    {
        _layer = layer;
        _key = key;
        Request = request;
        Source = source;
        _merge = MergeKey.For(request);
        _timers = new LoopTimers<TransactionTimer>(layer.Agent.Loop, this);
        _outbox = new Outbox(layer.Agent, this);
    }

    public SipRequest Request { get; }

    public SipSource Source { get; }

    /// <summary>The tag of every response to it, CANCEL's included (RFC 3261 §9.2).</summary>
    public string ToTag { get; } = SipResponse.CreateTag();

    /// <summary>Whether a final response was given.</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>Called for an ACK of a 2xx with the INVITE's own branch, as RFC 2543 clients send it.</summary>
    public Action<SipRequest>? AckReceived { get; set; }

    /// <summary>Called, once at most, when a response could not be sent.</summary>
    public Action? TransportFailed { get; set; }

    /// <summary>Called with the CANCEL of an INVITE that the application has.</summary>
    public Action<SipRequest>? Cancelled { get; set; }

    /// <summary>Called when a response was sent, or could not be sent.</summary>
    public Action? Sent { get; set; }

    // An INVITE is in progress until its ACK, because its response is retransmitted; any other request until it is answered.
    private bool IsInWorks => _state.Phase switch
    {
        TransactionPhase.Accepted => !_isAcknowledged,
        TransactionPhase.Completed => IsInvite,
        TransactionPhase.Confirmed or TransactionPhase.Terminated => false,
        _ => true,
    };

    private bool IsInvite => Request.Method == SipMethod.Invite;

    /// <summary>Begins; <paramref name="deliver"/> processes the request.</summary>
    public void Start(Action deliver)
    {
        _layer.Servers[_key] = this;
        _isCounted = true;
        _layer.Load.Begin(Source.Remote.Address);
        bool reliable = _layer.Agent.Transport.IsReliable(Source.Protocol);
        using var effects = ScratchList<TransactionEffect>.Rent();
        _state = IsInvite
            ? InviteServerMachine.Start(_layer.Agent.Options.Timers, reliable, effects.Values)
            : NonInviteServerMachine.Start(_layer.Agent.Options.Timers, reliable, effects.Values);
        Perform(effects.Values, null, deliver);
    }

    /// <summary>Where its responses go: all to the same place, for they have the Via of the request. For any thread.</summary>
    public SipDestination DestinationOf(SipResponse response) => _destination ??= _layer.Agent.Transport.GetResponseDestination(response, Source);

    /// <summary>Registers the request; false when the same request came already by another path (RFC 3261 §8.2.2.2).</summary>
    public bool TryBeFirst() => _merge is not { } merge || _layer.Merges.TryAdd(merge, this);

    /// <summary>The request was retransmitted.</summary>
    public void ReceiveCopy() => Step(TransactionInput.Request);

    /// <summary>An ACK came.</summary>
    public void ReceiveAck(SipRequest ack) => Step(TransactionInput.Ack, deliver: () => AckReceived?.Invoke(ack));

    /// <summary>Holds its responses back until <see cref="Release"/>.</summary>
    public void Hold() => _outbox.Hold();

    public void Release() => _outbox.Release();

    /// <summary>The ACK for its 2xx came, or is no longer awaited: the 2xx is not retransmitted any more.</summary>
    public void Acknowledge()
    {
        _isAcknowledged = true;
        ConcludeWhenDone();
    }

    /// <summary>Sends a response made for this request; ignored when its final response was sent before.</summary>
    public void Respond(SipResponse response)
    {
        if (response.StatusCode > 100 && response.Headers.To is { Tag: null } to)
        {
            response.Headers.Set(SipHeaderNames.To, to.WithTag(ToTag));
        }

        _layer.Agent.Product.AddTo(response);

        IsAnswered |= response.IsFinal;
        Step(TransactionInput.Respond(response.StatusCode), response);
    }

    /// <summary>Sends a response without a body.</summary>
    public void Respond(int status, string? reason = null, Action<SipResponse>? edit = null)
    {
        SipResponse response = SipResponse.CreateFor(Request, status, reason, ToTag);
        edit?.Invoke(response);
        Respond(response);
    }

    /// <summary>
    /// Refuses a request that cannot be processed while another of the same kind is in progress: 500 with a Retry-After of 0 to 10 s at random
    /// (RFC 3261 §14.2, RFC 3311 §5.2).
    /// </summary>
    public void RespondRetryLater(string reason) => Respond(500, reason, static response => RetryAfterHeader.AddTo(response, RandomNumberGenerator.GetInt32(11)));

    /// <summary>Refuses the method, naming those that are allowed (RFC 3261 §8.2.1).</summary>
    public void RespondNotAllowed(int status = 405) => Respond(status, edit: _layer.Agent.Capabilities.AddAllow);

    private void Step(TransactionInput input, SipResponse? response = null, Action? deliver = null)
    {
        using var effects = ScratchList<TransactionEffect>.Rent();
        _state = IsInvite ? InviteServerMachine.Step(_state, input, effects.Values) : NonInviteServerMachine.Step(_state, input, effects.Values);
        Perform(effects.Values, response, deliver);
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
                    _timers.Start(effect.Timer, effect.Duration);
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

    // Retransmissions of an answered request need its bytes only: the transaction, and its user with it, is released.
    private void ConcludeWhenDone()
    {
        if (_isCounted && !IsInWorks)
        {
            _isCounted = false;
            _layer.Load.EndWork(Source.Remote.Address);
        }

        // While its response is being sent, sending may still fail.
        if (_isCounted || _isKept || _outbox.IsSending || _state.Phase == TransactionPhase.Terminated)
        {
            return;
        }

        _isKept = true;
        _timers.StopAll();
        _layer.Servers.Remove(_key);
        MergeKey? merge = _merge is { } first && _layer.Merges.GetValueOrDefault(first) == this ? _merge : null;
        RepeatedMessage? response = IsInvite ? null : new RepeatedMessage(_response!, DestinationOf(_response!));
        _layer.Agent.Memory.Keep(
            new AnsweredRequest(_layer, _key, merge, ToTag, response),
            _state.Phase == TransactionPhase.Confirmed ? _layer.Agent.Options.Timers.T4 : _layer.Agent.Options.Timers.Timeout);
    }

    private void Send(SipResponse response)
    {
        _response = response;
        _outbox.Send(response, DestinationOf(response));
    }

    void ILoopTimerUser<TransactionTimer>.OnTimer(TransactionTimer timer) => Step(TransactionInput.Fired(timer));

    void IOutboxUser.OnSent(object? connection)
    {
        Sent?.Invoke();
        ConcludeWhenDone();
    }

    void IOutboxUser.OnSendFailed(ImageShareException error)
    {
        AgentLog.ResponseNotSent(_layer.Agent.Logger, Request.Method, Request.Headers.CallId, error.Error);
        AgentLog.ResponseNotSentSensitive(_layer.Agent.Logger, Request.Method, Request.Headers.CallId, error);
        Sent?.Invoke();
        Step(TransactionInput.TransportFailed);
    }

    private void End(TransactionEnd end)
    {
        _timers.StopAll();
        _layer.Servers.Remove(_key);
        _layer.RemoveMerge(_merge, this);

        if (end == TransactionEnd.TransportFailed)
        {
            TransportFailed?.Invoke();
        }
    }
}
