using System.Text;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
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
