using System.Net;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Names;
using ImageShare.Core.Sip.Transport;

namespace ImageShare.Core.Tests.Interop;

/// <summary>Names from a real name server: dnsmasq on a loopback port, with a zone of the test's own.</summary>
[TestFixture]
[Category("Interop")]
[Category("DNS-016")]
public sealed class DnsmasqTests
{
    private const string Naptr =
        """
        naptr-record=ims.test,10,1,S,SIPS+D2T,,_sips._tcp.ims.test
        naptr-record=ims.test,20,1,S,SIP+D2T,,_sip._tcp.ims.test
        naptr-record=ims.test,30,1,S,SIP+D2U,,_sip._udp.ims.test
        naptr-record=ims.test,5,1,U,E2U+sip,!^.*$!sip:info@ims.test!
        """;

    [Test]
    public async Task NAPTR_SRV_and_addresses_lead_to_the_targets_in_their_order()
    {
        await using Dnsmasq server = await Dnsmasq.StartAsync(
            [.. Naptr.Split('\n'), "srv-host=_sips._tcp.ims.test,a.ims.test,5061,1,0", "srv-host=_sip._tcp.ims.test,b.ims.test,5070,2,0", "srv-host=_sip._tcp.ims.test,a.ims.test,5071,1,0",
            "srv-host=_sip._udp.ims.test,b.ims.test,5072,1,0", "host-record=a.ims.test,127.0.0.2,::1", "host-record=b.ims.test,127.0.0.3"]);
        Assert.That(await TargetsAsync(server, "sip:bob@ims.test"), Is.EqualTo("Tls 127.0.0.2:5061, Tcp 127.0.0.2:5071, Tcp 127.0.0.3:5070, Udp 127.0.0.3:5072"), server.Log);
        Assert.That(await TargetsAsync(server, "sips:bob@ims.test"), Is.EqualTo("Tls 127.0.0.2:5061"), server.Log);
        Assert.That(await TargetsAsync(server, "sip:bob@ims.test;transport=udp"), Is.EqualTo("Udp 127.0.0.3:5072"), server.Log);
        Assert.That(await TargetsAsync(server, "sip:bob@a.ims.test:5099"), Is.EqualTo("Udp 127.0.0.2:5099"), server.Log);
        Assert.That(await TargetsAsync(server, "sip:bob@b.ims.test"), Is.EqualTo("Udp 127.0.0.3:5060"), server.Log);
    }

    [Test]
    public async Task An_address_behind_an_alias_is_found()
    {
        await using Dnsmasq server = await Dnsmasq.StartAsync("host-record=real.ims.test,127.0.0.4", "cname=alias.ims.test,real.ims.test", "srv-host=_sip._udp.ims.test,alias.ims.test,5073");
        Assert.That(await TargetsAsync(server, "sip:bob@ims.test"), Is.EqualTo("Udp 127.0.0.4:5073"), server.Log);
    }

    [TestCase(150)]
    [TestCase(900)]
    [Category("DNS-014")]
    public async Task An_answer_that_is_too_long_for_a_datagram_is_fetched_over_TCP_and_cut_off(int count)
    {
        IEnumerable<int> numbers = Enumerable.Range(0, count);
        await using Dnsmasq server = await Dnsmasq.StartAsync(
        [
            .. numbers.Select(static i => $"srv-host=_sip._udp.ims.test,host-with-a-rather-long-name-{i}.ims.test,{1000 + i},{i},1"),
            .. numbers.Select(static i => $"host-record=host-with-a-rather-long-name-{i}.ims.test,127.0.0.{1 + (i % 200)}"),
        ]);
        DnsAnswer<SrvRecord> answer = await new DnsSipResolver(server.EndPoint).GetSrvAsync("_sip._udp.ims.test", CancellationToken.None);
        if (answer.Failure is { } failure)
        {
            // DnsClient gives an answer of many thousand bytes up. It says so.
            Assert.That((count, failure), Is.EqualTo((900, "the name server's answer cannot be read (DnsResponseParseException)")));
            return;
        }

        Assert.That(answer.Records, Has.Length.EqualTo(count), server.Log);
        string targets = await TargetsAsync(server, "sip:bob@ims.test");
        Assert.That(targets.Split(", "), Has.Length.EqualTo(TargetRules.MostHosts));
        Assert.That(targets, Does.StartWith("Udp 127.0.0.1:1000, Udp 127.0.0.2:1001, "));
    }

    [Test]
    [Category("DNS-014")]
    public async Task What_the_server_does_not_have_refuses_or_is_not_there_to_say_is_said()
    {
        await using Dnsmasq server = await Dnsmasq.StartAsync("srv-host=_sip._udp.ims.test");
        Assert.Multiple(async () =>
        {
            Assert.That(await ErrorAsync(server, "sip:bob@nobody.test"), Does.Contain("NAPTR of nobody.test: none").And.Contain("addresses of nobody.test: none"));
            Assert.That(await ErrorAsync(server, "sip:bob@elsewhere.example"), Does.Contain("NAPTR of elsewhere.example: the name server").And.Contain("says Refused"));
            Assert.That(await ErrorAsync(server, "sip:bob@" + new string('x', 70) + ".test"), Does.Contain("this is no name that DNS can hold"));
        });
        await server.StopAsync();
        Assert.That(await ErrorAsync(server, "sip:bob@ims.test"), Does.Contain("NAPTR of ims.test: ").And.Not.Contain("NAPTR of ims.test: none"), "nobody said that there is none");
    }

    [TestCase(SipTransportChoice.BySize, false)]
    [TestCase(SipTransportChoice.Udp, false)]
    [TestCase(SipTransportChoice.Tcp, false)]
    [TestCase(SipTransportChoice.Tcp, true)]
    public async Task An_image_is_shared_with_a_name(SipTransportChoice transport, bool firstIsDead)
    {
        Tool.Dnsmasq.Require();
        int port = LoopbackPorts.Free();
        int dead = LoopbackPorts.Free();
        List<string> records = ["naptr-record=ims.test,20,1,S,SIP+D2T,,_sip._tcp.ims.test", "naptr-record=ims.test,30,1,S,SIP+D2U,,_sip._udp.ims.test", "host-record=bob.ims.test,127.0.0.1"];
        foreach (string service in (string[])["_sip._tcp", "_sip._udp"])
        {
            records.Add($"srv-host={service}.ims.test,bob.ims.test,{port},2,10");
            if (firstIsDead)
            {
                records.Add($"srv-host={service}.ims.test,bob.ims.test,{dead},1,10");
            }
        }

        await using Dnsmasq server = await Dnsmasq.StartAsync([.. records]);
        await using SharePair pair = await SharePair.StartAsync(
            SystemNetwork.Instance,
            o => o with { Transport = transport, Resolver = new DnsSipResolver(server.EndPoint) },
            o => o with { Transport = transport, LocalEndPoint = new IPEndPoint(IPAddress.Loopback, port) });
        byte[] image = TestImage.Png(78169);
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(SipUri.Parse("sip:bob@ims.test"), SharePair.Image(image));
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        ImageShareResult received = await incoming.Completion.WaitAsync(ChildProcess.Patience);
        ImageShareResult sent = await outgoing.Completion.WaitAsync(ChildProcess.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(sent.IsCompleted, Is.True, () => $"{sent.Message}\n{server.Log}");
            Assert.That(File.ReadAllBytes(received.Stored!.Path!), Is.EqualTo(image));
            Assert.That(server.Log.Split("query[NAPTR] ims.test").Length - 1, Is.EqualTo(transport is SipTransportChoice.BySize ? 1 : 0), () => "asked once for all requests\n" + server.Log);
        });
    }

    private static async Task<string> TargetsAsync(Dnsmasq server, string uri)
    {
        await using SipTransport transport = SipTransport.Create(SystemNetwork.Instance, new SipTransportOptions { Resolver = new DnsSipResolver(server.EndPoint) });
        IReadOnlyList<SipDestination> all = await transport.ResolveAllAsync(SipUri.Parse(uri), 0, CancellationToken.None);
        return string.Join(", ", all.Select(static d => $"{d.Protocol} {d.EndPoint}"));
    }

    private static async Task<string> ErrorAsync(Dnsmasq server, string uri)
    {
        ImageShareException? error = await Assert.ThrowsAsync<ImageShareException>(() => TargetsAsync(server, uri));
        return error!.Message;
    }
}
