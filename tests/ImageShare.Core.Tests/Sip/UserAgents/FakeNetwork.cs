using System.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sip.UserAgents;

/// <summary>Carries messages between agents inside the test, at once and in order, notes each, and loses those it is told to.</summary>
internal sealed class FakeNetwork(ManualTimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPEndPoint, FakeTransport> _transports = [];
    private readonly List<WireEntry> _log = [];
    private readonly Lock _filtering = new();

    /// <summary>False loses the message. Asked one message at a time, whatever the threads that send.</summary>
    public Func<WireEntry, bool> Filter { get; set; } = static _ => true;

    /// <summary>Whether somebody listens for streams.</summary>
    public bool AcceptsStreams { get; set; } = true;

    public IReadOnlyList<WireEntry> Log
    {
        get
        {
            lock (_gate)
            {
                return [.. _log];
            }
        }
    }

    /// <summary>The names of all messages in their order: INVITE, 200 INVITE, ...</summary>
    public string[] Names => [.. Log.Select(e => e.Name)];

    public IEnumerable<WireEntry> Named(string name) => Log.Where(e => e.Name == name);

    public double[] TimesOf(string name) => [.. Named(name).Select(e => Math.Round(e.At, 3))];

    public FakeTransport CreateTransport(int port)
    {
        var transport = new FakeTransport(this, new IPEndPoint(IPAddress.Loopback, port));
        lock (_gate)
        {
            _transports.Add(transport.Local, transport);
        }

        return transport;
    }

    /// <summary>Sends a message as if from that port; what is answered is in <see cref="Log"/>.</summary>
    public void Inject(SipMessage message, int fromPort, int toPort, SipProtocol protocol = SipProtocol.Udp) =>
        Carry(message, new IPEndPoint(IPAddress.Loopback, fromPort), new IPEndPoint(IPAddress.Loopback, toPort), protocol);

    /// <summary>Delivers a noted message once more.</summary>
    public void Repeat(WireEntry entry)
    {
        FakeTransport? receiver;
        lock (_gate)
        {
            _transports.TryGetValue(entry.To, out receiver);
        }

        receiver?.Deliver(Copy(entry.Message), entry.From, entry.Protocol);
    }

    internal void Carry(SipMessage message, IPEndPoint from, IPEndPoint to, SipProtocol protocol)
    {
        FakeTransport? receiver;
        var entry = new WireEntry(clock.Elapsed.TotalSeconds, from, to, protocol, Copy(message));
        lock (_gate)
        {
            _transports.TryGetValue(to, out receiver);
            if (protocol != SipProtocol.Udp && (receiver is null || !AcceptsStreams) && _log.All(e => e.From.Port != to.Port))
            {
                throw new ImageShareException(ImageShareError.PeerUnreachable, $"Nobody listens on {to}.");
            }

            _log.Add(entry);
        }

        if (receiver is not null && Passes(entry))
        {
            receiver.Deliver(Copy(message), from, protocol);
        }
    }

    private bool Passes(WireEntry entry)
    {
        lock (_filtering)
        {
            return Filter(entry);
        }
    }

    // Sender and receiver never share a message.
    private static SipMessage Copy(SipMessage message) => message switch
    {
        SipRequest request => request.Clone(),
        SipResponse response => new SipResponse(response.StatusCode, response.ReasonPhrase, new SipHeaders(response.Headers)) { Body = response.Body },
        _ => throw new InvalidOperationException(),
    };
}

/// <summary>One agent's side of a <see cref="FakeNetwork"/>. Size decides between UDP and TCP as in RFC 3261 §18.1.1.</summary>
internal sealed class FakeTransport(FakeNetwork network, IPEndPoint local) : ISipTransport
{
    private ISipTransportReceiver? _receiver;

    public IPEndPoint Local => local;

    /// <summary>Thrown by every send, when set.</summary>
    public ImageShareException? SendError { get; set; }

    /// <summary>Which sends <see cref="SendError"/> or a fault of its own is for.</summary>
    public Func<SipMessage, bool>? FailFor { get; set; }

    /// <summary>What a send waits for, when set.</summary>
    public Task? Gate { get; set; }

    /// <summary>Which sends <see cref="Gate"/> is for.</summary>
    public Func<SipMessage, bool> GateFor { get; set; } = static _ => true;

    public void Start(ISipTransportReceiver receiver) => _receiver = receiver;

    public ValueTask<SipDestination> ResolveAsync(SipUri nextHop, int messageLength, CancellationToken cancellationToken)
    {
        if (!IPAddress.TryParse(nextHop.Host, out IPAddress? address))
        {
            throw new ImageShareException(ImageShareError.PeerUnreachable, $"{nextHop.Host} does not resolve.");
        }

        bool tcp = messageLength > 1300 || nextHop.TransportParameter is "tcp";
        return ValueTask.FromResult(new SipDestination(new IPEndPoint(address, nextHop.Port ?? 5060), tcp ? SipProtocol.Tcp : SipProtocol.Udp));
    }

    public SipSentBy GetSentBy(SipDestination destination) => new(local.Address.ToString(), local.Port);

    public async ValueTask SendAsync(SipMessage message, SipDestination destination, CancellationToken cancellationToken)
    {
        if (Gate is { } gate && GateFor(message))
        {
            await gate.WaitAsync(cancellationToken);
        }

        if (FailFor?.Invoke(message) == true)
        {
            throw new ImageShareException(ImageShareError.ConnectionLost, "The test wants it so.");
        }

        if (SendError is { } error)
        {
            throw error;
        }

        network.Carry(message, local, destination.EndPoint, destination.Protocol);
    }

    public SipDestination GetResponseDestination(SipResponse response, SipSource source) => new(source.Remote, source.Protocol, source.Connection);

    public void Deliver(SipMessage message, IPEndPoint from, SipProtocol protocol) =>
        _receiver?.OnMessage(message, new SipSource(from, protocol, protocol == SipProtocol.Udp ? null : this));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
