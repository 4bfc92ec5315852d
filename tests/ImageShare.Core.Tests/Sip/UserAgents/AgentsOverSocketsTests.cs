using ImageShare.Core.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Sip.UserAgents.Settings;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sip.UserAgents;

/// <summary>The whole way down to real sockets, on the loopback interface.</summary>
[TestFixture]
internal sealed class AgentsOverSocketsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [TestCase(10)]
    [TestCase(2000)]
    [Category("SIPT-001")]
    [Category("SIPT-003")]
    public async Task A_query_and_a_call(int size)
    {
        SystemNetwork network = SystemNetwork.Instance;
        await using SipTransport aliceTransport = SipTransport.Create(network);
        await using SipTransport bobTransport = SipTransport.Create(network);
        var handler = new RecordingHandler { InviteReceived = static invite => invite.AcceptAsync("v=0"u8.ToArray(), MediaType.Parse("application/sdp")) };
        await using SipUserAgent alice = Start(aliceTransport, "sip:alice@ims.example", new RecordingHandler());
        await using SipUserAgent bob = Start(bobTransport, "sip:bob@ims.example", handler);
        SipUri target = SipUri.Parse($"sip:bob@{bobTransport.LocalEndPoint}");

        SipResponse options = await alice.SendAsync(new SipRequest(SipMethod.Options, target)).WaitAsync(Patience);
        Assert.That(options.StatusCode, Is.EqualTo(200));

        var invite = new SipRequest(SipMethod.Invite, target) { Body = new byte[size] };
        invite.Headers.Add("Content-Type", "application/sdp");
        InviteOutcome outcome = await alice.Invite(invite).Result.WaitAsync(Patience);
        InviteDialog dialog = ((InviteOutcome.Accepted)outcome).Dialog;
        await dialog.ByeAsync().WaitAsync(Patience);
        DialogEnd end = await handler.Invites.Single().Dialog!.Ended.WaitAsync(Patience);
        Assert.That(end.Reason, Is.EqualTo(DialogEndReason.RemoteBye));
    }

    private static SipUserAgent Start(SipTransport transport, string identity, RecordingHandler handler) =>
        SipUserAgent.Start(transport, new SipUserAgentOptions { Identity = new NameAddress(SipUri.Parse(identity)) }, handler);
}
