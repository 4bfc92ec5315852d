using System.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Transactions;

namespace ImageShare.Core.Tests.Sip.Names;

/// <summary>When a request may go to another target, as pure functions.</summary>
[TestFixture]
public sealed class TargetFailoverTests
{
    // Method, sent, last status, in a dialog; whether it may go elsewhere.
    [TestCase("OPTIONS", false, 0, false, true)]
    [TestCase("OPTIONS", true, 0, false, false)]
    [TestCase("OPTIONS", true, 100, false, false)]
    [TestCase("OPTIONS", true, 503, false, true)]
    [TestCase("OPTIONS", true, 500, false, false)]
    [TestCase("INVITE", false, 0, false, true)]
    [TestCase("INVITE", true, 0, false, true)]
    [TestCase("INVITE", true, 100, false, false)]
    [TestCase("INVITE", true, 180, false, false)]
    [TestCase("INVITE", true, 503, false, true)]
    [TestCase("INVITE", true, 486, false, false)]
    [TestCase("INVITE", false, 0, true, false)]
    [TestCase("BYE", false, 0, true, false)]
    [TestCase("BYE", true, 503, true, false)]
    [Category("DNS-009")]
    public void A_request_that_may_have_been_taken_is_not_sent_elsewhere(string method, bool wasSent, int status, bool inDialog, bool isSafe)
    {
        var request = new SipRequest(new SipMethod(method), SipUri.Parse("sip:bob@ims.test"));
        var to = new NameAddress(SipUri.Parse("sip:bob@ims.test"));
        request.Headers.Add("To", inDialog ? to.WithTag("b") : to);
        Assert.That(TargetFailover.IsSafe(request, wasSent, status), Is.EqualTo(isSafe));
    }

    [TestCase("sip:bob@ims.test", true)]
    [TestCase("sip:bob@ims.test:5070", true)]
    [TestCase("sip:bob@192.0.2.1", false)]
    [TestCase("sip:bob@[2001:db8::1]", false)]
    [TestCase("sip:bob@ims.test;maddr=192.0.2.1", false)]
    [Category("DNS-001")]
    public void Only_a_name_has_other_targets(string uri, bool mayHave) => Assert.That(TargetFailover.MayHaveOthers(SipUri.Parse(uri)), Is.EqualTo(mayHave));

    [TestCase(503, "120", 120)]
    [TestCase(503, "0", 60)]
    [TestCase(503, null, 60)]
    [TestCase(486, "120", 60)]
    [Category("DNS-010")]
    public void A_target_is_avoided_as_long_as_it_says(int status, string? retryAfter, int seconds)
    {
        var response = new SipResponse(status);
        if (retryAfter is not null)
        {
            response.Headers.Add("Retry-After", retryAfter);
        }

        Assert.That(TargetFailover.OutageTime(response), Is.EqualTo(TimeSpan.FromSeconds(seconds)));
        Assert.That(TargetFailover.OutageTime(null), Is.EqualTo(TimeSpan.FromMinutes(1)));
    }

    [Test]
    [Category("DNS-008")]
    [Category("DNS-015")]
    public void The_next_target_is_one_that_was_not_tried_and_no_less_secure_after_a_false_certificate()
    {
        static SipDestination At(int port, SipProtocol protocol) => new(new IPEndPoint(IPAddress.Loopback, port), protocol);
        SipDestination[] tried = [At(1, SipProtocol.Tls)];
        var refused = new ImageShareException(ImageShareError.PeerUnreachable, "Refused.");
        var untrusted = new ImageShareException(ImageShareError.CertificateNotTrusted, "False.");
        var closed = new ImageShareException(ImageShareError.InvalidState, "Closed.");
        Assert.Multiple(() =>
        {
            Assert.That(TargetFailover.IsNext(At(1, SipProtocol.Tls), tried, null), Is.False);
            Assert.That(TargetFailover.IsNext(At(1, SipProtocol.Tcp), tried, null), Is.False);
            Assert.That(TargetFailover.IsNext(At(2, SipProtocol.Tcp), tried, null), Is.True);
            Assert.That(TargetFailover.IsNext(At(1, SipProtocol.Tcp), tried, refused), Is.True);
            Assert.That(TargetFailover.IsNext(At(1, SipProtocol.Tls), tried, refused), Is.False);
            Assert.That(TargetFailover.IsNext(At(2, SipProtocol.Tls), tried, refused), Is.True);
            Assert.That(TargetFailover.IsNext(At(2, SipProtocol.Tls), tried, untrusted), Is.True);
            Assert.That(TargetFailover.IsNext(At(2, SipProtocol.Tcp), tried, untrusted), Is.False);
            Assert.That(TargetFailover.IsNext(At(2, SipProtocol.Tcp), tried, closed), Is.False);
        });
    }
}
