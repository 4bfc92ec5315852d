using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Sip.UserAgents.Transactions;

namespace ImageShare.Core.Sip.UserAgents.Sessions;

/// <summary>The ACK of a 2xx: sent for each retransmission of the 2xx, always the same (RFC 3261 §13.2.2.4). On the loop only.</summary>
internal sealed class AckSender
{
    private readonly AgentContext _agent;
    private FirstAck? _first;
    private RepeatedMessage? _again;

    public AckSender(AgentContext agent, RoutedRequest ack)
    {
        _agent = agent;
        _first = new FirstAck(this, ack);
        _first.Begin();
    }

    /// <summary>The bytes it takes in memory once the first is sent, estimated.</summary>
    public int Bytes => 100 + (_again?.Bytes ?? 500);

    /// <summary>Sends it again, unless the first is still being sent.</summary>
    public void Repeat() => _again?.Send(_agent);

    /// <summary>Does something once the first ACK is sent, or could not be sent: then each retransmission of the 2xx tries again.</summary>
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

    // Of the first ACK only its bytes and its destination are kept.
    private void OnFirstDone(FirstAck first)
    {
        _first = null;
        _again = first.Destination is { } destination ? new RepeatedMessage(first.Ack, destination) : null;
        foreach (Action action in first.Then)
        {
            action();
        }
    }

    /// <summary>The first ACK: finds its destination and falls back to UDP as its INVITE does (RFC 3261 §18.1.1).</summary>
    private sealed class FirstAck : IAddressedUser, IOutboxUser
    {
        private readonly AckSender _owner;
        private readonly RequestAddressing _addressing;
        private readonly Outbox _outbox;

        public FirstAck(AckSender owner, RoutedRequest ack)
        {
            AgentContext agent = owner._agent;
            _owner = owner;
            Ack = ack.Request;
            _addressing = new RequestAddressing(agent, ack, contactParameters: null, IgnoredTransaction.Instance);
            _outbox = new Outbox(agent, this);
            agent.Product.AddTo(Ack);
        }

        public SipRequest Ack { get; }

        public SipDestination? Destination { get; private set; }

        public List<Action> Then { get; } = [];

        public void Begin() => _addressing.Begin(this);

        void IAddressedUser.StartAt(SipDestination destination) => Send(destination);

        void IAddressedUser.OnNotAddressed(ImageShareException error) => _owner.OnFirstDone(this);

        void IOutboxUser.OnSent(object? connection) => _owner.OnFirstDone(this);

        private void Send(SipDestination destination)
        {
            Destination = destination;
            _outbox.Send(Ack, destination);
        }

        void IOutboxUser.OnSendFailed(ImageShareException error)
        {
            if (_addressing.FallBack(error) is { } udp)
            {
                Send(udp);
            }
            else
            {
                _owner.OnFirstDone(this);
            }
        }
    }
}
