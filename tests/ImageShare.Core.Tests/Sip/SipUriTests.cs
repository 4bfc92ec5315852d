using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImageShare.Core.Sip;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sip;

[TestFixture]
public sealed class SipUriTests
{
    [TestCase("sip:bob@v4.ims.test")]
    [TestCase("sip:bob@192.168.16.33")]
    [TestCase("sips:bob:secret@example.com:5061")]
    [TestCase("sip:[2001:db8::10]:5070;lr")]
    [TestCase("sip:a@[2001:0db8:85a3:0000:0000:8a2e:0370:7334]:65535")]
    [TestCase("sip:a@[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]:65535;maddr=[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]")]
    [TestCase("sip:[::ffff:192.0.2.128]")]
    [TestCase("sip:[2001:db8::10:5070]")]
    [TestCase("sip:mo@pcscf.v4.ims.test:4060;lr")]
    [TestCase("sip:192.168.16.225:4060;lr=true;transport=udp")]
    [TestCase("sip:+1-212-555-1212:1234@gateway.com;user=phone")]
    [TestCase("sip:alice@atlanta.com;maddr=239.255.255.1;ttl=15?subject=project%20x&priority=urgent")]
    [TestCase("sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com")]
    [TestCase("sip:alice;day=tuesday@atlanta.com")]
    [TestCase("sip:sips%3Auser%40example.com@example.net")]
    [TestCase("sip:user;par=u%40example.net@example.com")]
    [TestCase("sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com")]
    [TestCase("sip:a%@h")]
    [TestCase("sip:a%4@h")]
    [TestCase("sip:h;x=%")]
    [TestCase("tel:+1-201-555-0123;phone-context=example.com")]
    [TestCase("urn:urn-7:3gpp-service.ims.icsi.mmtel")]
    [TestCase("http://example.com/a?b#c")]
    [TestCase("sip:user@my-host-.example.com")]
    [Category("SIPG-009")]
    public void Reads_and_prints_back(string text)
    {
        Assert.That(SipUri.TryParse(text, out SipUri? uri), Is.True);
        Assert.That(uri!.ToString(), Is.EqualTo(text));
    }

    [TestCase("")]
    [TestCase("sip")]
    [TestCase("sip:")]
    [TestCase("sip:@")]
    [TestCase("sip:user@")]
    [TestCase("sip:@host")]
    [TestCase(":host")]
    [TestCase("/")]
    [TestCase("a")]
    [TestCase("%")]
    [TestCase("1sip:h")]
    [TestCase("sip:h:")]
    [TestCase("sip:h:65536")]
    [TestCase("sip:h:4294967377")]
    [TestCase("sip:h:-1")]
    [TestCase("sip:2001:db8::10")]
    [TestCase("sip:[2001:db8:::10]")]
    [TestCase("sip:[2001:db8::10")]
    [TestCase("sip:[192.0.2.1]")]
    [TestCase("sip:a@b@c")]
    [TestCase("sip:a b@c")]
    [TestCase("<sip:a@b>")]
    [TestCase("sip:a@b;x=\"y\"")]
    [TestCase("sip:a@b\r\nVia: x")]
    [TestCase("sip:a@b\0")]
    public void What_is_no_URI_is_refused(string text) => Assert.That(SipUri.TryParse(text, out _), Is.False);

    [Test]
    [Category("SIPG-009")]
    public void Every_part_is_there()
    {
        var uri = SipUri.Parse("sips:al%69ce:pw@[::1]:5071;Transport=tcp;lr=on;x-y=1?subject=a");
        Assert.Multiple(() =>
        {
            Assert.That(uri.Scheme, Is.EqualTo("sips"));
            Assert.That(uri.IsSecure, Is.True);
            Assert.That(uri.User, Is.EqualTo("al%69ce"));
            Assert.That(uri.DecodedUser, Is.EqualTo("alice"));
            Assert.That(uri.Password, Is.EqualTo("pw"));
            Assert.That(uri.Host, Is.EqualTo("::1"));
            Assert.That(uri.Port, Is.EqualTo(5071));
            Assert.That(uri.TransportParameter, Is.EqualTo("tcp"));
            Assert.That(uri.IsLooseRouter, Is.True);
            Assert.That(uri.Parameters.GetValue("x-y"), Is.EqualTo("1"));
            Assert.That(uri.Headers, Is.EqualTo("subject=a"));
        });
    }

    [Test]
    [Category("SIPG-010")]
    public void Escapes_are_undone_once_and_a_stray_percent_stays()
    {
        Assert.That(SipUri.Parse("sip:100%2525@h").DecodedUser, Is.EqualTo("100%25"));
        Assert.That(SipUri.Parse("sip:100%@h").DecodedUser, Is.EqualTo("100%"));
        Assert.That(SipUri.Parse("sip:null-%00-null@h").DecodedUser, Is.EqualTo("null-\0-null"));
    }

    [Test]
    [Category("SIPG-010")]
    public void A_user_with_special_characters_leaves_escaped()
    {
        var uri = new SipUri("sip", "a b@c<\u00e9\r\n", "h");
        Assert.That(uri.ToString(), Is.EqualTo("sip:a%20b%40c%3C%C3%A9%0D%0A@h"));
    }

    [TestCase("h\r\nVia: x", null)]
    [TestCase("h", "x\r\ny")]
    [TestCase("h>", null)]
    public void Nothing_that_ends_the_URI_leaves(string host, string? parameter)
    {
        var uri = new SipUri("sip", "u", host, null, parameter is null ? default : ParameterList.Empty.With("p", parameter));
        Assert.That(uri.ToString, Throws.TypeOf<ImageShareException>());
    }

    [TestCase("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp", true)]
    [TestCase("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5", true)]
    [TestCase("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on", true)]
    [TestCase("sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com", "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com", true)]
    [TestCase("sip:alice@atlanta.com?subject=project%20x&priority=urgent", "sip:alice@atlanta.com?priority=urgent&subject=project%20x", true)]
    [TestCase("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP", false)]
    [TestCase("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060", false)]
    [TestCase("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp", false)]
    [TestCase("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp", false)]
    [TestCase("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting", false)]
    [TestCase("sip:bob@h;maddr=1.2.3.4", "sip:bob@h", false)]
    [TestCase("sip:bob@h;a=1", "sip:bob@h;a=2", false)]
    [TestCase("sip:bob@h;lr", "sip:bob@h;lr=true", true)]
    [TestCase("sip:bob@h", "sips:bob@h", false)]
    [TestCase("sip:a%2fb@h", "sip:a%2Fb@h", true)]
    [TestCase("sip:a%2fb@h", "sip:a/b@h", false)]
    [TestCase("sip:nul%00@h", "sip:nul@h", false)]
    [TestCase("sip:a@[2001:db8::1]", "sip:a@[2001:DB8:0::1]", true)]
    [TestCase("sip:bob@h", "sip:h", false)]
    [TestCase("tel:+1", "tel:+1", true)]
    [Category("SIPG-026")]
    public void Compares_part_by_part(string left, string right, bool equal)
    {
        SipUri a = SipUri.Parse(left), b = SipUri.Parse(right);
        Assert.That(a.Equals(b), Is.EqualTo(equal));
        Assert.That(b.Equals(a), Is.EqualTo(equal));
        if (equal)
        {
            Assert.That(a.GetHashCode(), Is.EqualTo(b.GetHashCode()));
        }
    }

    [Test]
    [Category("SIPG-029")]
    public void A_tel_URI_names_its_number()
    {
        var uri = SipUri.Parse("tel:0123;ext=5;phone-context=+49");
        Assert.Multiple(() =>
        {
            Assert.That(uri.IsSip, Is.False);
            Assert.That(uri.TelephoneNumber, Is.EqualTo("0123"));
            Assert.That(uri.PhoneContext, Is.EqualTo("+49"));
            Assert.That(uri.Host, Is.Empty);
            Assert.That(SipUri.Parse("sip:0123@h").TelephoneNumber, Is.Null);
        });
    }

    [Test]
    public void What_parses_prints_to_something_that_parses_equal()
    {
        Gen<string> part = Gen.Elements("abAB09-._~!*'()&=+$,;?/%41%20%@:[]<>\"\\ \u00e9#".ToCharArray()).ListOf().Select(c => new string([.. c]));
        Prop.ForAll(Gen.Zip(part, part).ToArbitrary(), pair =>
            !SipUri.TryParse($"sip:{pair.Item1}@h{pair.Item2}", out SipUri? uri)
            || (SipUri.TryParse(uri.ToString(), out SipUri? again) && again.Equals(uri))).QuickCheckThrowOnFailure();
    }

    [Test]
    [Category("SEC-001")]
    public void Mutated_text_never_throws()
    {
        var random = new Random(4711);
        byte[] seed = Encoding.UTF8.GetBytes("sip:bob%40:pw@[2001:db8::1]:5060;lr;transport=tcp?x=y");
        for (int i = 0; i < 20_000; i++)
        {
            byte[] text = seed[..random.Next(seed.Length + 1)];
            for (int j = random.Next(4); j > 0 && text.Length > 0; j--)
            {
                text[random.Next(text.Length)] = (byte)random.Next(256);
            }

            if (SipUri.TryParse(text, out SipUri? uri))
            {
                Assert.That(uri.ToString(), Is.Not.Empty);
                Assert.That(uri.DecodedUser?.Length ?? 0, Is.LessThanOrEqualTo(text.Length));
            }
        }
    }

    [TestCase("sip:ua1home1.n.nt;tag=456248et;tag=456248")]
    [TestCase("sip:a@b;x;x;x=1;X=2")]
    [TestCase("sip:a@b;transport=tcp;transport=udp")]
    [Category("SIPG-026")]
    public void A_URI_with_a_repeated_parameter_equals_its_own_copy(string text)
    {
        SipUri uri = SipUri.Parse(text), copy = SipUri.Parse(text);
        Assert.That(uri, Is.EqualTo(copy));
        Assert.That(uri, Is.Not.EqualTo(SipUri.Parse(text + ";x=9;transport=sctp;tag=other")));
    }
}
