using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Tests.Sip.UserAgents;

[TestFixture]
internal sealed class RefusalTests : AgentTest
{
    [TestCase("BYE")]
    [TestCase("OPTIONS")]
    [TestCase("INVITE")]
    [Category("DLG-008")]
    [Category("DLG-018")]
    public async Task An_unknown_To_tag_gets_481(string method) =>
        Assert.That((await AskBobAsync(Raw(method, "nobody"))).Single().StatusCode, Is.EqualTo(481));

    [Test]
    [Category("DLG-018")]
    public async Task A_BYE_outside_any_dialog_gets_481() =>
        Assert.That((await AskBobAsync(Raw("BYE"))).Single().StatusCode, Is.EqualTo(481));

    [TestCase(null)]
    [TestCase("nobody")]
    [Category("DLG-008")]
    public async Task A_stray_ACK_is_dropped(string? tag)
    {
        Assert.That(await AskBobAsync(Raw("ACK", tag)), Is.Empty);
        await RunAsync(1);
        Assert.That(Network.Log.Count(e => e.From.Port == BobPort), Is.Zero);
    }

    [Test]
    [Category("DLG-015")]
    public async Task A_CANCEL_of_nothing_gets_481() =>
        Assert.That((await AskBobAsync(Raw("CANCEL"))).Single().StatusCode, Is.EqualTo(481));

    [Test]
    [Category("DLG-026")]
    public async Task A_Require_for_an_unknown_extension_gets_420()
    {
        SipRequest request = Raw("INVITE");
        request.Headers.Add("Require", "100rel, Nothing-Such");
        SipResponse response = (await AskBobAsync(request)).Single();
        Assert.That((response.StatusCode, response.Headers.GetString("Unsupported")), Is.EqualTo((420, "Nothing-Such")));
        Assert.That(BobHandler.Invites, Is.Empty);
    }

    [TestCase("MESSAGE", 405)]
    [TestCase("SUBSCRIBE", 405)]
    [TestCase("options", 501)]
    [TestCase("NEWTHING", 501)]
    [Category("DLG-026")]
    public async Task A_method_that_is_not_allowed_gets_405_or_501_with_Allow(string method, int status)
    {
        SipResponse response = (await AskBobAsync(Raw(method))).Single();
        Assert.That((response.StatusCode, response.Headers.GetString("Allow")), Is.EqualTo((status, "INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, UPDATE")));
    }

    [Test]
    [Category("TXN-019")]
    public async Task A_merged_request_gets_482_and_a_copy_does_not()
    {
        BobHandler.InviteReceived = static invite => invite.Ring();
        Assert.That((await AskBobAsync(Raw("INVITE"))).Single().StatusCode, Is.EqualTo(180));
        Assert.That((await AskBobAsync(Raw("INVITE", branch: "z9hG4bKother"))).Single().StatusCode, Is.EqualTo(482));
        Assert.That((await AskBobAsync(Raw("INVITE"))).Single().StatusCode, Is.EqualTo(180));
        Assert.That(BobHandler.Invites, Has.Count.EqualTo(1));
    }

    [Test]
    [Category("TXN-011")]
    public async Task Copies_from_a_peer_of_RFC_2543_are_known_without_the_cookie()
    {
        BobHandler.InviteReceived = static invite => invite.Reject(486);
        Assert.That((await AskBobAsync(Raw("INVITE", branch: "1"))).Single().StatusCode, Is.EqualTo(486));
        Assert.That((await AskBobAsync(Raw("INVITE", branch: "1"))).Single().StatusCode, Is.EqualTo(486));
        await AskBobAsync(Raw("ACK", Network.Named("486 INVITE").First().Response!.Headers.To!.Tag, branch: "1"));
        await RunAsync(1);
        Assert.That(Network.Named("486 INVITE").Count(), Is.EqualTo(2), "the ACK stops the repetition");
        Assert.That((await AskBobAsync(Raw("INVITE", branch: "1", callId: "another"))).Single().StatusCode, Is.EqualTo(486));
        Assert.That(BobHandler.Invites, Has.Count.EqualTo(2));
    }

    [TestCase("From")]
    [TestCase("To")]
    [TestCase("Call-ID")]
    [TestCase("CSeq")]
    [Category("SIPG-011")]
    public async Task A_missing_header_gets_400_and_an_ACK_nothing(string name)
    {
        SipRequest request = Raw("OPTIONS");
        request.Headers.Remove(name);
        Assert.That((await AskBobAsync(request)).Single().StatusCode, Is.EqualTo(400));
        SipRequest ack = Raw("ACK");
        ack.Headers.Remove(name);
        Assert.That(await AskBobAsync(ack), Is.Empty);
    }

    [Test]
    [Category("DLG-028")]
    public async Task A_second_INVITE_before_the_first_is_answered_gets_500_with_Retry_After()
    {
        BobHandler.InviteReceived = static invite => invite.Ring();
        SipResponse ringing = (await AskBobAsync(Raw("INVITE"))).Single();
        SipResponse second = (await AskBobAsync(Raw("INVITE", ringing.Headers.To!.Tag, "z9hG4bK2", number: 2))).Single();
        Assert.That(second.StatusCode, Is.EqualTo(500));
        Assert.That(second.Headers.RetryAfter, Is.InRange(0, 10));
    }
}
