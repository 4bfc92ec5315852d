using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Sip.UserAgents.Settings;

namespace ImageShare.Core.Tests.Sip.UserAgents.Calls;

/// <summary>The callee's side of RFC 3262, seen by a caller who writes each message himself.</summary>
[TestFixture(SipReliability.None)]
[TestFixture(SipReliability.WhenRequired)]
[TestFixture(SipReliability.WhenSupported)]
internal sealed class ReliableRingingTests(SipReliability reliability) : AgentTest
{
    [Test]
    [Category("REL-001")]
    [Category("REL-003")]
    [Category("REL-007")]
    public async Task What_requires_it_gets_it_or_a_420()
    {
        BobHandler.InviteReceived = static invite => invite.Ring();
        SipResponse response = (await AskBobAsync(Invite("Require"))).Single();
        if (reliability == SipReliability.None)
        {
            Assert.That((response.StatusCode, response.Headers.GetString("Unsupported")), Is.EqualTo((420, "100rel")));
            return;
        }

        Assert.Multiple(() =>
        {
            Assert.That(response.StatusCode, Is.EqualTo(180));
            Assert.That(response.Headers.Require, Is.EqualTo(new[] { "100rel" }));
            Assert.That(response.Headers.RSeq, Is.InRange(1u, (uint)int.MaxValue));
            Assert.That(response.Headers.To!.Tag, Is.Not.Null);
            Assert.That(response.Headers.Contacts, Has.Count.EqualTo(1));
            Assert.That(response.Body.IsEmpty, Is.True, "it never carries SDP, so the 2xx need never wait for its PRACK");
        });
    }

    [TestCase("Supported", SipReliability.WhenSupported)]
    [TestCase(null, (SipReliability)(-1))]
    [Category("REL-002")]
    public async Task What_merely_supports_it_gets_it_where_the_options_say_so(string? header, SipReliability reliable)
    {
        BobHandler.InviteReceived = static invite => invite.Ring();
        SipResponse response = (await AskBobAsync(Invite(header))).Single();
        Assert.That(response.StatusCode, Is.EqualTo(180));
        Assert.That(response.Headers.RSeq is not null, Is.EqualTo(reliability == reliable));
        Assert.That(response.Headers.Contains("Require"), Is.EqualTo(reliability == reliable));
    }

    [Test]
    [Category("REL-002")]
    public async Task A_100_is_never_reliable()
    {
        if (reliability != SipReliability.None)
        {
            await AskBobAsync(Invite("Require"));
            await RunAsync(0.3);
            SipResponse trying = Network.Named("100 INVITE").Single().Response!;
            Assert.That((trying.Headers.RSeq, trying.Headers.Contains("Require")), Is.EqualTo(((uint?)null, false)));
        }
    }

    [Test]
    [Category("REL-004")]
    public async Task Without_a_PRACK_it_is_repeated_for_64_T1_and_the_call_refused()
    {
        if (reliability == SipReliability.None)
        {
            return;
        }

        BobHandler.InviteReceived = static invite => invite.Ring();
        await AskBobAsync(Invite("Require"));
        await RunAsync(33);
        Assert.That(Network.TimesOf("180 INVITE"), Is.EqualTo(new[] { 0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5 }));
        Assert.That(Network.Named("180 INVITE").Select(e => e.Message.ToString()).Distinct().Count(), Is.EqualTo(1));
        Assert.That(Network.TimesOf("504 INVITE")[0], Is.EqualTo(32));
        Assert.That(BobHandler.Invites.Single().Cancelled.IsCancellationRequested, Is.True);
        await AskBobAsync(Raw("ACK", Network.Named("504 INVITE").First().Response!.Headers.To!.Tag));
        await RunAsync(6);
    }

    [Test]
    [Category("REL-003")]
    [Category("REL-006")]
    public async Task Its_PRACK_gets_200_and_any_other_481()
    {
        BobHandler.InviteReceived = static invite => invite.Ring();
        if (reliability == SipReliability.None)
        {
            SipResponse unreliable = (await AskBobAsync(Invite(null))).Single();
            Assert.That((await AskBobAsync(Prack(unreliable.Headers.To!.Tag!, "1 1 INVITE", 2))).Single().StatusCode, Is.EqualTo(405));
            return;
        }

        SipResponse ringing = (await AskBobAsync(Invite("Require"))).Single();
        (string tag, uint first) = (ringing.Headers.To!.Tag!, ringing.Headers.RSeq!.Value);
        Assert.That((await AskBobAsync(Prack(tag, $"{first + 1} 1 INVITE", 2))).Single().StatusCode, Is.EqualTo(481));
        Assert.That((await AskBobAsync(Prack(tag, $"{first} 2 INVITE", 3))).Single().StatusCode, Is.EqualTo(481));
        Assert.That((await AskBobAsync(Prack(tag, $"{first} 1 OPTIONS", 4))).Single().StatusCode, Is.EqualTo(481));
        Assert.That((await AskBobAsync(Prack(tag, "x", 5))).Single().StatusCode, Is.EqualTo(481));
        Assert.That((await AskBobAsync(Prack("nobody", $"{first} 1 INVITE", 6))).Single().StatusCode, Is.EqualTo(481));
        BobHandler.Invites.Single().Ring(183);
        await RunAsync(0.2);
        Assert.That(Network.Named("183 INVITE"), Is.Empty, "one is outstanding");
        SipResponse[] answers = await AskBobAsync(Prack(tag, $"{first} 1 INVITE", 7));
        Assert.That(answers.Select(a => a.StatusCode), Is.EqualTo(new[] { 200, 183 }));
        Assert.That(answers[1].Headers.RSeq, Is.EqualTo(first + 1));
        await AskBobAsync(Prack(tag, $"{first + 1} 1 INVITE", 8));
        int sent = Network.Log.Count;
        await RunAsync(100);
        Assert.That(Network.Log.Skip(sent).Where(e => e.From.Port == BobPort), Is.Empty, "both are acknowledged");
        await RunAsync(60);
        Assert.That(Network.Log[^1].Response!.Headers.RSeq, Is.EqualTo(first + 2), "the proxies are kept patient all the same");
    }

    [Test]
    [Category("REL-006")]
    public async Task An_answer_may_overtake_the_PRACK()
    {
        if (reliability == SipReliability.None)
        {
            return;
        }

        BobHandler.InviteReceived = static invite => invite.Ring();
        SipResponse ringing = (await AskBobAsync(Invite("Require"))).Single();
        string tag = ringing.Headers.To!.Tag!;
        Task<InviteDialog> accepted = BobHandler.Invites.Single().AcceptAsync("v=0"u8.ToArray(), Sdp);
        await SettleAsync();
        Assert.That(Network.Named("200 INVITE").Count(), Is.EqualTo(1));
        Assert.That((await AskBobAsync(Prack(tag, $"{ringing.Headers.RSeq} 1 INVITE", 2))).Single().StatusCode, Is.EqualTo(200));
        Assert.That((await AskBobAsync(Prack(tag, $"{ringing.Headers.RSeq} 1 INVITE", 3))).Single().StatusCode, Is.EqualTo(481));
        await AskBobAsync(Raw("ACK", tag, "z9hG4bKack"));
        await Within(accepted);
        await RunAsync(5);
        Assert.That(Network.Named("180 INVITE").Count(), Is.EqualTo(1));
        Assert.That((await AskBobAsync(Raw("BYE", tag, "z9hG4bKbye", number: 4))).Single().StatusCode, Is.EqualTo(200));
    }

    [Test]
    [Category("REL-001")]
    public async Task A_call_without_an_offer_that_requires_it_is_not_rung()
    {
        if (reliability == SipReliability.None)
        {
            return;
        }

        BobHandler.InviteReceived = static invite => invite.Ring();
        Assert.That(await AskBobAsync(Invite("Require", body: string.Empty)), Is.Empty);
        _ = BobHandler.Invites.Single().AcceptAsync("v=0"u8.ToArray(), Sdp);
        await SettleAsync();
        Assert.That(Network.Names, Does.Contain("200 INVITE").And.Not.Contain("180 INVITE"));
        await AskBobAsync(Raw("ACK", Network.Named("200 INVITE").First().Response!.Headers.To!.Tag, "z9hG4bKack"));
    }

    protected override SipUserAgentOptions BobOptions(SipUserAgentOptions options) => options with { Reliability = reliability };

    private static SipRequest Invite(string? header, string body = "v=0\r\n")
    {
        SipRequest invite = Raw("INVITE");
        invite.Body = System.Text.Encoding.UTF8.GetBytes(body);
        if (body.Length > 0)
        {
            invite.Headers.Add("Content-Type", "application/sdp");
        }

        if (header is not null)
        {
            invite.Headers.Add(header, "100rel");
        }

        return invite;
    }

    private static SipRequest Prack(string tag, string rack, uint number)
    {
        SipRequest prack = Raw("PRACK", tag, $"z9hG4bKprack{number}", number: number);
        prack.Headers.Add("RAck", rack);
        return prack;
    }
}
