using System.Collections.Immutable;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Tests.Sip.Dialogs;

[TestFixture]
public sealed class DialogTests
{
    [Test]
    [Category("DLG-001")]
    public void Both_sides_name_the_same_dialog_by_Call_ID_and_tags()
    {
        SipRequest invite = Invite();
        Assert.Multiple(() =>
        {
            Assert.That(Dialog.OfCaller(invite, Answer(invite)).Id, Is.EqualTo(new DialogId("call", "a", "b")));
            Assert.That(Dialog.OfCallee(invite, "b").Id, Is.EqualTo(new DialogId("call", "b", "a")));
        });
    }

    [Test]
    [Category("DLG-001")]
    public void A_peer_without_tag_has_none_rather_than_an_empty_one()
    {
        SipRequest invite = Invite();
        invite.Headers.Set("From", "<sip:alice@ims.example>");
        Assert.That(Dialog.OfCallee(invite, "b").Id, Is.EqualTo(new DialogId("call", "b", null)));
        SipRequest bye = Invite();
        bye.Headers.Set("To", "<sip:bob@ims.example>;tag=b");
        bye.Headers.Set("From", "<sip:alice@ims.example>");
        Assert.That(DialogId.OfReceived(bye), Is.EqualTo(new DialogId("call", "b", null)));
    }

    [Test]
    [Category("DLG-003")]
    public void The_callee_takes_the_recorded_route_in_order_and_the_caller_turns_it_round()
    {
        SipRequest invite = Invite("<sip:p2.example;lr>", "<sip:p1.example;lr>");
        Assert.Multiple(() =>
        {
            Assert.That(Hosts(Dialog.OfCallee(invite, "b").Routes), Is.EqualTo(new[] { "p2.example", "p1.example" }));
            Assert.That(Hosts(Dialog.OfCaller(invite, Answer(invite)).Routes), Is.EqualTo(new[] { "p1.example", "p2.example" }));
        });
    }

    [TestCase("<sip:p1.example;lr>")]
    [TestCase("<sip:p1.example;lr=true>")]
    [TestCase("<sip:p1.example;lr=on>")]
    [Category("DLG-004")]
    [Category("DLG-005")]
    public void Through_a_loose_router_the_target_is_the_Request_URI(string first)
    {
        SipRequest invite = Invite("<sip:p2.example;lr>", first);
        RoutedRequest routed = Dialog.OfCaller(invite, Answer(invite)).CreateRequest(SipMethod.Bye, out _);
        Assert.Multiple(() =>
        {
            Assert.That(routed.Request.RequestUri.ToString(), Is.EqualTo("sip:bob@192.0.2.2"));
            Assert.That(Hosts(routed.Request.Headers.Routes), Is.EqualTo(new[] { "p1.example", "p2.example" }));
            Assert.That(routed.NextHop.Host, Is.EqualTo("p1.example"));
        });
    }

    [Test]
    [Category("DLG-004")]
    public void Through_a_strict_router_the_target_stands_at_the_end_of_the_route()
    {
        SipRequest invite = Invite("<sip:p2.example;lr>", "<sip:p1.example;method=BYE;x=y?Subject=z>");
        RoutedRequest routed = Dialog.OfCaller(invite, Answer(invite)).CreateRequest(SipMethod.Bye, out _);
        Assert.Multiple(() =>
        {
            Assert.That(routed.Request.RequestUri.ToString(), Is.EqualTo("sip:p1.example;x=y"));
            Assert.That(Hosts(routed.Request.Headers.Routes), Is.EqualTo(new[] { "p2.example", "192.0.2.2" }));
            Assert.That(routed.NextHop.Host, Is.EqualTo("p1.example"));
        });
    }

    [Test]
    [Category("DLG-004")]
    public void Without_a_route_the_target_is_the_first_hop()
    {
        SipRequest invite = Invite();
        RoutedRequest routed = Dialog.OfCallee(invite, "b").CreateRequest(SipMethod.Bye, out _);
        Assert.Multiple(() =>
        {
            Assert.That(routed.NextHop.ToString(), Is.EqualTo("sip:alice@192.0.2.1"));
            Assert.That(routed.Request.RequestUri, Is.EqualTo(routed.NextHop));
            Assert.That(routed.Request.Headers.Contains("Route"), Is.False);
            Assert.That(routed.Request.Headers.From!.ToString(), Is.EqualTo("<sip:bob@ims.example>;tag=b"));
            Assert.That(routed.Request.Headers.To!.ToString(), Is.EqualTo("<sip:alice@ims.example>;tag=a"));
        });
    }

    [Test]
    [Category("DLG-006")]
    public void Each_request_counts_one_up_and_the_ACK_keeps_the_number_of_its_INVITE()
    {
        SipRequest invite = Invite();
        invite.Headers.Add("Authorization", "Digest a=b");
        Dialog dialog = Dialog.OfCaller(invite, Answer(invite));
        RoutedRequest first = dialog.CreateRequest(SipMethod.Info, out Dialog second);
        RoutedRequest ack = second.CreateAck(invite);
        RoutedRequest last = second.CreateRequest(SipMethod.Bye, out _);
        Assert.Multiple(() =>
        {
            Assert.That(first.Request.Headers.CSeq!.ToString(), Is.EqualTo("8 INFO"));
            Assert.That(ack.Request.Headers.CSeq!.ToString(), Is.EqualTo("7 ACK"));
            Assert.That(last.Request.Headers.CSeq!.ToString(), Is.EqualTo("9 BYE"));
            Assert.That(dialog.LocalCSeq, Is.EqualTo(7), "values do not change");
        });
    }

    [Test]
    [Category("DLG-010")]
    [Category("AUTH-008")]
    public void The_ACK_of_a_2xx_takes_the_way_of_the_dialog_and_shows_the_credentials_of_the_INVITE()
    {
        SipRequest invite = Invite("<sip:p1.example;lr>");
        invite.Headers.Add("Authorization", "Digest a=b");
        invite.Headers.Add("Proxy-Authorization", "Digest c=d");
        SipRequest ack = Dialog.OfCaller(invite, Answer(invite)).CreateAck(invite).Request;
        Assert.Multiple(() =>
        {
            Assert.That(Hosts(ack.Headers.Routes), Is.EqualTo(new[] { "p1.example" }));
            Assert.That(ack.RequestUri.Host, Is.EqualTo("192.0.2.2"));
            Assert.That(ack.Headers.GetString("Authorization"), Is.EqualTo("Digest a=b"));
            Assert.That(ack.Headers.GetString("Proxy-Authorization"), Is.EqualTo("Digest c=d"));
            Assert.That(ack.Headers.Contains("Via"), Is.False, "it gets one of its own when it is sent");
        });
    }

    [Test]
    [Category("DLG-007")]
    public void A_request_with_a_lower_number_is_out_of_order_and_a_gap_is_not()
    {
        Dialog dialog = Dialog.OfCallee(Invite(), "b");
        Assert.That(dialog.TryReceive(Numbered(20), out dialog), Is.True);
        Assert.That(dialog.TryReceive(Numbered(19), out dialog), Is.False);
        Assert.That(dialog.TryReceive(Numbered(21), out dialog), Is.True);
        Assert.That(dialog.RemoteCSeq, Is.EqualTo(21));
    }

    [Test]
    [Category("DLG-022")]
    public void A_target_refresh_changes_the_target_and_nothing_else()
    {
        SipRequest invite = Invite("<sip:p1.example;lr>");
        Dialog dialog = Dialog.OfCaller(invite, Answer(invite));
        var update = new SipRequest(SipMethod.Update, SipUri.Parse("sip:alice@192.0.2.1"));
        update.Headers.Add("Contact", "<sip:bob@192.0.2.9>");
        update.Headers.Add("Record-Route", "<sip:other.example;lr>");
        Dialog refreshed = dialog.RefreshedBy(update);
        Assert.Multiple(() =>
        {
            Assert.That(refreshed.RemoteTarget.Host, Is.EqualTo("192.0.2.9"));
            Assert.That(Hosts(refreshed.Routes), Is.EqualTo(new[] { "p1.example" }));
            Assert.That(dialog.RefreshedBy(new SipRequest(SipMethod.Update, update.RequestUri)).RemoteTarget.Host, Is.EqualTo("192.0.2.2"));
            var unreadable = new SipRequest(SipMethod.Update, update.RequestUri);
            unreadable.Headers.Add("Contact", "<sip:nobody@>");
            Assert.That(dialog.RefreshedBy(unreadable).RemoteTarget.Host, Is.EqualTo("192.0.2.2"), "the old target when there is no other");
        });
    }

    // RFC 3261 §12.1.1 and RFC 3261 §12.1.2 take the target from the Contact; these peers have sent none that can be used.
    [TestCase(null, "192.0.2.7", "sip:alice@ims.example")]
    [TestCase("<sip:alice@0.0.0.0:5070>", "192.0.2.7", "sip:alice@192.0.2.7:5070")]
    [TestCase("<sip:alice@0.0.0.0:5070>", null, "sip:alice@192.0.2.1:5070")]
    [TestCase("<sip:alice@0.0.0.0>, <sip:alice@192.0.2.8>", "192.0.2.7", "sip:alice@192.0.2.8")]
    [TestCase("<sip:nobody@>", "192.0.2.7", "sip:alice@ims.example")]
    public void A_caller_without_a_usable_Contact_is_where_it_was_seen_or_who_it_says_it_is(string? contact, string? received, string target)
    {
        SipRequest invite = Invite();
        invite.Headers.Set("Via", $"SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1{(received is null ? null : ";received=" + received)}");
        invite.Headers.Remove("Contact");
        if (contact is not null)
        {
            invite.Headers.Add("Contact", contact);
        }

        Assert.That(Dialog.OfCallee(invite, "b").RemoteTarget.ToString(), Is.EqualTo(target));
        invite.Headers.Add("Via", "SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK2");
        Assert.That(
            Dialog.OfCallee(invite, "b").RemoteTarget.ToString(),
            Is.EqualTo(target.Contains("5070", StringComparison.Ordinal) ? "sip:alice@ims.example" : target),
            "behind a proxy it was not seen");
    }

    [Test]
    public void A_callee_without_Contact_and_To_is_whom_the_INVITE_was_for()
    {
        SipRequest invite = Invite();
        Dialog dialog = Dialog.OfCaller(invite, new SipResponse(200));
        Assert.That((dialog.RemoteTarget, dialog.Remote.ToString(), dialog.Id), Is.EqualTo((invite.RequestUri, "<sip:bob@ims.example>", new DialogId("call", "a", null))));
    }

    [Test]
    [Category("DLG-006")]
    public void What_was_sent_while_it_was_early_counts_and_nothing_counts_back()
    {
        SipRequest invite = Invite();
        Dialog dialog = Dialog.OfCaller(invite, Answer(invite));
        Assert.That((dialog.CountingFrom(6).LocalCSeq, dialog.CountingFrom(7).LocalCSeq, dialog.CountingFrom(9).LocalCSeq), Is.EqualTo((7u, 7u, 9u)));
        Assert.That(dialog.CountingFrom(9).CreateRequest(SipMethod.Bye, out _).Request.Headers.CSeq!.Number, Is.EqualTo(10));
    }

    [Test]
    [Category("DLG-007")]
    public void The_number_of_the_INVITE_is_the_first_the_callee_has_seen_and_may_come_again()
    {
        Dialog dialog = Dialog.OfCallee(Invite(), "b");
        Assert.That((dialog.RemoteCSeq, dialog.LocalCSeq), Is.EqualTo(((uint?)7, 0u)));
        Assert.That(dialog.TryReceive(Numbered(6), out Dialog same), Is.False);
        Assert.That(same, Is.SameAs(dialog));
        Assert.That(dialog.TryReceive(Numbered(7), out dialog), Is.True);
        SipRequest invite = Invite();
        dialog = Dialog.OfCaller(invite, Answer(invite));
        Assert.That((dialog.RemoteCSeq, dialog.TryReceive(Numbered(0), out _)), Is.EqualTo(((uint?)null, true)), "the callee has its own numbers");
    }

    [Test]
    public void A_request_in_the_dialog_has_the_headers_each_request_needs()
    {
        SipRequest request = Dialog.OfCallee(Invite(), "b").CreateRequest(SipMethod.Bye, out _).Request;
        Assert.That(request.Headers.Select(static h => h.Name), Is.EqualTo(new[] { "Max-Forwards", "From", "To", "Call-ID", "CSeq" }));
        Assert.That(
            (request.Headers.MaxForwards, request.Headers.CallId, request.Headers.CSeq!.ToString()),
            Is.EqualTo(((int?)70, "call", "1 BYE")));
    }

    [TestCase("<sip:p1.example;lr>, <sip:p2.example;lr>", "p1.example")]
    [TestCase("<sip:p1.example>", "ims.example")]
    [TestCase(null, "ims.example")]
    [Category("DLG-004")]
    public void A_route_the_application_wrote_is_followed_where_it_begins_with_a_loose_router(string? route, string nextHop)
    {
        SipRequest invite = Invite();
        if (route is not null)
        {
            invite.Headers.Add("Route", route);
        }

        RoutedRequest routed = RouteSet.AsWritten(invite);
        Assert.That((routed.NextHop.Host, routed.Request), Is.EqualTo((nextHop, invite)));
    }

    private static string[] Hosts(IEnumerable<NameAddress> routes) => [.. routes.Select(r => r.Uri.Host)];

    private static SipRequest Numbered(uint number)
    {
        var request = new SipRequest(SipMethod.Info, SipUri.Parse("sip:bob@192.0.2.2"));
        request.Headers.Add("CSeq", $"{number} INFO");
        return request;
    }

    private static SipRequest Invite(params ImmutableArray<string> recordRoutes)
    {
        var invite = new SipRequest(SipMethod.Invite, SipUri.Parse("sip:bob@ims.example"));
        invite.Headers.Add("Via", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1");
        foreach (string route in recordRoutes)
        {
            invite.Headers.Add("Record-Route", route);
        }

        invite.Headers.Add("From", "<sip:alice@ims.example>;tag=a");
        invite.Headers.Add("To", "<sip:bob@ims.example>");
        invite.Headers.Add("Call-ID", "call");
        invite.Headers.Add("CSeq", "7 INVITE");
        invite.Headers.Add("Contact", "<sip:alice@192.0.2.1>");
        return invite;
    }

    private static SipResponse Answer(SipRequest invite)
    {
        SipResponse response = SipResponse.CreateFor(invite, 200, toTag: "b");
        response.Headers.Add("Contact", "<sip:bob@192.0.2.2>");
        return response;
    }
}
