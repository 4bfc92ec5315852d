using System.Text;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Sip.UserAgents.Settings;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sip.UserAgents;

/// <summary>Two agents, alice on port 5060 and bob on port 5070, with a clock that only the test moves.</summary>
internal abstract class AgentTest
{
    protected const int AlicePort = 5060;
    protected const int BobPort = 5070;
    protected const int StrangerPort = 5099;
    protected static readonly MediaType Sdp = MediaType.Parse("application/sdp");
    protected static readonly SipUri BobUri = SipUri.Parse("sip:bob@127.0.0.1:5070");

    protected ManualTimeProvider Clock { get; private set; } = null!;

    protected FakeNetwork Network { get; private set; } = null!;

    protected FakeTransport AliceTransport { get; private set; } = null!;

    protected FakeTransport BobTransport { get; private set; } = null!;

    protected RecordingHandler AliceHandler { get; private set; } = null!;

    protected RecordingHandler BobHandler { get; private set; } = null!;

    protected SipUserAgent Alice { get; private set; } = null!;

    protected SipUserAgent Bob { get; private set; } = null!;

    [SetUp]
    public void StartAgents()
    {
        Clock = new ManualTimeProvider();
        Network = new FakeNetwork(Clock);
        AliceTransport = Network.CreateTransport(AlicePort);
        BobTransport = Network.CreateTransport(BobPort);
        AliceHandler = new RecordingHandler();
        BobHandler = new RecordingHandler();
        Alice = SipUserAgent.Start(AliceTransport, AliceOptions(Options("sip:alice@ims.example")), AliceHandler);
        Bob = SipUserAgent.Start(BobTransport, BobOptions(Options("sip:bob@ims.example")), BobHandler);
    }

    [TearDown]
    public async Task Nothing_is_left_behind()
    {
        await Alice.DisposeAsync();
        await Bob.DisposeAsync();
        await AliceTransport.DisposeAsync();
        await BobTransport.DisposeAsync();
        Assert.That(() => Clock.ArmedTimers, Is.Zero.After(30_000, 1), "timers left behind");
    }

    protected virtual SipUserAgentOptions AliceOptions(SipUserAgentOptions options) => options;

    protected virtual SipUserAgentOptions BobOptions(SipUserAgentOptions options) => options;

    /// <summary>Waits until neither agent has anything left to do now.</summary>
    protected async Task SettleAsync()
    {
        long before = -1;
        while (true)
        {
            long now = await Alice.IdleAsync().WaitAsync(TimeSpan.FromSeconds(30)) + await Bob.IdleAsync().WaitAsync(TimeSpan.FromSeconds(30));
            if (now == before)
            {
                return;
            }

            before = now;
        }
    }

    /// <summary>Lets time pass in small steps, so that every timer fires at its own instant and what it does is done.</summary>
    protected async Task RunAsync(double seconds)
    {
        await SettleAsync();
        TimeSpan end = Clock.Elapsed + TimeSpan.FromSeconds(seconds);
        while (Clock.Elapsed < end)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(100));
            await SettleAsync();
        }
    }

    protected static SipRequest NewInvite(string body = "v=0\r\n")
    {
        var invite = new SipRequest(SipMethod.Invite, BobUri) { Body = Encoding.UTF8.GetBytes(body) };
        invite.Headers.Add(SipHeaderNames.ContentType, "application/sdp");
        return invite;
    }

    /// <summary>A request of a stranger, written header by header.</summary>
    protected static SipRequest Raw(string method, string? toTag = null, string branch = "z9hG4bKstranger1", string callId = "call-1", uint number = 1)
    {
        var request = new SipRequest(new SipMethod(method), BobUri);
        request.Headers.Add(SipHeaderNames.Via, $"SIP/2.0/UDP 127.0.0.1:{StrangerPort};branch={branch}");
        request.Headers.Add(SipHeaderNames.MaxForwards, "70");
        request.Headers.Add(SipHeaderNames.From, "<sip:stranger@ims.example>;tag=strange");
        request.Headers.Add(SipHeaderNames.To, toTag is null ? "<sip:bob@ims.example>" : $"<sip:bob@ims.example>;tag={toTag}");
        request.Headers.Add(SipHeaderNames.CallId, callId);
        request.Headers.Add(SipHeaderNames.CSeq, $"{number} {method}");
        request.Headers.Add(SipHeaderNames.Contact, $"<sip:stranger@127.0.0.1:{StrangerPort}>");
        if (method == "INVITE" && toTag is null)
        {
            request.Headers.Add(SipHeaderNames.ContentType, "application/sdp");
            request.Body = "v=0\r\no=stranger\r\n"u8.ToArray();
        }

        return request;
    }

    /// <summary>The same INVITE, which asks for an offer instead of bringing one.</summary>
    protected static SipRequest WithoutOffer(SipRequest invite)
    {
        invite.Headers.Remove(SipHeaderNames.ContentType);
        invite.Body = default;
        return invite;
    }

    /// <summary>Sends a stranger's request to bob and returns what bob answered to it so far.</summary>
    protected async Task<SipResponse[]> AskBobAsync(SipRequest request)
    {
        int before = Network.Log.Count;
        Network.Inject(request, StrangerPort, BobPort);
        await SettleAsync();
        return [.. Network.Log.Skip(before).Where(e => e.To.Port == StrangerPort).Select(e => e.Response).OfType<SipResponse>()];
    }

    /// <summary>Alice calls, bob accepts.</summary>
    protected async Task<(InviteDialog Alice, InviteDialog Bob, OutgoingInvite Call)> EstablishAsync()
    {
        Task<InviteDialog>? accepted = null;
        BobHandler.InviteReceived = invite => accepted = invite.AcceptAsync("v=0\r\n"u8.ToArray(), Sdp);
        OutgoingInvite call = Alice.Invite(NewInvite());
        await SettleAsync();
        var outcome = (InviteOutcome.Accepted)await Within(call.Result);
        return (outcome.Dialog, await Within(accepted!), call);
    }

    protected static Task<T> Within<T>(Task<T> task) => task.WaitAsync(TimeSpan.FromSeconds(30));

    protected static Task Within(Task task) => task.WaitAsync(TimeSpan.FromSeconds(30));

    private SipUserAgentOptions Options(string identity) => new()
    {
        Identity = new NameAddress(SipUri.Parse(identity)),
        TimeProvider = Clock,
        UserAgent = "test",
    };
}
