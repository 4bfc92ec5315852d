using System.Text;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Tests.Sip.Messages;

/// <summary>Typed values are parsed once, and again when a row of their name changes.</summary>
[TestFixture]
public sealed class SipHeadersValueTests
{
    [Test]
    public void A_value_is_parsed_once()
    {
        SipHeaders headers = Read("Contact: <sip:a@h>, <sip:b@h>\r\nm: <sip:c@h>\r\nf: <sip:a@b>;tag=1\r\nAllow: INVITE,BYE\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n");
        (IReadOnlyList<NameAddress> contacts, NameAddress? from, IReadOnlyList<string> allow) = (headers.Contacts, headers.From, headers.Allow);
        Assert.That(headers.Contacts, Is.SameAs(contacts).And.Count.EqualTo(3));
        Assert.That(headers.From, Is.SameAs(from).And.Not.Null);
        Assert.That(headers.Allow, Is.SameAs(allow).And.EqualTo(new[] { "INVITE", "BYE" }));
        Assert.That(headers.TopVia, Is.SameAs(headers.Vias[0]));
    }

    [Test]
    public void A_value_that_cannot_be_read_stays_so_until_it_is_replaced()
    {
        SipHeaders headers = Read("To: <\r\nVia: x\r\nVia: SIP/2.0/UDP h\r\n");
        Assert.That((headers.To, headers.To, headers.TopVia, headers.Vias.Count), Is.EqualTo(((NameAddress?)null, (NameAddress?)null, (Via?)null, 0)));
        headers.Set("To", "<sip:b@c>");
        headers.RemoveFirst("Via");
        Assert.That((headers.To?.Uri.User, headers.TopVia?.Host, headers.Vias.Count), Is.EqualTo(("b", "h", 1)));
    }

    [TestCase("add", "ab+")]
    [TestCase("add first", "+ab")]
    [TestCase("set", "+")]
    [TestCase("remove", "")]
    [TestCase("remove first", "b")]
    [TestCase("replace first", "+b")]
    public void A_change_is_seen(string change, string users)
    {
        foreach (string text in (string[])["Contact: <sip:a@h>\r\nContact: <sip:b@h>\r\n", "contact: <sip:a@h>, <sip:b@h>\r\n"])
        {
            SipHeaders headers = Read(text), copy = new(headers);
            Assert.That((Users(headers), Users(copy)), Is.EqualTo(("ab", "ab")));
            var added = new NameAddress(ImageShare.Core.Sip.SipUri.Parse("sip:+@h"));
            switch (change)
            {
                case "add":
                    headers.Add("m", added);
                    break;
                case "add first":
                    headers.AddFirst("Contact", added);
                    break;
                case "set":
                    headers.Set("Contact", added);
                    break;
                case "remove":
                    headers.Remove("Contact");
                    break;
                case "remove first":
                    headers.RemoveFirst("Contact");
                    break;
                default:
                    headers.ReplaceFirst("Contact", added);
                    break;
            }

            Assert.That((Users(headers), Users(copy)), Is.EqualTo((users, "ab")), text);
        }
    }

    [Test]
    public void A_copy_has_values_of_its_own()
    {
        var headers = new SipHeaders();
        headers.Add("Contact", "<sip:a@h>");
        var copy = new SipHeaders(headers);
        Assert.That((Users(headers), Users(copy)), Is.EqualTo(("a", "a")));
        copy.Add("Contact", "<sip:b@h>");
        Assert.That((Users(headers), Users(copy)), Is.EqualTo(("a", "ab")));
        headers.Add("Contact", "<sip:c@h>");
        Assert.That((Users(headers), Users(copy)), Is.EqualTo(("ac", "ab")));
    }

    [Test]
    public void Rows_are_found_however_far_behind_they_are()
    {
        string others = string.Concat(Enumerable.Range(0, 300).Select(static i => $"X-{i}: {i}\r\n"));
        SipHeaders headers = Read(others + "CSeq: 7 BYE\r\nContact: <sip:a@h>\r\nContact: <sip:b@h>\r\n");
        Assert.That((headers.CSeq?.Number, Users(headers), headers.CountOf("m"), headers.CountOf("Route"), headers.Routes.Count), Is.EqualTo((7u, "ab", 2, 0, 0)));
        headers.Remove("X-3");
        headers.AddFirst("CSeq", "8 ACK");
        Assert.That((headers.CSeq?.Number, headers.CountOf("CSeq")), Is.EqualTo((8u, 2)));
    }

    [Test]
    public void Every_typed_property_has_a_name_in_the_index()
    {
        string[] names = [.. typeof(KnownNames).GetFields().Select(static field => (SipHeaderName)field.GetValue(null)!).Where(static name => name.Number >= SipHeaderName.TypedCount).Select(static name => name.Name)];
        Assert.That(names, Is.Empty);
        Assert.That(SipHeaderName.Numbered(SipHeaderName.TypedCount - 1)!.Name, Is.EqualTo("Via"));
    }

    private static string Users(SipHeaders headers) => string.Concat(headers.Contacts.Select(static contact => contact.Uri.User));

    private static SipHeaders Read(string rows)
    {
        byte[] bytes = Encoding.UTF8.GetBytes("BYE sip:a@b SIP/2.0\r\n" + rows + "\r\n");
        var limits = new SipLimits { MaxHeaders = 1000 };
        Assert.That(SipReader.TryReadDatagram(bytes, limits, out SipMessage? message, out SipReadError? error), Is.True, $"{error}");
        return message!.Headers;
    }
}
