using System.Globalization;
using System.Security.Cryptography;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Sip.UserAgents.Transactions;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents.Calls;

/// <summary>The reliable provisional responses to one incoming INVITE: performs what their machine decides. On the loop only.</summary>
internal sealed class ReliableProvisionals : ILoopTimerUser<ReliableProvisionalTimer>
{
    private readonly ServerTransaction _transaction;
    private readonly Action<SipResponse> _complete;
    private readonly Action _gaveUp;
    private readonly LoopTimers<ReliableProvisionalTimer> _timers;
    private ReliableProvisionalState _state;
    private SipResponse? _response;
    private (ReadOnlyMemory<byte> Body, MediaType ContentType, Action<SipRequest> Answered)? _offer;

    /// <summary>Prepares them.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="transaction">The INVITE.</param>
    /// <param name="complete">Adds the Contact to each response.</param>
    /// <param name="gaveUp">Called when the caller does not acknowledge.</param>
    public ReliableProvisionals(AgentContext agent, ServerTransaction transaction, Action<SipResponse> complete, Action gaveUp)
    {
        _transaction = transaction;
        _complete = complete;
        _gaveUp = gaveUp;
        _timers = new LoopTimers<ReliableProvisionalTimer>(agent.Loop, this);
        _state = ReliableProvisionalMachine.Start(agent.Options.Timers, (uint)RandomNumberGenerator.GetInt32(1, int.MaxValue));
    }

    /// <summary>Whether one with our offer in it has no PRACK yet: no 2xx may leave before (RFC 3262 §3).</summary>
    public bool AwaitsAnswer => _offer is not null;

    /// <summary>Sends one, when the one before it is acknowledged.</summary>
    public void Send(int status)
    {
        var effects = new List<ReliableProvisionalEffect>(3);
        _state = ReliableProvisionalMachine.Send(_state, status, effects);
        Perform(effects);
    }

    /// <summary>Sends the first one with our offer in it; its PRACK is handed on, with the answer or without.</summary>
    public void SendOffer(int status, ReadOnlyMemory<byte> offer, MediaType contentType, Action<SipRequest> answered)
    {
        _offer = (offer, contentType, answered);
        Send(status);
    }

    /// <summary>The INVITE is finally answered.</summary>
    public void Close()
    {
        var effects = new List<ReliableProvisionalEffect>(2);
        _state = ReliableProvisionalMachine.Close(_state, effects);
        Perform(effects);
    }

    /// <summary>Answers a PRACK: 200 when it acknowledges something, else 481.</summary>
    public void OnPrack(ServerTransaction prack)
    {
        var effects = new List<ReliableProvisionalEffect>(5);
        bool matches = prack.Request.Headers.RAck is { } acknowledged
            && acknowledged.CSeq == _transaction.Request.Headers.CSeq
            && ReliableProvisionalMachine.TryAcknowledge(ref _state, acknowledged.RSeq, effects);
        Action<SipRequest>? answered = matches ? _offer?.Answered : null;
        _offer = matches ? null : _offer;
        if (answered is not null && prack.Request.Body.IsEmpty)
        {
            prack.Respond(400, "Offer Not Answered");
        }
        else
        {
            prack.Respond(matches ? 200 : 481);
        }

        answered?.Invoke(prack.Request);
        Perform(effects);
    }

    private void Perform(List<ReliableProvisionalEffect> effects)
    {
        foreach (ReliableProvisionalEffect effect in effects)
        {
            switch (effect.Kind)
            {
                case ReliableProvisionalEffectKind.Send:
                    _response = SipResponse.CreateFor(_transaction.Request, effect.Status, toTag: _transaction.ToTag);
                    _complete(_response);
                    if (_offer is { } offer)
                    {
                        _response.Headers.Add(SipHeaderNames.ContentType, offer.ContentType.ToString());
                        _response.Body = offer.Body;
                    }

                    _response.Headers.Add(SipHeaderNames.Require, SipExtensions.Reliability);
                    _response.Headers.Add(SipHeaderNames.RSeq, effect.RSeq.ToString(CultureInfo.InvariantCulture));
                    _transaction.Respond(_response);
                    break;
                case ReliableProvisionalEffectKind.SendAgain:
                    _transaction.Respond(_response!);
                    break;
                case ReliableProvisionalEffectKind.GiveUp:
                    _gaveUp();
                    break;
                case ReliableProvisionalEffectKind.StartTimer:
                    _timers.Start(effect.Timer, effect.Duration);
                    break;
                case ReliableProvisionalEffectKind.StopTimer:
                    _timers.Stop(effect.Timer);
                    break;
            }
        }
    }

    void ILoopTimerUser<ReliableProvisionalTimer>.OnTimer(ReliableProvisionalTimer timer)
    {
        var effects = new List<ReliableProvisionalEffect>(2);
        _state = ReliableProvisionalMachine.Fire(_state, timer, effects);
        Perform(effects);
    }
}
