using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents.Transactions;

/// <summary>Whoever waits for the destination of a request. On the loop only.</summary>
internal interface IAddressedUser
{
    /// <summary>The destination is known, and written into the request.</summary>
    void StartAt(SipDestination destination);

    /// <summary>There is none, or the request cannot be written.</summary>
    void OnNotAddressed(ImageShareException error);
}

/// <summary>
/// Finds where a request goes and writes into it what depends on that: Via and Contact. A request too large for UDP goes to TCP
/// (RFC 3261 §18.1.1), so it has to be complete before the protocol is known; only the protocol's name changes then.
/// </summary>
/// <param name="agent">The agent.</param>
/// <param name="routed">The request without its Via.</param>
/// <param name="contactParameters">The parameters of a Contact to add, or null for no Contact.</param>
/// <param name="user">Told of each destination that the request was written for.</param>
internal sealed class RequestAddressing(AgentContext agent, RoutedRequest routed, ParameterList? contactParameters, IClientTransactionUser user) : ILoopOperation<SipDestination>
{
    // RFC 3261 §8.1.2: a sips Request-URI asks for TLS on the first hop whatever the route says; §8.1.1.8: and for a sips Contact, as a sips route does.
    private readonly bool _isSecure = routed.Request.RequestUri.IsSecure || routed.NextHop.IsSecure;
    private readonly SipUri _nextHop = routed.Request.RequestUri.IsSecure && routed.NextHop.IsSip ? routed.NextHop with { Scheme = "sips" } : routed.NextHop;
    private readonly bool _addsContact = contactParameters is not null && !routed.Request.Headers.Contains(SipHeaderNames.Contact);

    // Where the request would go if it were short, and how long it is.
    private SipDestination? _first;
    private int _length;
    private IAddressedUser? _waiting;

    // The UDP destination of a request that size alone sends over TCP.
    private SipDestination? _fallback;

    /// <summary>The request.</summary>
    public SipRequest Request => routed.Request;

    /// <summary>Whether the next hop may have more than one target (RFC 3263 §4).</summary>
    public bool MayHaveOthers => TargetFailover.MayHaveOthers(_nextHop);

    /// <summary>Whether there is another way to the same target: <see cref="FallBack"/>.</summary>
    public bool HasFallback => _fallback is not null;

    /// <summary>The branch in the Via.</summary>
    public string Branch { get; } = Via.CreateBranch();

    /// <summary>Finds the destination and writes it into the request; <paramref name="waiting"/> hears of it. Call once.</summary>
    public void Begin(IAddressedUser waiting)
    {
        _waiting = waiting;
        agent.Loop.Run(this);
    }

    ValueTask<SipDestination> ILoopOperation<SipDestination>.BeginAsync(CancellationToken cancellationToken) =>
        agent.Transport.ResolveAsync(_nextHop, _length, cancellationToken);

    void ILoopOperation<SipDestination>.Complete(SipDestination result)
    {
        if (_first is { } first)
        {
            // Nearly always the same, for which it is written already.
            if (result != first)
            {
                Write(result);
            }

            _fallback = result.Protocol != SipProtocol.Udp && agent.Options.FallBackToUdp ? first : null;
            _waiting!.StartAt(result);
            return;
        }

        try
        {
            Write(result);
            routed.Request.UseCompactForm |= agent.Options.UseCompactForm;
            _length = routed.Request.Measure();
        }
        catch (ImageShareException error)
        {
            // The application put something into the request that no message can carry.
            _waiting!.OnNotAddressed(error);
            return;
        }

        if (result.Protocol != SipProtocol.Udp)
        {
            _waiting!.StartAt(result);
            return;
        }

        _first = result;
        agent.Loop.Run(this);
    }

    void ILoopOperation<SipDestination>.Fail(ImageShareException error) => _waiting!.OnNotAddressed(error);

    /// <summary>The same request for another target: with a branch of its own, Via and Contact not yet written.</summary>
    public RequestAddressing ForNextTarget()
    {
        SipRequest copy = routed.Request.Clone();
        copy.Headers.RemoveFirst(SipHeaderNames.Via);
        if (_addsContact)
        {
            copy.Headers.Remove(SipHeaderNames.Contact);
        }

        return new RequestAddressing(agent, routed with { Request = copy }, contactParameters, user);
    }

    /// <summary>The request left: there is no other way for it any more.</summary>
    public void OnSent() => _fallback = null;

    /// <summary>
    /// The request could not be sent. Where size alone required TCP, and the peer does not listen on it, writes and returns the UDP destination, once
    /// (RFC 3261 §18.1.1); null in all other cases.
    /// </summary>
    public SipDestination? FallBack(ImageShareException error)
    {
        if (_fallback is not { } udp || error.Error != ImageShareError.PeerUnreachable)
        {
            return null;
        }

        _fallback = null;
        Write(udp);
        return udp;
    }

    // Writes Via and Contact for that destination, in place of those written before.
    private void Write(SipDestination destination)
    {
        SipSentBy sentBy = agent.Transport.GetSentBy(destination);
        string transport = destination.Protocol switch
        {
            SipProtocol.Udp => "UDP",
            SipProtocol.Tcp => "TCP",
            _ => "TLS",
        };
        var via = new Via(transport, sentBy.Host, sentBy.Port, new ParameterList(new Parameter("branch", Branch), new Parameter("rport")));
        SipHeaders headers = routed.Request.Headers;
        if (!headers.ReplaceFirst(SipHeaderNames.Via, via))
        {
            headers.AddFirst(SipHeaderNames.Via, via);
        }

        if (_addsContact)
        {
            headers.Set(SipHeaderNames.Contact, new NameAddress(null, agent.GetContactUri(destination, _isSecure), contactParameters!.Value));
        }

        user.OnAddressed(routed.Request, destination);
    }
}
