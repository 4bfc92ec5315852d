using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Calls;

namespace ImageShare.Core.Tests.Sip.UserAgents;

/// <summary>What still leaves when an agent closes.</summary>
[TestFixture]
internal sealed class ClosingTests : AgentTest
{
    [Test]
    public async Task A_last_answer_leaves_before_the_end()
    {
        var ringing = new TaskCompletionSource();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        BobTransport.GateFor = message =>
        {
            bool isRinging = message is SipResponse { StatusCode: 180 };
            if (isRinging)
            {
                ringing.TrySetResult();
            }

            return isRinging;
        };
        BobTransport.Gate = gate.Task;
        BobHandler.InviteReceived = static invite =>
        {
            invite.Ring();
            invite.Reject(603);
        };
        OutgoingInvite call = Alice.Invite(NewInvite());
        await ringing.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Task ending = Bob.DisposeAsync().AsTask();
        Assert.That(ending.IsCompleted, Is.False, "the answer waits behind the ringing, and the end for both");
        gate.SetResult();
        await ending.WaitAsync(TimeSpan.FromSeconds(30));
        var outcome = await call.Result.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That((outcome as InviteOutcome.Rejected)?.Response.StatusCode, Is.EqualTo(603));
    }

    [Test]
    public async Task What_nobody_takes_holds_the_end_up_for_two_seconds_only()
    {
        var ringing = new TaskCompletionSource();
        BobTransport.Gate = new TaskCompletionSource().Task;
        BobTransport.GateFor = _ =>
        {
            ringing.TrySetResult();
            return true;
        };
        BobHandler.InviteReceived = static invite => invite.Ring();
        Alice.Invite(NewInvite());
        await ringing.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await Alice.BarrierAsync().WaitAsync(TimeSpan.FromSeconds(30));
        await Bob.BarrierAsync().WaitAsync(TimeSpan.FromSeconds(30));
        int timers = Clock.ArmedTimers;
        Task ending = Bob.DisposeAsync().AsTask();
        Assert.That(() => Clock.ArmedTimers, Is.EqualTo(timers + 1).After(30_000, 1));
        Clock.Advance(TimeSpan.FromSeconds(1.9));
        Assert.That(ending.IsCompleted, Is.False);
        Clock.Advance(TimeSpan.FromSeconds(0.1));
        await ending.WaitAsync(TimeSpan.FromSeconds(30));
        BobTransport.Gate = null;
    }
}
