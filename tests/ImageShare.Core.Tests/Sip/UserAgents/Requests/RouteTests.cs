using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Sip.UserAgents.Settings;

namespace ImageShare.Core.Tests.Sip.UserAgents.Requests;

[TestFixture]
internal sealed class RouteTests : AgentTest
{
    [Test]
    [Category("DLG-002")]
    public async Task What_came_on_the_way_goes_back_in_every_response_in_its_order()
    {
        SipRequest invite = Raw("INVITE");
        invite.Headers.Add("Via", "SIP/2.0/TCP p1.example;branch=z9hG4bKa, SIP/2.0/UDP p2.example:5070;branch=z9hG4bKb;received=192.0.2.1");
        invite.Headers.Add("Record-Route", "<sip:p3.example;lr>");
        invite.Headers.Add("Record-Route", "\"two, in one\" <sip:p2.example;lr;x=%2C>;y, <sip:p1.example>");
        Assert.That((await AskBobAsync(invite)), Is.Empty);
        await RunAsync(0.3);
        BobHandler.Invites.Single().Ring();
        Task<InviteDialog> accepting = BobHandler.Invites.Single().AcceptAsync("v=0"u8.ToArray(), Sdp);
        await SettleAsync();
        SipResponse trying = Network.Named("100 INVITE").Single().Response!;
        SipResponse[] forming = [Network.Named("180 INVITE").Single().Response!, Network.Named("200 INVITE").First().Response!];
        Assert.Multiple(() =>
        {
            foreach (SipResponse response in (SipResponse[])[trying, .. forming])
            {
                Assert.That(response.Headers.Vias.Skip(1).Select(v => v.ToString()), Is.EqualTo(invite.Headers.Vias.Skip(1).Select(v => v.ToString())));
                Assert.That(response.Headers.TopVia!.Branch, Is.EqualTo("z9hG4bKstranger1"));
                Assert.That(response.Headers.From, Is.EqualTo(invite.Headers.From));
                Assert.That(response.Headers.CallId, Is.EqualTo("call-1"));
                Assert.That(response.Headers.CSeq!.ToString(), Is.EqualTo("1 INVITE"));
                Assert.That(response.Headers.To!.Uri, Is.EqualTo(invite.Headers.To!.Uri));
            }

            foreach (SipResponse response in forming)
            {
                Assert.That(response.Headers.RecordRoutes.Select(r => r.ToString()), Is.EqualTo(invite.Headers.RecordRoutes.Select(r => r.ToString())));
                Assert.That(response.Headers.RecordRoutes, Has.Count.EqualTo(3));
                Assert.That(response.Headers.Contacts, Has.Count.EqualTo(1));
                Assert.That(response.Headers.To!.Tag, Is.Not.Null.And.EqualTo(forming[0].Headers.To!.Tag));
            }

            Assert.That(trying.Headers.To!.Tag, Is.Null);
        });
        await AskBobAsync(Raw("ACK", forming[1].Headers.To!.Tag, "z9hG4bKack"));
        await Within(accepting);
    }

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
