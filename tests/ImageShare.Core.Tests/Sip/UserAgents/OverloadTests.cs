using ImageShare.Core.Sip;
using ImageShare.Core.Sip.UserAgents;

namespace ImageShare.Core.Tests.Sip.UserAgents;

[TestFixture]
internal sealed class OverloadTests : AgentTest
{
    [Test]
    public async Task Beyond_the_limit_new_requests_get_503_and_what_is_known_goes_on()
    {
        BobHandler.InviteReceived = static invite => invite.Ring();
        await AskBobAsync(Raw("INVITE"));
        await AskBobAsync(Raw("INVITE", branch: "z9hG4bK2", callId: "call-2"));
        SipResponse refused = (await AskBobAsync(Raw("INVITE", branch: "z9hG4bK3", callId: "call-3"))).Single();
        Assert.That((refused.StatusCode, refused.Headers.RetryAfter), Is.EqualTo((503, 10)));
        SipResponse[] cancelled = await AskBobAsync(Raw("CANCEL"));
        Assert.That(cancelled.Select(r => r.StatusCode), Is.EqualTo(new[] { 200, 487 }));
        Assert.That(BobHandler.Invites, Has.Count.EqualTo(2));
    }

    protected override SipUserAgentOptions BobOptions(SipUserAgentOptions options) => options with { MaxServerTransactions = 2 };
}
