using System.Text;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Settings;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sip.UserAgents;

/// <summary>What the agent logs of a message names it by its Call-ID, the id of the share.</summary>
[TestFixture]
internal sealed class LoggedIdTests : AgentTest
{
    private CapturingLoggerFactory _log = null!;

    [TearDown]
    public void CloseLog() => _log.Dispose();

    [Test]
    public async Task A_response_that_nobody_awaits()
    {
        var response = new SipResponse(200, "OK", Raw("OPTIONS", callId: "stray-1").Headers);
        Network.Inject(response, StrangerPort, BobPort);
        await SettleAsync();
        AssertLogged(1106, "stray-1");
    }

    [Test]
    public async Task A_message_with_lines_that_cannot_be_read()
    {
        byte[] request = Raw("OPTIONS", callId: "odd-1").ToArray();
        byte[] odd = Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(request).Replace("Call-ID:", "X-Odd no colon here\r\nCall-ID:", StringComparison.Ordinal));
        Assert.That(SipReader.TryReadDatagram(odd, SipLimits.Default, out SipMessage? message, out _));
        BobTransport.Deliver(message!, new(System.Net.IPAddress.Loopback, StrangerPort), SipProtocol.Udp);
        await SettleAsync();
        AssertLogged(1112, "odd-1");
    }

    [Test]
    public async Task A_retransmission_that_cannot_be_sent()
    {
        BobHandler.RequestReceived = static request => request.Respond(200);
        Assert.That(await AskBobAsync(Raw("OPTIONS", callId: "again-1")), Has.Length.EqualTo(1));
        BobTransport.SendError = new ImageShareException(ImageShareError.PeerUnreachable, "Nobody is there.");
        await AskBobAsync(Raw("OPTIONS", callId: "again-1"));
        AssertLogged(1113, "again-1");
    }

    [Test]
    public async Task A_challenge_that_the_SIM_does_not_answer()
    {
        BobHandler.RequestReceived = static request =>
        {
            SipResponse response = request.CreateResponse(401);
            response.Headers.Add("WWW-Authenticate", $"Digest realm=\"ims.example\", nonce=\"{Convert.ToBase64String(new byte[35])}\", algorithm=AKAv1-MD5, qop=\"auth\"");
            request.Respond(response);
        };
        Task<SipResponse> asked = Alice.SendAsync(new SipRequest(SipMethod.Options, BobUri));
        await SettleAsync();
        Assert.That((await Within(asked)).StatusCode, Is.EqualTo(401));
        string id = Network.Named("OPTIONS").First().Message.Headers.CallId!;
        AssertLogged(1108, id);
        AssertLogged(1109, id);
    }

    protected override SipUserAgentOptions AliceOptions(SipUserAgentOptions options)
    {
        _log = new CapturingLoggerFactory();
        return options with
        {
            LoggerFactory = _log,
            Credentials = SipCredentials.FromSim("alice@ims.example", static (_, _) => ValueTask.FromException<AkaAnswer>(new InvalidOperationException("No card."))),
        };
    }

    protected override SipUserAgentOptions BobOptions(SipUserAgentOptions options) => options with { LoggerFactory = _log };

    private void AssertLogged(int id, string callId) => Assert.That(_log.Ids.Where(line => line.Event == id).Select(static line => line.Id), Is.EqualTo((string[])[callId]));
}
