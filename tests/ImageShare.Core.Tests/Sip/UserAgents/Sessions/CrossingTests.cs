using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Sip.UserAgents.Settings;

namespace ImageShare.Core.Tests.Sip.UserAgents.Sessions;

/// <summary>Messages of both sides that pass each other on the way.</summary>
[TestFixture]
internal sealed class CrossingTests : AgentTest
{
    [Test]
    [Category("DLG-017")]
    [Category("DLG-018")]
    public async Task Two_BYEs_that_cross_are_both_answered_with_200()
    {
        (InviteDialog alice, InviteDialog bob, _) = await EstablishAsync();
        List<WireEntry> held = [];
        Network.Filter = e => !Held(held, e, "BYE");
        Task one = alice.ByeAsync();
        Task two = bob.ByeAsync();
        await SettleAsync();
        Assert.That(held, Has.Count.EqualTo(2));
        Network.Filter = static _ => true;
        held.ForEach(Network.Repeat);
        await SettleAsync();
        await Within(Task.WhenAll(one, two));
        Assert.Multiple(() =>
        {
            Assert.That(Network.Named("200 BYE").Count(), Is.EqualTo(2));
            Assert.That(Network.Names, Does.Not.Contain("481 BYE"));
            Assert.That(alice.Ended.Result.Reason, Is.EqualTo(DialogEndReason.LocalBye));
            Assert.That(bob.Ended.Result.Reason, Is.EqualTo(DialogEndReason.LocalBye));
        });
    }

    [Test]
    public async Task Once_our_BYE_is_answered_there_is_no_dialog_any_more_and_before_that_it_takes_BYE_only()
    {
        BobHandler.InviteReceived = static invite => invite.AcceptAsync("v=0"u8.ToArray(), Sdp);
        SipResponse ok = (await AskBobAsync(Raw("INVITE"))).Single();
        string tag = ok.Headers.To!.Tag!;
        await AskBobAsync(Raw("ACK", tag, "z9hG4bKack"));
        Task bye = BobHandler.Invites.Single().Dialog!.ByeAsync();
        await SettleAsync();
        Assert.That((await AskBobAsync(Raw("OPTIONS", tag, "z9hG4bK5", number: 5))).Single().StatusCode, Is.EqualTo(481));
        Assert.That((await AskBobAsync(Raw("BYE", tag, "z9hG4bK6", number: 6))).Single().StatusCode, Is.EqualTo(200));
        Network.Inject(SipResponse.CreateFor(Network.Named("BYE").Single(e => e.From.Port == BobPort).Request!, 200), StrangerPort, BobPort);
        await SettleAsync();
        await Within(bye);
        Assert.That((await AskBobAsync(Raw("BYE", tag, "z9hG4bK7", number: 7))).Single().StatusCode, Is.EqualTo(481));
    }

    [Test]
    public async Task An_answer_one_too_many_whose_caller_hangs_up_meanwhile_is_ended_in_good_order()
    {
        Network.Filter = static e => e.To.Port != BobPort;
        OutgoingInvite call = Alice.Invite(NewInvite());
        await SettleAsync();
        SipRequest invite = Network.Named("INVITE").Single().Request!;
        foreach (string tag in (string[])["one", "two"])
        {
            SipResponse ok = SipResponse.CreateFor(invite, 200, toTag: tag);
            ok.Headers.Add("Contact", $"<sip:{tag}@127.0.0.1:{StrangerPort}>");
            Network.Inject(ok, BobPort, AlicePort);
            await SettleAsync();
        }

        Assert.That(Network.Named("ACK").Count(), Is.EqualTo(2));
        Assert.That(Network.Named("BYE").Single().Message.Headers.To!.Tag, Is.EqualTo("two"));
        var bye = new SipRequest(SipMethod.Bye, SipUri.Parse("sip:alice@127.0.0.1:5060"));
        bye.Headers.Add("Via", $"SIP/2.0/UDP 127.0.0.1:{StrangerPort};branch=z9hG4bKcross");
        bye.Headers.Add("From", "<sip:bob@127.0.0.1:5070>;tag=two");
        bye.Headers.Add("To", invite.Headers.From!);
        bye.Headers.Add("Call-ID", invite.Headers.CallId!);
        bye.Headers.Add("CSeq", "1 BYE");
        Network.Inject(bye, StrangerPort, AlicePort);
        await SettleAsync();
        Assert.That(Network.Named("200 BYE").Count(), Is.EqualTo(1));
        foreach (WireEntry entry in Network.Named("BYE").Where(e => e.From.Port == AlicePort))
        {
            Network.Inject(SipResponse.CreateFor(entry.Request!, 200), StrangerPort, AlicePort);
        }

        _ = ((InviteOutcome.Accepted)await Within(call.Result)).Dialog.ByeAsync();
        await RunAsync(40);
    }

    [TestCase(SipProtocol.Tcp)]
    [TestCase(SipProtocol.Udp)]
    [Category("DLG-015")]
    public async Task The_487_waits_until_the_200_of_the_CANCEL_is_on_its_way(SipProtocol protocol)
    {
        BobHandler.InviteReceived = static invite => invite.Ring();
        Network.Inject(Raw("INVITE"), StrangerPort, BobPort, protocol);
        await SettleAsync();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        BobTransport.GateFor = static message => message.Headers.CSeq!.Method == SipMethod.Cancel;
        BobTransport.Gate = gate.Task;
        int before = Network.Log.Count;
        Network.Inject(Raw("CANCEL"), StrangerPort, BobPort, protocol);

        // It is heard of at once; only what goes out has to keep its order. (The agent is not idle: an answer is under way.)
        await WaitForAsync(BobHandler.Invites.Single().Cancelled);
        await Bob.BarrierAsync();
        Assert.That(Network.Log.Skip(before).Count(e => e.From.Port == BobPort), Is.Zero);
        gate.SetResult();
        await SettleAsync();
        Assert.That(Network.Log.Skip(before).Where(e => e.From.Port == BobPort).Select(e => e.Name), Is.EqualTo(new[] { "200 CANCEL", "487 INVITE" }));
        Network.Inject(Raw("ACK"), StrangerPort, BobPort, protocol);
        await SettleAsync();
    }

    [Test]
    [Category("DLG-015")]
    public async Task A_200_for_a_CANCEL_that_cannot_be_sent_does_not_keep_the_487_back()
    {
        BobHandler.InviteReceived = static invite => invite.Ring();
        await AskBobAsync(Raw("INVITE"));
        BobTransport.FailFor = static message => message.Headers.CSeq!.Method == SipMethod.Cancel;
        SipResponse[] answers = await AskBobAsync(Raw("CANCEL"));
        Assert.That(answers.Select(r => r.StatusCode), Is.EqualTo(new[] { 487 }));
        await AskBobAsync(Raw("ACK"));
    }

    protected override SipUserAgentOptions BobOptions(SipUserAgentOptions options) => options with { InviteTimeLimit = TimeSpan.FromMinutes(1) };

    private static bool Held(List<WireEntry> held, WireEntry entry, string name)
    {
        if (entry.Name != name)
        {
            return false;
        }

        held.Add(entry);
        return true;
    }

    private static async Task WaitForAsync(CancellationToken token)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = token.Register(() => cancelled.TrySetResult());
        await Within(cancelled.Task);
    }
}
