using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Tests.Sip.Messages;

[TestFixture]
public sealed class SipHeadersTests
{
    [TestCase("i", "Call-ID")]
    [TestCase("m", "Contact")]
    [TestCase("e", "Content-Encoding")]
    [TestCase("l", "Content-Length")]
    [TestCase("c", "Content-Type")]
    [TestCase("f", "From")]
    [TestCase("s", "Subject")]
    [TestCase("k", "Supported")]
    [TestCase("t", "To")]
    [TestCase("v", "Via")]
    [TestCase("a", "Accept-Contact")]
    [TestCase("j", "Reject-Contact")]
    [TestCase("d", "Request-Disposition")]
    [TestCase("r", "Refer-To")]
    [TestCase("b", "Referred-By")]
    [TestCase("o", "Event")]
    [TestCase("u", "Allow-Events")]
    [TestCase("x", "Session-Expires")]
    [TestCase("y", "Identity")]
    [Category("SIPG-005")]
    public void A_compact_name_is_the_long_one(string compact, string name)
    {
        var headers = new SipHeaders { { compact, "one" }, { name.ToUpperInvariant(), "two" } };
        Assert.Multiple(() =>
        {
            Assert.That(headers[0].Name, Is.EqualTo(name));
            Assert.That(headers.CountOf(compact.ToUpperInvariant()), Is.EqualTo(2));
            Assert.That(headers.GetString(name), Is.EqualTo("one"));
        });
    }

    [Test]
    [Category("SIPG-006")]
    public void Rows_and_commas_are_one_list()
    {
        string[] hops = ["<sip:a;lr>", "<sip:b;lr>", "<sip:c;lr>"];
        string[][] layouts =
        [
            [hops[0], hops[1], hops[2]],
            [$"{hops[0]},{hops[1]}", hops[2]],
            [hops[0], $"{hops[1]} , {hops[2]}"],
            [$"{hops[0]},  {hops[1]},{hops[2]}"],
            [$",{hops[0]},,{hops[1]},{hops[2]},"],
        ];
        foreach (string[] layout in layouts)
        {
            var headers = new SipHeaders();
            foreach (string row in layout)
            {
                headers.Add("Route", row);
                headers.Add("X-Between", "x");
            }

            Assert.That(headers.Routes.Select(r => r.ToString()), Is.EqualTo(hops));
            Assert.That(headers.GetStrings("route"), Is.EqualTo(hops));
        }
    }

    [Test]
    [Category("SIPG-007")]
    public void Commas_in_quotes_and_brackets_do_not_separate()
    {
        var headers = new SipHeaders
        {
            { "Contact", "\"a, \\\"b, <c\" <sip:x;p=,>;+t=\"x,y\", <sip:y,z@h>,sip:w@h" },
        };
        Assert.That(headers.GetStrings("m"), Is.EqualTo(["\"a, \\\"b, <c\" <sip:x;p=,>;+t=\"x,y\"", "<sip:y,z@h>", "sip:w@h"]));
        Assert.That(headers.Contacts.Select(c => c.ToString()), Is.EqualTo(["\"a, \\\"b, <c\" <sip:x;p=,>;+t=\"x,y\"", "<sip:y,z@h>", "<sip:w@h>"]));
    }

    [TestCase("WWW-Authenticate")]
    [TestCase("Proxy-Authenticate")]
    [TestCase("Authorization")]
    [TestCase("Proxy-Authorization")]
    [TestCase("X-Unknown")]
    [Category("SIPG-024")]
    public void Challenges_are_never_split(string name)
    {
        var headers = new SipHeaders { { name, "Digest realm=\"a\", nonce=\"b\", qop=\"auth\"" }, { name, "Digest realm=\"c\", nonce=\"d\"" } };
        Assert.That(headers.GetStrings(name), Has.Count.EqualTo(2));
    }

    [Test]
    public void The_first_value_of_a_list_can_be_taken_off_or_replaced()
    {
        var headers = new SipHeaders { { "Route", "<sip:a>, <sip:b>" }, { "Route", "<sip:c>" } };
        Assert.That(headers.ReplaceFirst("Route", new NameAddress(SipUri.Parse("sip:z"))), Is.True);
        Assert.That(headers.GetStrings("Route"), Is.EqualTo(["<sip:z>", "<sip:b>", "<sip:c>"]));
        Assert.That(headers.RemoveFirst("Route") && headers.RemoveFirst("Route"), Is.True);
        Assert.That(headers.GetStrings("Route"), Is.EqualTo(["<sip:c>"]));
        Assert.That(headers.RemoveFirst("Route"), Is.True);
        Assert.That(headers, Is.Empty);
        Assert.That(headers.RemoveFirst("Route"), Is.False);
    }

    [Test]
    public void Set_replaces_all_rows_where_the_first_stood()
    {
        var headers = new SipHeaders { { "X-A", "1" }, { "X-B", "2" }, { "x-a", "3" }, { "X-C", "4" } };
        headers.Set("X-A", "9");
        Assert.That(headers.Select(h => $"{h.Name}={h.Value}"), Is.EqualTo(["X-A=9", "X-B=2", "X-C=4"]));
        Assert.That(headers.Remove("X-B"), Is.True);
        Assert.That(headers.Remove("X-B"), Is.False);
        headers.AddFirst("Via", "SIP/2.0/UDP h");
        Assert.That(headers.Select(h => h.Name), Is.EqualTo(["Via", "X-A", "X-C"]));
    }

    [Test]
    public void A_typed_value_follows_its_row()
    {
        var headers = new SipHeaders { { "CSeq", "1 INVITE" }, { "To", "<sip:a@b>" } };
        Assert.That(headers.CSeq!.Number, Is.EqualTo(1));
        Assert.That(headers.To!.Tag, Is.Null);
        headers.Set("CSeq", new CSeq(2, SipMethod.Bye));
        headers.Set("t", headers.To.WithTag("x"));
        Assert.That(headers.CSeq, Is.EqualTo(new CSeq(2, SipMethod.Bye)));
        Assert.That(headers.To.Tag, Is.EqualTo("x"));
        Assert.That(new SipHeaders(headers).To!.Tag, Is.EqualTo("x"));
    }

    [TestCase("Name", "a\r\nVia: b")]
    [TestCase("Name", "a\rb")]
    [TestCase("Name", "a\0b")]
    [Category("SIPG-025")]
    public void A_value_never_ends_its_line(string name, string value)
    {
        var headers = new SipHeaders();
        Assert.That(() => headers.Add(name, value), Throws.TypeOf<ImageShareException>());
        Assert.That(() => headers.Set(name, value), Throws.TypeOf<ImageShareException>());
        Assert.That(() => headers.AddFirst(name, value), Throws.TypeOf<ImageShareException>());
        Assert.That(headers, Is.Empty);
    }

    [TestCase("Na me")]
    [TestCase("Name:")]
    [TestCase("N\u00e4me")]
    public void A_name_is_a_token(string name) => Assert.That(() => new SipHeaders().Add(name, "x"), Throws.ArgumentException);

    [TestCase("application/sdp", null, "session")]
    [TestCase("Application/SDP; charset=x", null, "session")]
    [TestCase("image/png", null, "render")]
    [TestCase("image/png", "icon ;handling=optional", "icon")]
    [Category("SIPG-020")]
    public void Disposition_has_a_default(string type, string? stated, string disposition)
    {
        var headers = new SipHeaders { { "c", type } };
        if (stated is not null)
        {
            headers.Add("Content-Disposition", stated);
        }

        Assert.That(headers.ContentDisposition, Is.EqualTo(disposition));
    }

    [Test]
    public void Unreadable_Contacts_are_passed_over_and_an_unreadable_hop_spoils_the_route()
    {
        var headers = new SipHeaders { { "Contact", "*, <sip:a@b>, <%>" }, { "Route", "<sip:a>,<>" } };
        Assert.That(headers.Contacts, Has.Count.EqualTo(1));
        Assert.That(headers.Routes, Is.Empty);
    }
}
