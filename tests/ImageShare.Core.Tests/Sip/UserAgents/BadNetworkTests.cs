using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Sip.UserAgents.Settings;

namespace ImageShare.Core.Tests.Sip.UserAgents;

/// <summary>Both sides do whatever they like at any time while messages get lost, doubled and late; in the end nothing may be left.</summary>
[TestFixture]
internal sealed class BadNetworkTests : AgentTest
{
    [Test]
    public async Task Any_order_of_actions_comes_to_one_outcome_on_both_sides_and_leaves_nothing_behind([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        Network.Filter = entry =>
        {
            int dice = random.Next(10);
            if (dice == 9)
            {
                Network.Repeat(entry);
            }

            return dice >= 2;
        };
        OutgoingInvite call = Alice.Invite(NewInvite());
        for (int i = 0; i < 12; i++)
        {
            Act(random.Next(6), call);
            await RunAsync(random.Next(40) / 10.0);
        }

        Network.Filter = static _ => true;
        await RunAsync(95);
        InviteOutcome outcome = await Within(call.Result);
        InviteDialog? alice = (outcome as InviteOutcome.Accepted)?.Dialog;
        InviteDialog? bob = BobHandler.Invites.SingleOrDefault()?.Dialog;
        _ = alice?.ByeAsync();
        _ = bob?.ByeAsync();
        await RunAsync(70);
        await Within(alice?.Ended ?? Task.CompletedTask);
        await Within(bob?.Ended ?? Task.CompletedTask);
        Assert.That(() => Clock.ArmedTimers, Is.Zero.After(30_000, 1));
    }

    protected override SipUserAgentOptions BobOptions(SipUserAgentOptions options) => options with { InviteTimeLimit = TimeSpan.FromSeconds(60) };

    private void Act(int action, OutgoingInvite call)
    {
        IncomingInvite? incoming = BobHandler.Invites.FirstOrDefault();
        switch (action)
        {
            case 0:
                incoming?.Ring();
                break;
            case 1 when incoming is { Dialog: null }:
                incoming.AcceptAsync("v=0"u8.ToArray(), Sdp);
                break;
            case 2:
                incoming?.Reject(486);
                break;
            case 3:
                call.Cancel();
                break;
            case 4 when call.Result is { IsCompletedSuccessfully: true, Result: InviteOutcome.Accepted accepted }:
                accepted.Dialog.ByeAsync();
                break;
            case 5:
                incoming?.Dialog?.ByeAsync();
                break;
        }
    }
}
