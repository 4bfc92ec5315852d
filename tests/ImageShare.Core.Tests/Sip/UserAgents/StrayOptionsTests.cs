using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Settings;

namespace ImageShare.Core.Tests.Sip.UserAgents;

[TestFixture]
internal sealed class StrayOptionsTests : AgentTest
{
    [Test]
    public async Task An_OPTIONS_with_a_stray_To_tag_is_answered_where_that_is_wished()
    {
        SipResponse response = (await AskBobAsync(Raw("OPTIONS", "stray"))).Single();
        Assert.That((response.StatusCode, response.Headers.To!.Tag), Is.EqualTo((200, "stray")));
    }

    protected override SipUserAgentOptions BobOptions(SipUserAgentOptions options) => options with { AnswerStrayOptions = true };
}
