using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Sip.UserAgents.Settings;
using ImageShare.Core.Tests.Net;
using ImageShare.Core.Tests.Sip.UserAgents;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Interop;

/// <summary>kamailio as registrar: calls find who has registered, by digest, and not a fixed address.</summary>
[TestFixture]
[Category("Interop")]
public sealed class KamailioRegistrarTests
{
    private const string Password = "open sesame";

    [Test]
    [Category("AUTH-001")]
    public async Task A_share_reaches_a_listener_where_it_has_registered()
    {
        Tool.Kamailio.Require();
        int port = LoopbackPorts.Free();
        SipUri route = SipUri.Parse($"sip:127.0.0.1:{port};lr");
        await using SharePair pair = await SharePair.StartAsync(SystemNetwork.Instance, o => o with { Route = [route] }, o => o with { Route = [route] });
        await using Kamailio proxy = await Kamailio.StartAsync(port, (pair.Alice.Address.Port!.Value, "udp"), (9, "udp"), Password, isRegistrar: true);

        await using (ImageShareSession early = await pair.Alice.ShareAsync(SipUri.Parse("sip:bob@ims.example"), SharePair.Image(TestImage.Png(500)), new ShareSettings { QueryFirst = false }))
        {
            ImageShareResult nobody = await early.Completion.WaitAsync(ChildProcess.Patience);
            Assert.That((nobody.Error, nobody.SipStatus), Is.EqualTo((ImageShareError.NoAnswer, 480)), () => $"{nobody.Message}\n{proxy.Log}");
        }

        await using SipTransport transport = SipTransport.Create(SystemNetwork.Instance);
        await using SipUserAgent agent = Start(transport, route, new RecordingHandler());
        SipResponse registered = await RegisterAsync(agent, pair.Bob.Address);
        Assert.That(registered.StatusCode, Is.EqualTo(200), proxy.Log);
        Assert.That(proxy.Log, Does.Contain("CHALLENGE REGISTER"));

        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(SipUri.Parse("sip:bob@ims.example"), SharePair.Image(TestImage.Png(50_000)));
        Task<ImageShareInvitation> invited = pair.NextInvitationAsync();
        Assert.That(await Task.WhenAny(invited, outgoing.Completion).WaitAsync(ChildProcess.Patience), Is.SameAs(invited), () => proxy.Log);
        await using ImageShareSession incoming = await (await invited).AcceptAsync(pair.Store);
        ImageShareResult received = await incoming.Completion.WaitAsync(ChildProcess.Patience);
        ImageShareResult sent = await outgoing.Completion.WaitAsync(ChildProcess.Patience);
        Assert.That((sent.IsCompleted, received.IsVerified), Is.EqualTo((true, true)), () => $"{sent.Message} {received.Message}\n{proxy.Log}");
        Assert.That(proxy.Log, Does.Contain($"FOUND sip:bob@127.0.0.1:{pair.Bob.Address.Port}"));
    }

    [Test]
    [Category("AUTH-001")]
    public async Task A_call_comes_in_on_the_TLS_connection_the_registration_opened()
    {
        Tool.RequireKamailioTls();
        int port = LoopbackPorts.Free();
        int tlsPort = LoopbackPorts.Free();
        await using Kamailio proxy = await Kamailio.StartAsync(port, (9, "udp"), (9, "udp"), Password, tlsPort, isRegistrar: true);
        await using SipTransport bobTransport = SipTransport.Create(
            SystemNetwork.Instance, new SipTransportOptions { Tls = new TlsOptions { TrustedRoots = [TestCertificates.Authority] } });
        await using SipTransport aliceTransport = SipTransport.Create(SystemNetwork.Instance);
        var handler = new RecordingHandler { InviteReceived = static invite => invite.AcceptAsync("v=0"u8.ToArray(), MediaType.Parse("application/sdp")) };
        await using SipUserAgent bob = Start(bobTransport, SipUri.Parse($"sip:127.0.0.1:{tlsPort};transport=tls;lr"), handler);
        await using SipUserAgent alice = Start(aliceTransport, SipUri.Parse($"sip:127.0.0.1:{port};lr"), new RecordingHandler(), "alice");
        SipResponse registered = await RegisterAsync(bob, null);
        Assert.That(registered.StatusCode, Is.EqualTo(200), proxy.Log);

        // Bob listens for no TLS: his Contact is the connection itself, and there is no other way to him.
        var invite = new SipRequest(SipMethod.Invite, SipUri.Parse("sip:bob@ims.example")) { Body = "v=0"u8.ToArray() };
        invite.Headers.Add("Content-Type", "application/sdp");
        InviteOutcome outcome = await alice.Invite(invite).Result.WaitAsync(ChildProcess.Patience);
        Assert.That(outcome, Is.InstanceOf<InviteOutcome.Accepted>(), () => $"{outcome}\n{proxy.Log}");
        SipSource source = handler.Invites.Single().Source;
        Assert.That((source.Protocol, source.Remote.Port), Is.EqualTo((SipProtocol.Tls, tlsPort)), "it came on the connection Bob opened");
        await ((InviteOutcome.Accepted)outcome).Dialog.ByeAsync().WaitAsync(ChildProcess.Patience);
        DialogEnd end = await handler.Invites.Single().Dialog!.Ended.WaitAsync(ChildProcess.Patience);
        Assert.That(end.Reason, Is.EqualTo(ImageShare.Core.Sip.Dialogs.DialogEndReason.RemoteBye), proxy.Log);
        Assert.That(bobTransport.ConnectionCount, Is.EqualTo(1));
    }

    private static SipUserAgent Start(SipTransport transport, SipUri route, RecordingHandler handler, string user = "bob") => SipUserAgent.Start(
        transport,
        new SipUserAgentOptions
        {
            Identity = new NameAddress(SipUri.Parse($"sip:{user}@ims.example")),
            Route = [route],
            Credentials = new SipCredentials($"{user}@ims.example", Password),
        },
        handler);

    /// <summary>Registers Bob, at another address or, with null, where this agent is reached.</summary>
    private static Task<SipResponse> RegisterAsync(SipUserAgent agent, SipUri? contact)
    {
        var register = new SipRequest(SipMethod.Register, SipUri.Parse("sip:ims.example"));
        register.Headers.Add("To", "<sip:bob@ims.example>");
        register.Headers.Add("Expires", "600");
        if (contact is not null)
        {
            register.Headers.Add("Contact", new NameAddress(contact));
        }

        return agent.SendAsync(register, contact is null ? default(ParameterList) : null).WaitAsync(ChildProcess.Patience);
    }
}
