using ImageShare.Core.Sip.UserAgents.Settings;

namespace ImageShare.Core.Tests.Sip.UserAgents;

[TestFixture]
internal sealed class FloodTests : AgentTest
{
    [Test]
    public async Task A_flood_of_calls_is_held_at_the_limit_and_passes_without_a_trace()
    {
        for (int i = 0; i < 3000; i++)
        {
            Network.Inject(Raw("INVITE", branch: $"z9hG4bK{i}", callId: $"call-{i}"), StrangerPort, BobPort);
        }

        await SettleAsync();
        Assert.That(BobHandler.Invites, Has.Count.EqualTo(100));
        Assert.That(Network.Named("503 INVITE").Count(), Is.EqualTo(2900));
        await RunAsync(93);
        Assert.That(() => Clock.ArmedTimers, Is.Zero.After(30_000, 1));
        BobHandler.InviteReceived = static invite => invite.Reject(486);
        Assert.That((await AskBobAsync(Raw("INVITE", branch: "z9hG4bKlast", callId: "last"))).Single().StatusCode, Is.EqualTo(486));
    }

    protected override SipUserAgentOptions BobOptions(SipUserAgentOptions options) =>
        options with { MaxServerTransactions = 100, MaxServerTransactionsPerSource = 100, InviteTimeLimit = TimeSpan.FromSeconds(60) };
}
