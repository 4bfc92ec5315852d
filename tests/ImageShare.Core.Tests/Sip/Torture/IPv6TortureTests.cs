using System.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Tests.Sip.Torture;

/// <summary>RFC 5118 §4, one test for each case.</summary>
[TestFixture]
[Category("SIPG-030")]
public sealed class IPv6TortureTests
{
    [Test]
    public void Ipv6_good_has_brackets_where_they_belong()
    {
        SipRequest request = Read(TortureMessages.Ipv6Good);
        Assert.That((request.RequestUri.Host, request.RequestUri.Port), Is.EqualTo(("2001:db8::20", (int?)null)));
        Assert.That(request.Headers.TopVia!.Host, Is.EqualTo("2001:db8::7:1"));
        Assert.That(request.Headers.Contacts.Single().Uri.ToString(), Is.EqualTo("sip:otto@[2001:db8::7]"));
    }

    [Test]
    public void Ipv6_bad_has_none() =>
        Assert.That(SipValidation.Check(TortureMessage.Read<SipRequest>(TortureMessages.Ipv6Bad)), Is.EqualTo(new SipRejection(400, "Bad Request-URI")));

    [Test]
    public void Port_ambiguous_has_a_port_that_is_none()
    {
        SipUri uri = Read(TortureMessages.PortAmbiguous).RequestUri;
        Assert.That((uri.Host, uri.Port), Is.EqualTo(("2001:db8::20:5080", (int?)null)));
    }

    [Test]
    public void Port_unambiguous_has_its_port_outside()
    {
        SipUri uri = Read(TortureMessages.PortUnambiguous).RequestUri;
        Assert.That((uri.Host, uri.Port), Is.EqualTo(("2001:db8::20", (int?)5080)));
    }

    [Test]
    public void Via_received_param_with_delim_is_read() =>
        Assert.That(Read(TortureMessages.ViaReceivedParamWithDelim).Headers.TopVia!.Received, Is.EqualTo(IPAddress.Parse("2001:db8::7:99")));

    [Test]
    public void Via_received_param_no_delim_is_read_and_written_without()
    {
        SipRequest request = Read(TortureMessages.ViaReceivedParamNoDelim);
        Assert.That(request.Headers.TopVia!.Received, Is.EqualTo(IPAddress.Parse("2001:db8::7:99")));
        Assert.That(request.Headers.TopVia.WithReceived(IPAddress.IPv6Loopback).ToString(), Does.Contain("received=::1;"));
    }

    [Test]
    public void Ipv6_in_sdp_has_no_brackets_there() =>
        Assert.That(Read(TortureMessages.Ipv6InSdp).Body.Span.IndexOf("c=IN IP6 2001:db8::7\r\n"u8), Is.Positive);

    [Test]
    public void Mult_ip_in_header_mixes_both_kinds()
    {
        SipRequest request = Read(TortureMessages.MultIpInHeader);
        Assert.That(request.Headers.Vias.Select(v => v.Host), Is.EqualTo(new[] { "2001:db8::7:1", "192.0.2.60", "2001:db8::7:99" }));
        Assert.That(request.Headers.TopVia!.Port, Is.EqualTo(5060));
        Assert.That(request.Headers.Vias[2].Received, Is.EqualTo(IPAddress.Parse("192.0.2.61")));
    }

    [Test]
    public void Mult_ip_in_sdp_mixes_both_kinds() =>
        Assert.That(Read(TortureMessages.MultIpInSdp).Body.Span.EndsWith("c=IN IP6 2001:db8::7\r\n"u8), Is.True);

    [Test]
    public void Ipv4_mapped_ipv6_is_an_address_like_any_other()
    {
        SipRequest request = Read(TortureMessages.Ipv4MappedIpv6);
        Assert.That(request.Headers.Vias.Select(v => v.Host), Is.EqualTo(new[] { "::ffff:192.0.2.62", "::ffff:192.0.2.63" }));
        Assert.That(request.Headers.Contacts.Single().Uri.Host, Is.EqualTo("::ffff:192.0.2.63"));
    }

    [Test]
    public void Ipv6_bug_abnf_3_colons_has_one_too_many_and_is_written_without() =>
        Assert.That(Read(TortureMessages.Ipv6BugAbnf3Colons).RequestUri.ToString(), Is.EqualTo("sip:nora@[2001:db8::192.0.2.64]"));

    [Test]
    public void Ipv6_correct_abnf_2_colons_names_the_same_address() =>
        Assert.That(Read(TortureMessages.Ipv6CorrectAbnf2Colons).RequestUri, Is.EqualTo(Read(TortureMessages.Ipv6BugAbnf3Colons).RequestUri));

    private static SipRequest Read(byte[] octets)
    {
        SipRequest request = TortureMessage.Read<SipRequest>(octets);
        Assert.That(SipValidation.Check(request), Is.Null);
        return request;
    }
}
