using System.Text;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sip.Headers;

[TestFixture]
public sealed class NameAddressTests
{
    [TestCase("<sip:mamadou@v4.ims.test>;tag=2520", "<sip:mamadou@v4.ims.test>;tag=2520")]
    [TestCase("sip:a@b;tag=1", "<sip:a@b>;tag=1")]
    [TestCase("Bob <sip:b@h>", "\"Bob\" <sip:b@h>")]
    [TestCase("Bob B. Bobson <sip:b@h;lr>;x", "\"Bob B. Bobson\" <sip:b@h;lr>;x")]
    [TestCase("\"J Rosenberg \\\\\\\"\"  <sip:j@h> ; tag = 98asjd8", "\"J Rosenberg \\\\\\\"\" <sip:j@h>;tag=98asjd8")]
    [TestCase("\"a, b\" <sip:x;p=1>", "\"a, b\" <sip:x;p=1>")]
    [TestCase("\"\" <sip:x>", "\"\" <sip:x>")]
    [TestCase("<tel:+1-201>", "<tel:+1-201>")]
    [TestCase("tel:+1-201;tag=x", "<tel:+1-201>;tag=x")]
    [TestCase("<sip:u@h?Route=%3Csip:evil%3E>", "<sip:u@h?Route=%3Csip:evil%3E>")]
    [Category("SIPG-008")]
    public void Reads_either_form_and_writes_brackets(string text, string printed)
    {
        Assert.That(NameAddress.TryParse(Encoding.UTF8.GetBytes(text), out NameAddress? value), Is.True);
        Assert.That(value!.ToString(), Is.EqualTo(printed));
    }

    [TestCase("")]
    [TestCase("</>")]
    [TestCase("<>;tag=1")]
    [TestCase("<a>;tag=1")]
    [TestCase("<sip:>;tag=1")]
    [TestCase("<sip:@>")]
    [TestCase("<sip:a@b")]
    [TestCase("\"open <sip:a@b>")]
    [TestCase("\"x\\\" <sip:a@b>")]
    [TestCase("\"x\\\\\\\" <sip:a@b>")]
    [TestCase("\"x\\")]
    [TestCase("\"x\" sip:a@b")]
    [TestCase("< sip:a@b>")]
    [TestCase("<sip:a@b>;tag=")]
    [TestCase("<sip:a@b> junk")]
    [TestCase("sip:a@b?Route=x")]
    [TestCase("*")]
    public void What_is_broken_is_refused(string text) =>
        Assert.That(NameAddress.TryParse(Encoding.UTF8.GetBytes(text), out _), Is.False);

    // What cannot be read of a parameter is passed over, and the rest counts.
    [TestCase("<sip:a@b>;q=;+sip.instance=\"<urn:uuid:1>\"", "<sip:a@b>;+sip.instance=\"<urn:uuid:1>\"")]
    [TestCase("<sip:a@b>;tag=1;x=", "<sip:a@b>;tag=1")]
    [TestCase("<sip:a@b>; =1 ;tag=1", "<sip:a@b>;tag=1")]
    [TestCase("<sip:a@b>;one two;tag=1", "<sip:a@b>;tag=1")]
    [TestCase("<sip:a@b>;x=a@b,c;tag=1;y", "<sip:a@b>;tag=1;y")]
    [TestCase("<sip:a@b>;x=1 2;z=\"a;tag=2\";tag=1", "<sip:a@b>;z=\"a;tag=2\";tag=1")]
    [TestCase("<sip:a@b>;q=", "<sip:a@b>")]
    [TestCase("sip:a@b;q=;tag=1", "<sip:a@b>;tag=1")]
    [Category("SIPG-021")]
    public void A_malformed_parameter_takes_none_of_the_others_with_it(string text, string printed)
    {
        Assert.That(NameAddress.TryParse(Encoding.UTF8.GetBytes(text), out NameAddress? value), Is.True);
        Assert.That(value!.ToString(), Is.EqualTo(printed));
    }

    // What somebody on the way may read as a tag or as another address is not passed over.
    [TestCase("<sip:a@b>;tag=;x")]
    [TestCase("<sip:a@b>;TAG = ;tag=1")]
    [TestCase("<sip:a@b>;tag=a b;x")]
    [TestCase("<sip:a@b>;x=\"never closed;tag=1")]
    [TestCase("<sip:a@b>;x=y\"z\";tag=1")]
    [TestCase("<sip:a@b>;x=<sip:c@d>;tag=1")]
    [TestCase("<sip:a@b> x;tag=1")]
    public void A_malformed_parameter_that_could_be_read_in_another_way_refuses_the_address(string text) =>
        Assert.That(NameAddress.TryParse(Encoding.UTF8.GetBytes(text), out _), Is.False);

    [TestCase("Contact: <sip:a@h>;q=;+g.oma.sip-im")]
    [TestCase("From: <sip:a@h>;tag=0a1b2c3d;x=")]
    [TestCase("To: <sip:b@h>;x=")]
    [TestCase("Record-Route: <sip:p@h;lr>;x=, <sip:q@h;lr>")]
    [TestCase("Route: <sip:p@h;lr>;=")]
    [Category("SIPG-021")]
    public void A_parameter_that_was_passed_over_is_a_warning(string row)
    {
        string[] rows = ["From: <sip:a@h>;tag=0a1b2c3d", "To: <sip:b@h>", row];
        string name = row[..row.IndexOf(':', StringComparison.Ordinal)];
        string text = "OPTIONS sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKnashds8x7a\r\nMax-Forwards: 70\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nAccept: application/sdp\r\n"
            + string.Concat(rows.Where(r => r == row || !r.StartsWith(name, StringComparison.Ordinal)).Select(r => r + "\r\n")) + "Content-Length: 0\r\n\r\n";
        Assert.That(SipReader.TryReadDatagram(Encoding.UTF8.GetBytes(text), null, out SipMessage? message, out SipReadError? error), Is.True, error?.ToString());
        Assert.Multiple(() =>
        {
            Assert.That(message!.Warnings, Does.Contain(new SipWarning(SipWarningCode.MalformedParameter, text.IndexOf(row, StringComparison.Ordinal) + name.Length + 2)));
            Assert.That(name switch
            {
                "Contact" => message.Headers.Contacts.Single().Parameters.Contains("+g.oma.sip-im"),
                "From" => message.Headers.From?.Tag == "0a1b2c3d",
                "To" => message.Headers.To is not null,
                "Route" => message.Headers.Routes.Single().Uri.ToString() == "sip:p@h;lr",
                _ => message.Headers.RecordRoutes.Count == 2,
            }, Is.True);
        });
    }

    [TestCase("<sip:192.0.2.1:443;transport=tcp;tok=\"VG8+/s==\">;x", "192.0.2.1", 443, "<sip:192.0.2.1:443;transport=tcp;tok=\"VG8+/s==\">;x")]
    [TestCase("<sip:u@h;a=\"b;c?d@e\";lr>", "h", null, "<sip:u@h;a=\"b;c?d@e\";lr>")]
    [TestCase("<sip:h;tok=VG8=>;x", "h", null, "<sip:h;tok=VG8=>;x")]
    [TestCase("<sip:u@192.0.2.8:>;x", "192.0.2.8", null, "<sip:u@192.0.2.8>;x")]
    [TestCase("<sip:u@[2001:db8::1]:;lr>", "2001:db8::1", null, "<sip:u@[2001:db8::1];lr>")]
    [TestCase("<sip:@192.0.2.8:5062>", "192.0.2.8", 5062, "<sip:192.0.2.8:5062>")]
    [TestCase("<sip:h:5062;a=\"b c\";d=e>", "h", 5062, "<sip:h:5062;d=e>")]
    [TestCase("<sip:h:5062;=x;a;\"y;z\";q=>", "h", 5062, "<sip:h:5062;a>")]
    [TestCase("<sip:h;a=\"never closed;b>;x", "h", null, "<sip:h;b>;x")]
    [TestCase("<sips:u@h:;x=\"1\"?a=\">", "h", null, "<sips:u@h;x=\"1\">")]
    [TestCase("sip:u@h:;tag=1", "h", null, "<sip:u@h>;tag=1")]
    [Category("SIPG-009")]
    public void A_URI_against_the_grammar_counts_as_far_as_it_can_be_read(string text, string host, int? port, string printed)
    {
        Assert.That(NameAddress.TryParse(Encoding.UTF8.GetBytes(text), out NameAddress? value), Is.True);
        Assert.That((value!.Uri.Host, value.Uri.Port), Is.EqualTo((host, port)));
        Assert.That(value.ToString(), Is.EqualTo(printed));
    }

    [TestCase("<sip:u@>")]
    [TestCase("<sip:u@:5060>")]
    [TestCase("<sip:u@h:port>")]
    [TestCase("<sip:u@h:70000>")]
    [TestCase("<sip:u v@h>")]
    [TestCase("<what is this>")]
    [TestCase("<>")]
    [Category("SIPG-009")]
    public void What_stands_behind_the_brackets_of_a_Contact_counts_whatever_stands_between(string address)
    {
        var headers = new SipHeaders();
        headers.Add("Contact", $"{address};+sip.instance=\"x\";q=0.5, <sip:second@h>");
        Assert.Multiple(() =>
        {
            Assert.That(headers.Contacts, Has.Count.EqualTo(2));
            Assert.That(headers.Contacts[0].Parameters.GetValue("+sip.instance"), Is.EqualTo("x"));
            Assert.That(headers.Contacts[0].Uri.Scheme, Is.Empty);
            Assert.That(headers.Contacts[0].Uri.ToString(), Is.EqualTo(address[1..^1]));
            Assert.That(headers.RemoteTarget!.User, Is.EqualTo("second"));
            Assert.That(NameAddress.TryParse(Encoding.UTF8.GetBytes(address + ";tag=x"), out _), Is.False, "in From and To it is needed");
        });
    }

    [Test]
    [Category("SIPG-008")]
    public void Parameters_in_brackets_are_the_URIs_and_behind_them_the_headers()
    {
        Assert.That(NameAddress.TryParse("<sip:a@b;tag=uri>;tag=header"u8, out NameAddress? value), Is.True);
        Assert.That(value!.Tag, Is.EqualTo("header"));
        Assert.That(value.Uri.Parameters.GetValue("tag"), Is.EqualTo("uri"));
    }

    [Test]
    [Category("SIPG-025")]
    public void Display_names_come_back_as_they_were()
    {
        foreach (string name in (string[])["a\"b", "a\\b", "\\", "\"", "\u00fcml\u00e4ut, <x>", "\\\\\"\\"])
        {
            var address = new NameAddress(name, SipUri.Parse("sip:a@b"));
            Assert.That(NameAddress.TryParse(Encoding.UTF8.GetBytes(address.ToString()), out NameAddress? again), Is.True);
            Assert.That(again, Is.EqualTo(address));
        }
    }

    [TestCase("a\r\nVia: b")]
    [TestCase("a\nb")]
    [TestCase("a\0")]
    [Category("SIPG-025")]
    public void A_line_break_never_leaves(string text)
    {
        Assert.That(() => new NameAddress(text, SipUri.Parse("sip:a@b")).ToString(), Throws.TypeOf<ImageShareException>());
        Assert.That(() => new NameAddress(SipUri.Parse("sip:a@b")).WithTag(text).ToString(), Throws.TypeOf<ImageShareException>());
        Assert.That(() => new AcceptContact(ParameterList.Empty.With("x", text, true)).ToString(), Throws.TypeOf<ImageShareException>());
    }
}
