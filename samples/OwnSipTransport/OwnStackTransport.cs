using System.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using ImageShare.Core.Sip.Transport;

/// <summary>Image sharing over a SIP stack of the application's own: whole messages out by a delegate, whole messages in by a call.</summary>
internal sealed class OwnStackTransport(SipSentBy self, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> send) : ISipTransport
{
    // The stack routes messages; the library only needs a value that it can pass back.
    private static readonly SipDestination TheStack = new(new IPEndPoint(IPAddress.Loopback, 5060), SipProtocol.Tcp);

    private ISipTransportReceiver? _receiver;

    public void Start(ISipTransportReceiver receiver) => _receiver = receiver;

    // TCP means reliable: the library does not retransmit.
    public ValueTask<SipDestination> ResolveAsync(SipUri nextHop, int messageLength, CancellationToken cancellationToken) => new(TheStack);

    public SipSentBy GetSentBy(SipDestination destination) => self;

    public SipDestination GetResponseDestination(SipResponse response, SipSource source) => TheStack;

    public ValueTask SendAsync(SipMessage message, SipDestination destination, CancellationToken cancellationToken) =>
        send(message.ToArray(), cancellationToken);

    /// <summary>The stack calls this with each whole message for the library; false if it is not a SIP message.</summary>
    public bool Receive(ReadOnlyMemory<byte> bytes)
    {
        if (!SipReader.TryReadDatagram(bytes.ToArray(), null, out SipMessage? message, out _))
        {
            return false;
        }

        _receiver?.OnMessage(message, new SipSource(TheStack.EndPoint, TheStack.Protocol));
        return true;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
