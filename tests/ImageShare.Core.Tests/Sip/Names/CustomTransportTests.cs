using System.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Sip.UserAgents.Settings;
using ImageShare.Core.Tests.Sip.UserAgents;

namespace ImageShare.Core.Tests.Sip.Names;

/// <summary>An application's transport that knows nothing of several targets goes on as it was.</summary>
[TestFixture]
public sealed class CustomTransportTests
{
    [Test]
    [Category("DNS-008")]
    public async Task A_transport_with_one_destination_for_each_name_is_asked_once_more_and_the_error_is_its_own()
    {
        await using var transport = new OneDestination { Error = new ImageShareException(ImageShareError.PeerUnreachable, "The stack is down.") };
        await using SipUserAgent agent = Start(transport);
        ImageShareException? error = await Assert.ThrowsAsync<ImageShareException>(() => agent.SendAsync(new SipRequest(SipMethod.Options, SipUri.Parse("sip:bob@ims.test"))));
        Assert.That(error!.Message, Is.EqualTo("The stack is down."));
        Assert.That(transport.Sends, Is.EqualTo(1));
        ISipTransport asked = transport;
        Assert.That(await asked.ResolveAllAsync(SipUri.Parse("sip:bob@ims.test"), 0, CancellationToken.None), Is.EqualTo([OneDestination.There]));
    }

    [Test]
    [Category("DNS-008")]
    public async Task Its_503_is_delivered()
    {
        await using var transport = new OneDestination { Status = 503 };
        await using SipUserAgent agent = Start(transport);
        SipResponse response = await agent.SendAsync(new SipRequest(SipMethod.Options, SipUri.Parse("sip:bob@ims.test"))).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That((response.StatusCode, transport.Sends), Is.EqualTo((503, 1)));
    }

    private static SipUserAgent Start(ISipTransport transport) =>
        SipUserAgent.Start(transport, new SipUserAgentOptions { Identity = new NameAddress(SipUri.Parse("sip:alice@ims.test")) }, new RecordingHandler());

    private sealed class OneDestination : ISipTransport
    {
        public static readonly SipDestination There = new(new IPEndPoint(IPAddress.Loopback, 5060), SipProtocol.Tcp);

        private ISipTransportReceiver? _receiver;

        public ImageShareException? Error { get; init; }

        public int Status { get; init; }

        public int Sends { get; private set; }

        public void Start(ISipTransportReceiver receiver) => _receiver = receiver;

        public ValueTask<SipDestination> ResolveAsync(SipUri nextHop, int messageLength, CancellationToken cancellationToken) => new(There);

        public SipSentBy GetSentBy(SipDestination destination) => new("alice.test", 5060);

        public SipDestination GetResponseDestination(SipResponse response, SipSource source) => There;

        public ValueTask SendAsync(SipMessage message, SipDestination destination, CancellationToken cancellationToken)
        {
            Sends++;
            if (Error is { } error)
            {
                throw error;
            }

            _receiver!.OnMessage(SipResponse.CreateFor((SipRequest)message, Status, toTag: "b"), new SipSource(There.EndPoint, There.Protocol));
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
