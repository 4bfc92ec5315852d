using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transactions;

namespace ImageShare.Core.Tests.Sip.Transactions;

[TestFixture]
public sealed class TransactionKeyTests
{
    private const string Cookie = "SIP/2.0/UDP host:5060;branch=z9hG4bK1";
    private const string Old = "SIP/2.0/UDP host:5060;branch=1";

    [Test]
    [Category("TXN-010")]
    public void A_response_is_matched_by_branch_and_method()
    {
        SipResponse ofInvite = SipResponse.CreateFor(Request("INVITE", Cookie), 200);
        SipResponse ofCancel = SipResponse.CreateFor(Request("CANCEL", Cookie), 200);
        Assert.Multiple(() =>
        {
            Assert.That(TransactionKey.ForResponse(ofInvite), Is.EqualTo(TransactionKey.ForClient("z9hG4bK1", SipMethod.Invite)));
            Assert.That(TransactionKey.ForResponse(ofCancel), Is.EqualTo(TransactionKey.ForClient("z9hG4bK1", SipMethod.Cancel)));
            Assert.That(TransactionKey.ForResponse(ofInvite), Is.Not.EqualTo(TransactionKey.ForResponse(ofCancel)));
            Assert.That(TransactionKey.ForResponse(new SipResponse(200)), Is.Null);
        });
    }

    [TestCase("SIP/2.0/UDP host:5060;branch=z9hG4bK1", true)]
    [TestCase("SIP/2.0/UDP HOST:5060;branch=z9hG4bK1;received=192.0.2.1", true)]
    [TestCase("SIP/2.0/UDP host:5060;branch=z9hG4bK2", false)]
    [TestCase("SIP/2.0/UDP host:5061;branch=z9hG4bK1", false)]
    [TestCase("SIP/2.0/UDP other:5060;branch=z9hG4bK1", false)]
    [Category("TXN-011")]
    public void With_the_cookie_a_request_is_matched_by_branch_sent_by_and_method(string via, bool same) =>
        Assert.That(Key(Request("OPTIONS", Cookie)) == Key(Request("OPTIONS", via)), Is.EqualTo(same));

    [TestCase(Cookie)]
    [TestCase(Old)]
    [Category("TXN-011")]
    public void An_ACK_belongs_to_its_INVITE_and_a_CANCEL_is_its_own(string via)
    {
        TransactionKey invite = Key(Request("INVITE", via));
        Assert.Multiple(() =>
        {
            Assert.That(Key(Request("ACK", via, to: "<sip:b@c>;tag=2")), Is.EqualTo(invite));
            Assert.That(Key(Request("CANCEL", via)), Is.Not.EqualTo(invite));
            Assert.That(Key(Request("CANCEL", via)).ForCancelled(), Is.EqualTo(invite));
            Assert.That(Key(Request("OPTIONS", via)), Is.Not.EqualTo(invite));
        });
    }

    [TestCase("call", 1, "<sip:b@c>", Old, true)]
    [TestCase("CALL", 1, "<sip:b@c>", Old, false)]
    [TestCase("call", 2, "<sip:b@c>", Old, false)]
    [TestCase("call", 1, "<sip:b@c>;tag=3", Old, false)]
    [TestCase("call", 1, "<sip:b@c>", "SIP/2.0/UDP host:5060;branch=2", false)]
    [TestCase("call", 1, "<sip:b@c>", "SIP/2.0/UDP host:5060", false)]
    [Category("TXN-011")]
    public void Without_the_cookie_the_tuple_of_RFC_2543_counts(string callId, int number, string to, string via, bool same) =>
        Assert.That(Key(Request("OPTIONS", Old)) == Key(Request("OPTIONS", via, callId, (uint)number, to)), Is.EqualTo(same));

    [Test]
    [Category("TXN-019")]
    public void What_came_by_two_ways_has_one_merge_key()
    {
        MergeKey? one = MergeKey.For(Request("INVITE", Cookie));
        Assert.Multiple(() =>
        {
            Assert.That(MergeKey.For(Request("INVITE", "SIP/2.0/UDP other;branch=z9hG4bK9")), Is.EqualTo(one));
            Assert.That(MergeKey.For(Request("INVITE", Cookie, number: 2)), Is.Not.EqualTo(one));
            Assert.That(MergeKey.For(Request("OPTIONS", Cookie)), Is.Not.EqualTo(one));
            Assert.That(MergeKey.For(Request("INVITE", Cookie, to: "<sip:b@c>;tag=1")), Is.Null);
            Assert.That(MergeKey.For(Request("ACK", Cookie)), Is.Null);
            Assert.That(MergeKey.For(Request("CANCEL", Cookie)), Is.Null);
        });
    }

    [Test]
    [Category("DLG-013")]
    [Category("AUTH-008")]
    public void CANCEL_takes_the_way_of_its_INVITE_and_neither_its_demands_nor_its_credentials()
    {
        SipRequest invite = Request("INVITE", Cookie);
        invite.Headers.Add("Via", "SIP/2.0/UDP below;branch=z9hG4bKbelow");
        invite.Headers.Add("Route", "<sip:p1;lr>, <sip:p2;lr>");
        invite.Headers.Add("Require", "x");
        invite.Headers.Add("Proxy-Require", "y");
        invite.Headers.Add("Authorization", "Digest a=b");
        invite.Headers.Add("Proxy-Authorization", "Digest c=d");
        invite.Headers.Add("Contact", "<sip:me@here>");
        invite.Body = "v=0"u8.ToArray();
        SipRequest cancel = InviteFollowUp.CreateCancel(invite, null);
        SipRequest ack = InviteFollowUp.CreateAck(invite, SipResponse.CreateFor(invite, 407, toTag: "x"));
        Assert.Multiple(() =>
        {
            Assert.That(
                cancel.Headers.Select(h => h.Name),
                Is.EqualTo(new[] { "Via", "Route", "Max-Forwards", "From", "To", "Call-ID", "CSeq" }));
            Assert.That(cancel.Headers.Vias, Is.EqualTo(new[] { invite.Headers.TopVia }));
            Assert.That(cancel.Headers.Routes, Is.EqualTo(invite.Headers.Routes));
            Assert.That(cancel.Headers.To, Is.EqualTo(invite.Headers.To));
            Assert.That(cancel.Headers.CSeq, Is.EqualTo(new CSeq(1, SipMethod.Cancel)));
            Assert.That(cancel.Body.IsEmpty);
            Assert.That(ack.Headers.Vias, Is.EqualTo(new[] { invite.Headers.TopVia }));
            Assert.That(ack.Headers.Routes, Is.EqualTo(invite.Headers.Routes));
            Assert.That(ack.Headers.To!.Tag, Is.EqualTo("x"));
            Assert.That(ack.Headers.GetString("Authorization"), Is.EqualTo("Digest a=b"));
            Assert.That(ack.Headers.GetString("Proxy-Authorization"), Is.EqualTo("Digest c=d"));
            Assert.That(ack.Headers.Contains("Require"), Is.False);
            Assert.That(InviteFollowUp.CreateCancel(invite, "SIP;cause=200").Headers.GetString("Reason"), Is.EqualTo("SIP;cause=200"));
        });
    }

    private static TransactionKey Key(SipRequest request) => TransactionKey.ForServer(request);

    private static SipRequest Request(string method, string via, string callId = "call", uint number = 1, string to = "<sip:b@c>")
    {
        var request = new SipRequest(new SipMethod(method), SipUri.Parse("sip:b@c"));
        request.Headers.Add("Via", via);
        request.Headers.Add("From", "<sip:a@b>;tag=1");
        request.Headers.Add("To", to);
        request.Headers.Add("Call-ID", callId);
        request.Headers.Add("CSeq", $"{number} {method}");
        return request;
    }
}
