using System.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;

namespace ImageShare.Core.Tests.Sip.Transport;

[TestFixture]
public sealed class SipRoutingTests
{
    private static readonly IPEndPoint Source = IPEndPoint.Parse("192.0.2.9:4444");

    [TestCase("SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKx", "SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKx")]
    [TestCase("SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx", "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx;received=192.0.2.9")]
    [TestCase("SIP/2.0/TCP pc33.test;branch=z9hG4bKx", "SIP/2.0/TCP pc33.test;branch=z9hG4bKx;received=192.0.2.9")]
    [TestCase("SIP/2.0/UDP 192.0.2.9;received=10.6.6.6", "SIP/2.0/UDP 192.0.2.9;received=192.0.2.9")]
    [Category("SIPT-004")]
    public void The_source_address_is_added_where_sent_by_does_not_say_it(string via, string stamped) =>
        Assert.That(Stamp(via, Source), Is.EqualTo(stamped));

    [TestCase("SIP/2.0/UDP 192.0.2.9:4444;rport;branch=z9hG4bKx", "SIP/2.0/UDP 192.0.2.9:4444;rport=4444;branch=z9hG4bKx;received=192.0.2.9")]
    [TestCase("SIP/2.0/UDP h;rport", "SIP/2.0/UDP h;rport=4444;received=192.0.2.9")]
    [TestCase("SIP/2.0/TCP h;rport", "SIP/2.0/TCP h;rport=4444;received=192.0.2.9")]
    [TestCase("SIP/2.0/UDP h;rport=1;received=10.6.6.6", "SIP/2.0/UDP h;rport=4444;received=192.0.2.9")]
    [TestCase("SIP/2.0/UDP h;rport, SIP/2.0/UDP next;rport", "SIP/2.0/UDP h;rport=4444;received=192.0.2.9, SIP/2.0/UDP next;rport")]
    [Category("SIPT-005")]
    public void The_source_port_is_added_where_it_is_asked_for(string via, string stamped) =>
        Assert.That(Stamp(via, Source), Is.EqualTo(stamped));

    [Test]
    [Category("SIPT-004")]
    public void An_IPv6_source_has_no_scope_in_a_message() => Assert.That(
        Stamp("SIP/2.0/UDP h;rport", new IPEndPoint(IPAddress.Parse("fe80::1%3"), 5)), Is.EqualTo("SIP/2.0/UDP h;rport=5;received=fe80::1"));

    [TestCase("SIP/2.0/UDP 10.0.0.1:5062;rport", "192.0.2.9:4444")]
    [TestCase("SIP/2.0/UDP 10.0.0.1:5062", "192.0.2.9:5062")]
    [TestCase("SIP/2.0/UDP 10.0.0.1", "192.0.2.9:5060")]
    [TestCase("SIP/2.0/UDP 10.0.0.1:0", "192.0.2.9:5060")]
    [TestCase("SIP/2.0/UDP 10.0.0.1:5062;maddr=192.0.2.77;rport", "192.0.2.77:5062")]
    [TestCase("SIP/2.0/UDP 10.0.0.1:5062;maddr=224.0.0.1;rport", "192.0.2.9:4444")]
    [TestCase("SIP/2.0/UDP 10.0.0.1:5062;maddr=255.255.255.255;rport", "192.0.2.9:4444")]
    [TestCase("SIP/2.0/UDP 10.0.0.1:5062;maddr=0.0.0.0;rport", "192.0.2.9:4444")]
    [TestCase("SIP/2.0/UDP 10.0.0.1:5062;maddr=evil.test;rport", "192.0.2.9:4444")]
    [TestCase("SIP/2.0/UDP 255.255.255.255;rport", "192.0.2.9:4444")]
    [TestCase("broken", "192.0.2.9:4444")]
    [Category("SIPT-006")]
    public void A_response_over_UDP_goes_back_where_the_request_came_from(string via, string destination)
    {
        SipDestination found = SipRouting.GetResponseDestination(MakeResponse(via), new SipSource(Source, SipProtocol.Udp), followMaddr: true);
        Assert.That(found, Is.EqualTo(new SipDestination(IPEndPoint.Parse(destination), SipProtocol.Udp)));
    }

    [Test]
    public void A_maddr_is_followed_only_when_allowed() => Assert.That(
        SipRouting.GetResponseDestination(
            MakeResponse("SIP/2.0/UDP h;maddr=192.0.2.77;rport"), new SipSource(Source, SipProtocol.Udp), followMaddr: false).EndPoint,
        Is.EqualTo(Source));

    [TestCase("SIP/2.0/TCP 10.0.0.1:5062;rport=4444", "192.0.2.9:5062")]
    [TestCase("SIP/2.0/TCP h", "192.0.2.9:5060")]
    [Category("SIPT-009")]
    public void A_response_over_a_stream_goes_on_its_connection_or_to_sent_by(string via, string destination)
    {
        object connection = new();
        SipDestination found = SipRouting.GetResponseDestination(
            MakeResponse(via), new SipSource(Source, SipProtocol.Tcp, connection), followMaddr: true);
        Assert.That(found, Is.EqualTo(new SipDestination(IPEndPoint.Parse(destination), SipProtocol.Tcp, connection)));
    }

    [TestCase("sip:h", 0, null, SipProtocol.Udp)]
    [TestCase("sip:h", 1300, null, SipProtocol.Udp)]
    [TestCase("sip:h", 1301, null, SipProtocol.Tcp)]
    [TestCase("sip:h;transport=udp", 1300, null, SipProtocol.Udp)]
    [TestCase("sip:h;transport=udp", 1301, null, SipProtocol.Tcp)]
    [TestCase("sip:h;transport=TCP", 10, null, SipProtocol.Tcp)]
    [TestCase("sip:h;transport=tls", 10, null, SipProtocol.Tls)]
    [TestCase("sips:h", 10, null, SipProtocol.Tls)]
    [TestCase("sip:h", 5000, SipProtocol.Udp, SipProtocol.Udp)]
    [TestCase("sip:h", 10, SipProtocol.Tcp, SipProtocol.Tcp)]
    [TestCase("sips:h", 10, SipProtocol.Udp, SipProtocol.Tls)]
    [TestCase("sips:h;transport=udp", 10, SipProtocol.Tcp, SipProtocol.Tls)]
    [TestCase("sip:h;transport=tls", 10, SipProtocol.Udp, SipProtocol.Tls)]
    [TestCase("sip:h;transport=udp", 10, SipProtocol.Tls, SipProtocol.Tls)]
    [Category("SIPT-002")]
    public void Size_chooses_TCP_unless_one_protocol_is_fixed(string uri, int length, SipProtocol? isFixed, SipProtocol chosen) =>
        Assert.That(SipRouting.ChooseProtocol(SipUri.Parse(uri), length, isFixed, 1300), Is.EqualTo(chosen));

    [TestCase("192.0.2.1", true)]
    [TestCase("127.0.0.1", true)]
    [TestCase("::1", true)]
    [TestCase("0.0.0.0", false)]
    [TestCase("0.1.2.3", false)]
    [TestCase("224.0.0.1", false)]
    [TestCase("255.255.255.255", false)]
    [TestCase("::", false)]
    [TestCase("ff02::1", false)]
    [TestCase("::ffff:224.0.0.1", false)]
    public void One_host_has_a_unicast_address(string address, bool unicast) =>
        Assert.That(SipRouting.IsUnicast(IPAddress.Parse(address)), Is.EqualTo(unicast));

    private static string? Stamp(string via, IPEndPoint source)
    {
        var request = new SipRequest(SipMethod.Options, SipUri.Parse("sip:h"));
        request.Headers.Add("Via", via);
        SipRouting.StampSource(request, source);
        return request.Headers.GetString("Via");
    }

    private static SipResponse MakeResponse(string via)
    {
        var response = new SipResponse(200);
        response.Headers.Add("Via", via);
        return response;
    }
}
