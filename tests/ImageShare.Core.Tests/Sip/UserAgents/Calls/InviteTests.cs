using System.Text;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sip.UserAgents.Calls;

[TestFixture]
internal sealed class InviteTests : AgentTest
{
    [Test]
    [Category("DLG-001")]
    [Category("DLG-002")]
    [Category("DLG-010")]
    public async Task A_call_rings_is_accepted_acknowledged_and_ended_by_the_caller()
    {
        var heard = new List<int>();
        OutgoingInvite call = Alice.Invite(NewInvite(), new InviteSettings
        {
            Provisional = response => heard.Add(response.StatusCode),
            ContactParameters = new ParameterList(new Parameter("+g.3gpp.iari-ref", "x", IsQuoted: true)),
        });
        await SettleAsync();
        IncomingInvite invite = BobHandler.Invites.Single();
        invite.Ring();
        await RunAsync(2);
        Task<InviteDialog> accepted = invite.AcceptAsync("answer"u8.ToArray(), Sdp, new ParameterList(new Parameter("+tag")));
        Assert.That(invite.Dialog, Is.Not.Null);
        await SettleAsync();
        InviteDialog bob = await Within(accepted);
        var outcome = (InviteOutcome.Accepted)await Within(call.Result);
        Task bye = outcome.Dialog.ByeAsync();
        await SettleAsync();
        await Within(bye);
        DialogEnd bobEnd = await Within(bob.Ended);
        SipRequest sent = Network.Named("INVITE").Single().Request!;
        SipResponse ok = Network.Named("200 INVITE").Single().Response!;
        SipRequest ack = Network.Named("ACK").Single().Request!;
        SipRequest byeSent = Network.Named("BYE").Single().Request!;
        Assert.Multiple(() =>
        {
            Assert.That(Network.Names, Is.EqualTo(new[] { "INVITE", "180 INVITE", "200 INVITE", "ACK", "BYE", "200 BYE" }));
            Assert.That(heard, Is.EqualTo(new[] { 180 }));
            Assert.That(sent.Headers.GetString("Contact"), Is.EqualTo("<sip:alice@127.0.0.1:5060>;+g.3gpp.iari-ref=\"x\""));
            Assert.That(Encoding.UTF8.GetString(outcome.Response.Body.Span), Is.EqualTo("answer"));
            Assert.That(ok.Headers.GetString("Contact"), Is.EqualTo("<sip:bob@127.0.0.1:5070>;+tag"));
            Assert.That(ok.Headers.Vias, Is.EqualTo(sent.Headers.Vias));
            Assert.That(ok.Headers.From, Is.EqualTo(sent.Headers.From));
            Assert.That(ok.Headers.CallId, Is.EqualTo(sent.Headers.CallId));
            Assert.That(ok.Headers.CSeq, Is.EqualTo(sent.Headers.CSeq));
            Assert.That(ok.Headers.To!.Tag, Is.EqualTo(Network.Named("180 INVITE").Single().Response!.Headers.To!.Tag).And.Not.Null);
            Assert.That(ack.RequestUri.ToString(), Is.EqualTo("sip:bob@127.0.0.1:5070"));
            Assert.That(ack.Headers.TopVia!.Branch, Is.Not.EqualTo(sent.Headers.TopVia!.Branch));
            Assert.That(ack.Headers.CSeq!.ToString(), Is.EqualTo("1 ACK"));
            Assert.That(ack.Headers.To, Is.EqualTo(ok.Headers.To));
            Assert.That(byeSent.Headers.CSeq!.ToString(), Is.EqualTo("2 BYE"));
            Assert.That(outcome.Dialog.Id, Is.EqualTo(new DialogId(sent.Headers.CallId!, sent.Headers.From!.Tag, ok.Headers.To.Tag)));
            Assert.That(bob.Id, Is.EqualTo(new DialogId(sent.Headers.CallId!, ok.Headers.To.Tag, sent.Headers.From.Tag)));
            Assert.That(bobEnd.Reason, Is.EqualTo(DialogEndReason.RemoteBye));
            Assert.That(outcome.Dialog.Ended.Result.Reason, Is.EqualTo(DialogEndReason.LocalBye));
        });
    }

    [Test]
    [Category("DLG-016")]
    [Category("DLG-018")]
    public async Task The_callee_may_end_the_call_too()
    {
        (InviteDialog alice, InviteDialog bob, _) = await EstablishAsync();
        Task bye = bob.ByeAsync();
        await SettleAsync();
        await Within(bye);
        await Within(bob.ByeAsync());
        DialogEnd end = await Within(alice.Ended);
        WireEntry sent = Network.Named("BYE").Single();
        Assert.Multiple(() =>
        {
            Assert.That(end.Reason, Is.EqualTo(DialogEndReason.RemoteBye));
            Assert.That(end.Bye!.Headers.CSeq!.Number, Is.EqualTo(1));
            Assert.That(sent.From.Port, Is.EqualTo(BobPort));
            Assert.That(sent.Request!.RequestUri.ToString(), Is.EqualTo("sip:alice@127.0.0.1:5060"));
        });
    }

    [Test]
    [Category("TXN-005")]
    [Category("TXN-013")]
    public async Task A_refusal_is_acknowledged_field_by_field_as_its_INVITE()
    {
        BobHandler.InviteReceived = static invite => invite.Reject(603, edit: static response => response.Headers.Add("Warning", "399 x \"no\""));
        OutgoingInvite call = Alice.Invite(NewInvite());
        await SettleAsync();
        var outcome = (InviteOutcome.Rejected)await Within(call.Result);
        await RunAsync(40);
        SipRequest invite = Network.Named("INVITE").Single().Request!;
        SipRequest ack = Network.Named("ACK").Single().Request!;
        SipResponse decline = Network.Named("603 INVITE").Single().Response!;
        Assert.Multiple(() =>
        {
            Assert.That(outcome.Response.StatusCode, Is.EqualTo(603));
            Assert.That(outcome.Response.Headers.Contains("Warning"));
            Assert.That(Network.Names, Is.EqualTo(new[] { "INVITE", "603 INVITE", "ACK" }));
            Assert.That(ack.RequestUri, Is.EqualTo(invite.RequestUri));
            Assert.That(ack.Headers.Vias, Is.EqualTo(new[] { invite.Headers.TopVia }));
            Assert.That(ack.Headers.From, Is.EqualTo(invite.Headers.From));
            Assert.That(ack.Headers.To, Is.EqualTo(decline.Headers.To));
            Assert.That(ack.Headers.To!.Tag, Is.Not.Null);
            Assert.That(ack.Headers.CallId, Is.EqualTo(invite.Headers.CallId));
            Assert.That(ack.Headers.CSeq, Is.EqualTo(new CSeq(invite.Headers.CSeq!.Number, SipMethod.Ack)));
            Assert.That(ack.Headers.Routes, Is.EqualTo(invite.Headers.Routes));
            Assert.That(() => Clock.ArmedTimers, Is.Zero.After(30_000, 1));
        });
    }

    [Test]
    [Category("DLG-011")]
    public async Task Without_the_ACK_the_answer_is_repeated_and_then_the_call_ended()
    {
        Network.Filter = static e => e.Name != "ACK";
        Task<InviteDialog>? accepted = null;
        BobHandler.InviteReceived = invite => accepted = invite.AcceptAsync("v=0"u8.ToArray(), Sdp);
        OutgoingInvite call = Alice.Invite(NewInvite());
        await RunAsync(33);
        double[] times = Network.TimesOf("200 INVITE");
        Assert.Multiple(() =>
        {
            Assert.That(times, Is.EqualTo(new[] { 0, .5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5 }));
            Assert.That(Network.TimesOf("ACK"), Is.EqualTo(times), "each copy is acknowledged");
            Assert.That(Network.TimesOf("BYE"), Is.EqualTo(new[] { 32.0 }));
            Assert.That(() => Within(accepted!), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.NoAnswer));
        });
        var outcome = (InviteOutcome.Accepted)await Within(call.Result);
        Assert.That((await Within(outcome.Dialog.Ended)).Reason, Is.EqualTo(DialogEndReason.RemoteBye));
        Assert.That((await Within(BobHandler.Invites.Single().Dialog!.Ended)).Reason, Is.EqualTo(DialogEndReason.NoAck));
    }

    [Test]
    [Category("DLG-010")]
    public async Task A_copy_of_the_answer_is_acknowledged_with_the_same_ACK()
    {
        int lost = 1;
        Network.Filter = e => e.Name != "ACK" || lost-- <= 0;
        await EstablishLateAsync(2);
        WireEntry[] acks = [.. Network.Named("ACK")];
        Assert.That(acks, Has.Length.EqualTo(2));
        Assert.That(acks[0].Message.ToArray(), Is.EqualTo(acks[1].Message.ToArray()));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(5)]
    [Category("TXN-002")]
    [Category("TXN-012")]
    [Category("TXN-014")]
    public async Task A_call_gets_through_a_network_that_loses_and_doubles_messages(int seed)
    {
        var random = new Random(seed);
        Network.Filter = entry =>
        {
            int dice = random.Next(10);
            if (dice == 9)
            {
                Network.Repeat(entry);
            }

            return dice >= 3;
        };
        (InviteDialog alice, InviteDialog bob) = await EstablishLateAsync(30);
        Assert.That(BobHandler.Invites, Has.Count.EqualTo(1));
        Task bye = alice.ByeAsync();
        await RunAsync(33);
        await Within(bye);
        Assert.That((await Within(bob.Ended)).Reason, Is.EqualTo(DialogEndReason.RemoteBye));
    }

    [Test]
    [Category("TXN-003")]
    public async Task Nobody_there_is_NoAnswer_after_32_seconds_and_a_late_answer_is_ended()
    {
        Network.Filter = static _ => false;
        OutgoingInvite call = Alice.Invite(NewInvite());
        await RunAsync(31.9);
        Assert.That(call.Result.IsCompleted, Is.False);
        await RunAsync(.2);
        Assert.That(((InviteOutcome.Failed)await Within(call.Result)).Error.Error, Is.EqualTo(ImageShareError.NoAnswer));
        Assert.That(Network.TimesOf("INVITE"), Is.EqualTo(new[] { 0, .5, 1.5, 3.5, 7.5, 15.5, 31.5 }));

        Network.Filter = static _ => true;
        SipResponse late = Answer(Network.Named("INVITE").First().Request!, "late");
        Network.Inject(late, BobPort, AlicePort);
        await SettleAsync();
        Assert.That(Network.Names.TakeLast(3), Is.EqualTo(new[] { "200 INVITE", "ACK", "BYE" }));
    }

    [Test]
    [Category("TXN-007")]
    public async Task A_second_answer_of_a_fork_is_acknowledged_and_ended_and_the_first_lives()
    {
        (InviteDialog alice, _, OutgoingInvite call) = await EstablishAsync();
        SipRequest invite = Network.Named("INVITE").First().Request!;
        Network.Inject(Answer(invite, "fork"), StrangerPort, AlicePort);
        await SettleAsync();
        WireEntry[] toStranger = [.. Network.Log.Where(e => e.To.Port == StrangerPort)];
        Network.Inject(Answer(invite, "fork"), StrangerPort, AlicePort);
        await SettleAsync();
        Assert.Multiple(() =>
        {
            Assert.That(toStranger.Select(e => e.Name), Is.EqualTo(new[] { "ACK", "BYE" }));
            Assert.That(toStranger.Select(e => e.Message.Headers.To!.Tag), Is.All.EqualTo("fork"));
            Assert.That(Network.Log.Count(e => e.To.Port == StrangerPort && e.Name == "ACK"), Is.EqualTo(2));
            Assert.That(Network.Log.Count(e => e.To.Port == StrangerPort && e.Name == "BYE"), Is.EqualTo(1));
            Assert.That(alice.Ended.IsCompleted, Is.False);
            Assert.That(call.Result.Result, Is.TypeOf<InviteOutcome.Accepted>());
        });
    }

    [Test]
    [Category("SIPT-002")]
    public async Task A_large_INVITE_goes_over_TCP_and_the_dialog_stays_there()
    {
        BobHandler.InviteReceived = static invite => invite.AcceptAsync("v=0"u8.ToArray(), Sdp);
        OutgoingInvite call = Alice.Invite(NewInvite(new string('x', 1400)));
        await SettleAsync();
        var outcome = (InviteOutcome.Accepted)await Within(call.Result);
        WireEntry invite = Network.Named("INVITE").Single();
        Assert.Multiple(() =>
        {
            Assert.That(invite.Protocol, Is.EqualTo(SipProtocol.Tcp));
            Assert.That(invite.Message.Headers.TopVia!.Transport, Is.EqualTo("TCP"));
            Assert.That(invite.Message.Headers.GetString("Contact"), Is.EqualTo("<sip:alice@127.0.0.1:5060;transport=tcp>"));
            Assert.That(outcome.Dialog.RemoteTarget.TransportParameter, Is.EqualTo("tcp"));
            Assert.That(Network.Named("ACK").Single().Protocol, Is.EqualTo(SipProtocol.Tcp));
        });
    }

    [Test]
    [Category("DLG-018")]
    public async Task A_BYE_in_the_early_dialog_ends_it_with_487()
    {
        BobHandler.InviteReceived = static invite => invite.Ring();
        SipResponse ringing = (await AskBobAsync(Raw("INVITE"))).Single();
        SipResponse[] answers = await AskBobAsync(Raw("BYE", ringing.Headers.To!.Tag, "z9hG4bKbye", number: 2));
        Assert.That(answers.Select(r => $"{r.StatusCode} {r.Headers.CSeq!.Method}"), Is.EqualTo(new[] { "200 BYE", "487 INVITE" }));
        Assert.That(BobHandler.Invites.Single().Cancelled.IsCancellationRequested);
    }

    [Test]
    [Category("DLG-024")]
    [Category("TXN-004")]
    [Category("TXN-017")]
    public async Task Ringing_goes_on_for_minutes_and_is_repeated_each_minute()
    {
        OutgoingInvite call = Alice.Invite(NewInvite());
        await RunAsync(.5);
        Assert.That(Network.TimesOf("100 INVITE"), Is.EqualTo(new[] { .2 }));
        BobHandler.Invites.Single().Ring();
        await RunAsync(180);
        Assert.That(Network.TimesOf("180 INVITE"), Is.EqualTo(new[] { .5, 60.5, 120.5, 180.5 }));
        Assert.That(call.Result.IsCompleted, Is.False);
    }

    [TestCase(null, 300)]
    [TestCase("20", 20)]
    [TestCase("4294967295", 300)]
    public async Task A_call_nobody_answers_ends_with_487_when_its_time_is_over(string? expires, int seconds)
    {
        SipRequest invite = NewInvite();
        if (expires is not null)
        {
            invite.Headers.Add("Expires", expires);
        }

        BobHandler.InviteReceived = static incoming => incoming.Ring();
        OutgoingInvite call = Alice.Invite(invite);
        await RunAsync(seconds - .1);
        Assert.That(call.Result.IsCompleted, Is.False);
        await RunAsync(.2);
        Assert.That(((InviteOutcome.Rejected)await Within(call.Result)).Response.StatusCode, Is.EqualTo(487));
        Assert.That(BobHandler.Invites.Single().Cancelled.IsCancellationRequested);
    }

    [TestCase(199, 650)]
    [TestCase(183, 499)]
    [TestCase(155, 399)]
    [Category("DLG-030")]
    public async Task Unknown_statuses_count_as_their_class(int provisional, int final)
    {
        Network.Filter = static e => e.From.Port != BobPort;
        var heard = new List<int>();
        OutgoingInvite call = Alice.Invite(NewInvite(), new InviteSettings { Provisional = response => heard.Add(response.StatusCode) });
        await SettleAsync();
        Network.Filter = static _ => true;
        SipRequest invite = Network.Named("INVITE").First().Request!;
        Network.Inject(SipResponse.CreateFor(invite, provisional, toTag: "x"), BobPort, AlicePort);
        await RunAsync(40);
        Assert.That(Network.Named("INVITE").Count(), Is.EqualTo(1), "a provisional stops the repetition");
        Network.Inject(SipResponse.CreateFor(invite, final, toTag: "x"), BobPort, AlicePort);
        await SettleAsync();
        Assert.That(heard.First(), Is.EqualTo(provisional));
        Assert.That(((InviteOutcome.Rejected)await Within(call.Result)).Response.StatusCode, Is.EqualTo(final));
        Assert.That(Network.Named("ACK").Count(), Is.EqualTo(1));
    }

    [Test]
    [Category("TXN-016")]
    public async Task A_call_that_cannot_be_sent_is_PeerUnreachable()
    {
        AliceTransport.SendError = new ImageShareException(ImageShareError.PeerUnreachable, "refused");
        OutgoingInvite call = Alice.Invite(NewInvite());
        await SettleAsync();
        Assert.That(((InviteOutcome.Failed)await Within(call.Result)).Error.Error, Is.EqualTo(ImageShareError.PeerUnreachable));
        Assert.That(() => Clock.ArmedTimers, Is.Zero.After(30_000, 1));
    }

    [Test]
    public async Task A_caller_who_cannot_be_reached_any_more_is_reported_as_gone()
    {
        OutgoingInvite call = Alice.Invite(NewInvite());
        await SettleAsync();
        BobTransport.SendError = new ImageShareException(ImageShareError.PeerUnreachable, "gone");
        BobHandler.Invites.Single().Ring();
        await SettleAsync();
        Assert.That(BobHandler.Invites.Single().Cancelled.IsCancellationRequested);
        BobTransport.SendError = null;
        await RunAsync(1);
        Assert.That(((InviteOutcome.Rejected)await Within(call.Result)).Response.StatusCode, Is.EqualTo(500));
    }

    [Test]
    public async Task Closing_the_agent_ends_what_others_wait_for()
    {
        (InviteDialog alice, InviteDialog bob, _) = await EstablishAsync();
        await Alice.DisposeAsync();
        await Bob.DisposeAsync();
        Assert.That((await Within(alice.Ended)).Reason, Is.EqualTo(DialogEndReason.Failed));
        Assert.That((await Within(bob.Ended)).Reason, Is.EqualTo(DialogEndReason.Failed));
        await Within(alice.ByeAsync());
        Assert.That(() => alice.SendAsync(SipMethod.Options), Throws.TypeOf<ImageShareException>());
    }

    private static SipResponse Answer(SipRequest invite, string tag)
    {
        SipResponse response = SipResponse.CreateFor(invite, 200, toTag: tag);
        response.Headers.Add("Contact", $"<sip:fork@127.0.0.1:{StrangerPort}>");
        return response;
    }

    private async Task<(InviteDialog Alice, InviteDialog Bob)> EstablishLateAsync(double seconds)
    {
        Task<InviteDialog>? accepted = null;
        BobHandler.InviteReceived = invite => accepted = invite.AcceptAsync("v=0\r\n"u8.ToArray(), Sdp);
        OutgoingInvite call = Alice.Invite(NewInvite());
        await RunAsync(seconds);
        var outcome = (InviteOutcome.Accepted)await Within(call.Result);
        return (outcome.Dialog, await Within(accepted!));
    }
}
