using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>The ACK of one 2xx: sent with each copy of the 2xx, always the same (RFC 3261 §13.2.2.4). On the loop only.</summary>
internal sealed class AckSender
{
    private readonly AgentCore _core;
    private First? _first;
    private RepeatedMessage? _again;

    public AckSender(AgentCore core, RoutedRequest ack)
    {
        _core = core;
        _first = new First(this, ack);
        _first.Begin();
    }

    /// <summary>What it takes once the first is out, about.</summary>
    public int Octets => 100 + (_again?.Octets ?? 500);

    /// <summary>Sends it again, unless the first is still on its way.</summary>
    public void Repeat() => _again?.Send(_core);

    /// <summary>Does something once the first ACK is out, or could not be sent: then each copy of the 2xx tries again.</summary>
    public void AfterFirst(Action action)
    {
        if (_first is { } first)
        {
            first.Then.Add(action);
        }
        else
        {
            action();
        }
    }

    // Nothing of the first one stays but its octets, and where it went.
    private void OnFirstOver(First first)
    {
        _first = null;
        _again = first.Destination is { } destination ? new RepeatedMessage(first.Ack, destination) : null;
        foreach (Action action in first.Then)
        {
            action();
        }
    }

    private sealed class First
    {
        private readonly AckSender _owner;
        private readonly RequestAddressing _addressing;
        private readonly Outbox _outbox;
        private SipDestination? _fallback;

        public First(AckSender owner, RoutedRequest ack)
        {
            _owner = owner;
            Ack = ack.Request;
            _addressing = new RequestAddressing(owner._core, ack, contactParameters: null);
            _outbox = new Outbox(owner._core, _ => _owner.OnFirstOver(this), OnSendFailed);
            RequestFiller.AddUserAgent(Ack, owner._core.Options);
        }

        public SipRequest Ack { get; }

        public SipDestination? Destination { get; private set; }

        public List<Action> Then { get; } = [];

        public void Begin() => _addressing.Begin(
            (destination, fallback) =>
            {
                _fallback = _owner._core.Options.FallBackToUdp ? fallback : null;
                Send(destination);
            },
            _ => _owner.OnFirstOver(this));

        private void Send(SipDestination destination)
        {
            Destination = destination;
            _outbox.Send(Ack, destination);
        }

        private void OnSendFailed(ImageShareException error)
        {
            if (_fallback is { } udp && error.Error == ImageShareError.PeerUnreachable)
            {
                _fallback = null;
                _addressing.Write(udp);
                Send(udp);
                return;
            }

            _owner.OnFirstOver(this);
        }
    }
}
