using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Tests.Sip.Messages;

[TestFixture]
public sealed class ExtraHeadersTests
{
    [Test]
    public void They_are_kept_in_their_order_under_their_long_names()
    {
        ExtraHeaders headers = ExtraHeaders.None.With("s", "Holidays").With("X-Trace", "1").With("X-Trace", "2");
        Assert.That(headers.Select(h => $"{h.Key}: {h.Value}"), Is.EqualTo(new[] { "Subject: Holidays", "X-Trace: 1", "X-Trace: 2" }));
        Assert.That(ExtraHeaders.None, Is.Empty);
    }

    [TestCase("Via")]
    [TestCase("v")]
    [TestCase("FROM")]
    [TestCase("f")]
    [TestCase("To")]
    [TestCase("Call-ID")]
    [TestCase("i")]
    [TestCase("CSeq")]
    [TestCase("Contact")]
    [TestCase("m")]
    [TestCase("Route")]
    [TestCase("Record-Route")]
    [TestCase("Max-Forwards")]
    [TestCase("Content-Length")]
    [TestCase("l")]
    [TestCase("Content-Type")]
    [TestCase("c")]
    [TestCase("Content-Encoding")]
    [TestCase("Accept-Contact")]
    [TestCase("a")]
    [TestCase("Require")]
    [TestCase("Supported")]
    [TestCase("k")]
    [TestCase("Authorization")]
    [TestCase("Proxy-Authorization")]
    [TestCase("Session-Expires")]
    [TestCase("x")]
    [TestCase("User-Agent")]
    [TestCase("P-Preferred-Identity")]
    public void What_the_library_writes_itself_cannot_be_added(string name) =>
        Assert.That(() => ExtraHeaders.None.With(name, "1"), Throws.ArgumentException.With.Message.Contains("library"));

    [TestCase("")]
    [TestCase("X Y")]
    [TestCase("X:")]
    [TestCase("X\r\nVia")]
    [TestCase("Ü")]
    public void A_name_is_a_token(string name) => Assert.That(() => ExtraHeaders.None.With(name, "1"), Throws.ArgumentException);

    [TestCase("a\r\nVia: b")]
    [TestCase("a\nb")]
    [TestCase("a\rb")]
    [TestCase("a\0b")]
    [Category("SIPG-025")]
    public void A_value_cannot_end_its_line(string value) => Assert.That(
        () => ExtraHeaders.None.With("X-Trace", value),
        Throws.InstanceOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidValue));
}
