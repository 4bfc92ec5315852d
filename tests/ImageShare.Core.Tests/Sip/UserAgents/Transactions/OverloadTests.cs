using System.Net;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Sip.UserAgents.Requests;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Sip.UserAgents.Settings;
using ImageShare.Core.Sip.UserAgents.Transactions;

namespace ImageShare.Core.Tests.Sip.UserAgents.Transactions;

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

    [Test]
    public async Task A_burst_of_requests_that_are_answered_at_once_is_not_refused()
    {
        const int Burst = 5000;
        for (int i = 0; i < Burst; i++)
        {
            Network.Inject(Raw("OPTIONS", branch: $"z9hG4bKburst{i}", callId: $"burst-{i}"), StrangerPort, BobPort);
        }

        await SettleAsync();
        Assert.That(Network.Named("200 OPTIONS").Count(), Is.EqualTo(Burst));
        Assert.That(Network.Names, Does.Not.Contain("503 OPTIONS"));
        Assert.That(Bob.Load.InWorks, Is.Zero);
        Assert.That(Bob.Memory.Bytes, Is.Positive);

        // Copies still get the same answer, without the application.
        SipResponse first = Network.Named("200 OPTIONS").First().Response!;
        SipResponse again = (await AskBobAsync(Raw("OPTIONS", branch: "z9hG4bKburst0", callId: "burst-0"))).Single();
        Assert.That(again.Headers.To, Is.EqualTo(first.Headers.To));
        Assert.That(BobHandler.Requests, Has.Count.EqualTo(Burst));
        await RunAsync(33);
        Assert.That(Bob.Memory.Bytes, Is.Zero);
    }

    [Test]
    public async Task Calls_that_are_acknowledged_are_no_work_however_many_there_were()
    {
        for (int i = 0; i < 10; i++)
        {
            (InviteDialog alice, _, _) = await EstablishAsync();
            await Within(alice.ByeAsync());
        }

        Assert.That(Bob.Load.InWorks, Is.Zero);
        Assert.That(Network.Names, Does.Not.Contain("503 INVITE"));

        // Their copies are known all the same: no call begins twice.
        Network.Repeat(Network.Named("INVITE").First());
        await SettleAsync();
        Assert.That(BobHandler.Invites, Has.Count.EqualTo(10));
        await RunAsync(33);
        Assert.That((Bob.Memory.Bytes, Alice.Memory.Bytes), Is.EqualTo((0, 0)));
    }

    [Test]
    [Category("SEC-001")]
    public void The_requests_of_one_source_leave_room_for_those_of_another()
    {
        IPAddress flooding = IPAddress.Parse("192.0.2.1"), other = IPAddress.Parse("192.0.2.2");
        var load = new ServerLoad(most: 4, mostPerSource: 3);
        for (int i = 0; i < 3; i++)
        {
            Assert.That(load.HasRoomFor(flooding), Is.True);
            load.Begin(flooding);
        }

        Assert.That((load.HasRoomFor(flooding), load.HasRoomFor(other)), Is.EqualTo((false, true)));
        load.Begin(other);
        Assert.That(load.HasRoomFor(other), Is.False, "the bound for all");
        load.EndWork(flooding);
        Assert.That((load.HasRoomFor(flooding), load.HasRoomFor(other)), Is.EqualTo((true, true)));
    }

    [Test]
    [Category("SEC-001")]
    public async Task What_is_kept_for_copies_is_bounded_and_the_oldest_is_forgotten_first()
    {
        byte[] body = new byte[60_000];
        BobHandler.RequestReceived = request => AnswerAtLength(request, body);
        await AskAtLengthAsync(0, 1000);
        Assert.That(Bob.Memory.Bytes, Is.LessThanOrEqualTo(AgentMemory.MaxBytes).And.GreaterThan(AgentMemory.MaxBytes / 2));
        Assert.That(Network.Named("200 OPTIONS").Count(), Is.EqualTo(1000));
        await AskBobAsync(Raw("OPTIONS", branch: "z9hG4bKlarge999", callId: "large-999"));
        Assert.That(BobHandler.Requests, Has.Count.EqualTo(1000), "a copy of the last");
        await AskBobAsync(Raw("OPTIONS", branch: "z9hG4bKlarge0", callId: "large-0"));
        Assert.That(BobHandler.Requests, Has.Count.EqualTo(1001), "the first is forgotten");
        await RunAsync(33);
        Assert.That(Bob.Memory.Bytes, Is.Zero);
    }

    [Test]
    [Category("SEC-001")]
    public async Task What_is_kept_for_a_short_time_is_not_forgotten_before_what_is_older()
    {
        byte[] body = new byte[60_000];
        BobHandler.RequestReceived = request => AnswerAtLength(request, body);
        BobHandler.InviteReceived = static invite => invite.Reject(486);
        await AskAtLengthAsync(0, 600);
        SipResponse refusal = (await AskBobAsync(Raw("INVITE"))).Single();
        await AskBobAsync(Raw("ACK", toTag: refusal.Headers.To!.Tag));
        await AskAtLengthAsync(600, 3);
        Assert.That(Bob.Memory.Bytes, Is.GreaterThan(AgentMemory.MaxBytes - 200_000), "it is full");
        await AskBobAsync(Raw("INVITE"));
        Assert.That(BobHandler.Invites, Has.Count.EqualTo(1), "a copy, and no second call");
        await RunAsync(33);
        Assert.That(Bob.Memory.Bytes, Is.Zero);
    }

    private async Task AskAtLengthAsync(int first, int count)
    {
        for (int i = first; i < first + count; i++)
        {
            Network.Inject(Raw("OPTIONS", branch: $"z9hG4bKlarge{i}", callId: $"large-{i}"), StrangerPort, BobPort);
        }

        await SettleAsync();
    }

    private static void AnswerAtLength(IncomingRequest request, byte[] body)
    {
        SipResponse response = request.CreateResponse(200);
        response.Headers.Add("Content-Type", "application/octet-stream");
        response.Body = body;
        request.Respond(response);
    }

    protected override SipUserAgentOptions BobOptions(SipUserAgentOptions options) => options with { MaxServerTransactions = 2, MaxQueuedMessages = 10_000 };
}
