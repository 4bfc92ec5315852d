using ImageShare.Core.Sip;
using ImageShare.Core.Sip.UserAgents;

namespace ImageShare.Core.Tests.Sip.UserAgents;

[TestFixture]
internal sealed class RouteTests : AgentTest
{
    [Test]
    [Category("DLG-003")]
    [Category("DLG-021")]
    public async Task A_request_goes_by_way_of_the_proxy_and_the_dialog_by_the_way_that_was_recorded()
    {
        // The proxy on port 5070 is bob himself; that the first hop is taken from Route shows in where the messages go.
        SipUri far = SipUri.Parse("sip:bob@192.0.2.99");
        var invite = new SipRequest(SipMethod.Invite, far);
        OutgoingInvite call = Alice.Invite(invite);
        await SettleAsync();
        WireEntry sent = Network.Named("INVITE").Single();
        SipResponse early = SipResponse.CreateFor(sent.Request!, 183, toTag: "far");
        early.Headers.Add("Contact", "<sip:early@192.0.2.99>");
        early.Headers.Add("Record-Route", "<sip:127.0.0.1:5098;lr>");
        Network.Inject(early, BobPort, AlicePort);
        SipResponse answer = SipResponse.CreateFor(sent.Request!, 200, toTag: "far");
        answer.Headers.Add("Contact", "<sip:bob@192.0.2.99>");
        answer.Headers.Add("Record-Route", "<sip:192.0.2.5;lr>, <sip:127.0.0.1:5099;lr>");
        Network.Inject(answer, BobPort, AlicePort);
        await SettleAsync();
        var outcome = (InviteOutcome.Accepted)await Within(call.Result);
        _ = outcome.Dialog.ByeAsync();
        await SettleAsync();
        WireEntry bye = Network.Named("BYE").Single();
        Assert.Multiple(() =>
        {
            Assert.That(sent.To.Port, Is.EqualTo(BobPort));
            Assert.That(sent.Request!.RequestUri, Is.EqualTo(far));
            Assert.That(sent.Message.Headers.GetStrings("Route"), Is.EqualTo(new[] { "<sip:127.0.0.1:5070;lr>", "<sip:192.0.2.1;lr>" }));
            Assert.That(bye.To.Port, Is.EqualTo(StrangerPort));
            Assert.That(bye.Request!.RequestUri.ToString(), Is.EqualTo("sip:bob@192.0.2.99"));
            Assert.That(bye.Message.Headers.GetStrings("Route"), Is.EqualTo(new[] { "<sip:127.0.0.1:5099;lr>", "<sip:192.0.2.5;lr>" }));
            Assert.That(Network.Named("ACK").Single().To.Port, Is.EqualTo(StrangerPort));
        });
    }

    protected override SipUserAgentOptions AliceOptions(SipUserAgentOptions options) =>
        options with { Route = [SipUri.Parse("sip:127.0.0.1:5070;lr"), SipUri.Parse("sip:192.0.2.1;lr")] };
}
