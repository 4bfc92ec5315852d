using System.Collections.Concurrent;
using System.Net;
using ImageShare.Core.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Names;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Tests.Sip.Transport;

namespace ImageShare.Core.Tests.Sip.Names;

/// <summary>Responses that cannot be sent to where their request came from (RFC 3263 §5).</summary>
[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Category("DNS-012")]
public sealed class ResponseTargetTests : IAsyncDisposable
{
    private readonly InMemoryNetwork _network = new();
    private readonly InMemorySipResolver _dns = new();
    private readonly SipTransport _transport;
    private readonly IStreamListener _backup;

    public ResponseTargetTests()
    {
        _transport = SipTransport.Create(_network, new SipTransportOptions { Resolver = _dns });
        _transport.Start(new RecordingReceiver());
        _backup = _network.Listen(new IPEndPoint(IPAddress.Parse("192.0.2.2"), 0));
    }

    private int Port => _backup.LocalEndPoint.Port;

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await _transport.DisposeAsync();
        await _backup.DisposeAsync();
    }

    [Test]
    public async Task A_name_without_a_port_leads_to_its_SRV_targets()
    {
        _dns.SetSrv("_sip._tcp.client.test", new SrvRecord(1, 0, 9, "a.client.test."), new SrvRecord(2, 0, Port, "b.client.test."))
            .SetAddresses("a.client.test", IPAddress.Parse("192.0.2.1")).SetAddresses("b.client.test", IPAddress.Parse("192.0.2.2"));
        await SendAsync("client.test");
        await AssertArrivedAsync();
        Assert.That(_dns.Asked[0], Is.EqualTo("SRV _sip._tcp.client.test"));
    }

    [Test]
    public async Task A_name_with_a_port_leads_to_its_addresses()
    {
        _dns.SetAddresses("client.test", IPAddress.Parse("192.0.2.1"), IPAddress.Parse("192.0.2.2"));
        await SendAsync($"client.test:{Port}");
        await AssertArrivedAsync();
        Assert.That(_dns.Asked, Is.EqualTo(["A client.test"]));
    }

    [Test]
    public async Task The_place_that_failed_is_not_tried_again()
    {
        ConcurrentQueue<IPEndPoint> tried = [];
        _network.ConnectFilter = to =>
        {
            tried.Enqueue(to);
            return true;
        };
        _dns.SetAddresses("client.test", IPAddress.Parse("203.0.113.9"));
        Assert.That(await Assert.ThrowsAsync<ImageShareException>(() => SendAsync("client.test:9")), Is.Not.Null);
        Assert.That(tried, Is.EqualTo([IPEndPoint.Parse("203.0.113.9:9")]));
    }

    [TestCase("192.0.2.2")]
    [TestCase("[::1]")]
    [TestCase("nowhere.test")]
    public async Task What_leads_nowhere_else_fails_as_before(string sentBy)
    {
        ImageShareException? error = await Assert.ThrowsAsync<ImageShareException>(() => SendAsync($"{sentBy}:{Port}"));
        Assert.That(error!.Message, Does.Contain("203.0.113.9"));
    }

    [Test]
    [Category("DNS-014")]
    public async Task A_peer_elsewhere_cannot_have_its_response_sent_to_this_machine_itself()
    {
        await using IStreamListener inside = _network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        _dns.SetAddresses("client.test", IPAddress.Loopback);
        Assert.That(await Assert.ThrowsAsync<ImageShareException>(() => SendAsync($"client.test:{inside.LocalEndPoint.Port}")), Is.Not.Null);
        await SendAsync($"client.test:{inside.LocalEndPoint.Port}", from: IPAddress.Loopback);
    }

    [Test]
    public async Task A_request_that_cannot_be_sent_asks_nobody()
    {
        var request = new SipRequest(SipMethod.Options, SipUri.Parse("sip:a@client.test"));
        request.Headers.Add("Via", "SIP/2.0/TCP client.test;branch=z9hG4bKr");
        var nobody = new SipDestination(new IPEndPoint(IPAddress.Parse("203.0.113.9"), 9), SipProtocol.Tcp);
        Assert.That(await Assert.ThrowsAsync<ImageShareException>(() => _transport.SendAsync(request, nobody, CancellationToken.None).AsTask()), Is.Not.Null);
        Assert.That(_dns.Asked, Is.Empty);
    }

    // To a source that accepts no connection any more.
    private async Task SendAsync(string sentBy, IPAddress? from = null)
    {
        var response = new SipResponse(200);
        response.Headers.Add("Via", $"SIP/2.0/TCP {sentBy};branch=z9hG4bKr");
        response.Headers.Add("From", "<sip:a@client.test>;tag=a");
        response.Headers.Add("To", "<sip:b@client.test>;tag=b");
        response.Headers.Add("Call-ID", "c");
        response.Headers.Add("CSeq", "1 OPTIONS");
        await _transport.SendAsync(response, new SipDestination(new IPEndPoint(from ?? IPAddress.Parse("203.0.113.9"), 9), SipProtocol.Tcp), CancellationToken.None);
    }

    private async Task AssertArrivedAsync()
    {
        await using IStreamConnection connection = (await _backup.AcceptAsync(CancellationToken.None))!;
        Assert.That(((SipResponse)await connection.ReadMessageAsync()).StatusCode, Is.EqualTo(200));
    }
}
