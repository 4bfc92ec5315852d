using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImageShare.Core.Msrp;

namespace ImageShare.Core.Tests.Msrp;

[TestFixture]
public sealed class MsrpUriTests
{
    [Category("MSRP-023")]
    [TestCase("msrp://192.168.16.108:1248/fnfozvsrtkj;tcp", null, "192.168.16.108", 1248, "fnfozvsrtkj")]
    [TestCase("msrps://bob.example.com:8493/si438dsaodes;tcp", null, "bob.example.com", 8493, "si438dsaodes")]
    [TestCase("msrp://alice@[2001:db8::1]:9/a/b+c=;tcp;x=y;z", "alice", "2001:db8::1", 9, "a/b+c=")]
    [TestCase("msrps://relay.example.org;tcp", null, "relay.example.org", null, null)]
    [TestCase("msrp://h:1/-._~;TCP", null, "h", 1, "-._~")]
    [TestCase("msrp://a:b;c@h/x;tcp", "a:b;c", "h", null, "x")]
    [TestCase("msrp://h/x@y;tcp", null, "h", null, "x@y")]
    public void Reads_and_prints_back(string text, string? user, string host, int? port, string? session)
    {
        MsrpUri uri = MsrpUri.Parse(text);
        Assert.Multiple(() =>
        {
            Assert.That(uri.UserInfo, Is.EqualTo(user));
            Assert.That(uri.Host, Is.EqualTo(host));
            Assert.That(uri.Port, Is.EqualTo(port));
            Assert.That(uri.SessionId, Is.EqualTo(session));
            Assert.That(uri.ToString(), Is.EqualTo(text));
        });
    }

    [Category("MSRP-023")]
    [TestCase("")]
    [TestCase("sip:alice@example.com")]
    [TestCase("msrp:host:1/x;tcp")]
    [TestCase("msrp://host:1/x")]
    [TestCase("msrp://host:1/x;")]
    [TestCase("msrp://host:1/;tcp")]
    [TestCase("msrp://:1/x;tcp")]
    [TestCase("msrp://host:/x;tcp")]
    [TestCase("msrp://host:0/x;tcp")]
    [TestCase("msrp://host:65536/x;tcp")]
    [TestCase("msrp://host:-1/x;tcp")]
    [TestCase("msrp://host:1/x y;tcp")]
    [TestCase("msrp://[::1/x;tcp")]
    [TestCase("msrp://[host]:1/x;tcp")]
    [TestCase("msrp://host:1/x;tcp;=")]
    [TestCase("msrp://host:1/x;tcp\r\n")]
    [TestCase("msrp://ho\rst:1/x;tcp")]
    public void Text_of_another_form_is_refused(string text)
    {
        Assert.That(MsrpUri.TryParse(Encoding.UTF8.GetBytes(text), out _), Is.False);
        Assert.That(() => MsrpUri.Parse(text), Throws.TypeOf<FormatException>());
    }

    [Category("MSRP-024")]
    [TestCase("msrp://h:1/s;tcp", "MSRP://H:1/s;TCP", true)]
    [TestCase("msrp://h:1/s;tcp", "msrps://h:1/s;tcp", false)]
    [TestCase("msrp://h:1/s;tcp", "msrp://h:1/S;tcp", false)]
    [TestCase("msrp://h:1/s;tcp", "msrp://h:2/s;tcp", false)]
    [TestCase("msrp://h:1/s;tcp", "msrp://h/s;tcp", false)]
    [TestCase("msrp://h:1/s;tcp", "msrp://h:1;tcp", false)]
    [TestCase("msrp://h:1/s;tcp", "msrp://h:1/s;sctp", false)]
    [TestCase("msrp://h:1/s;tcp", "msrp://bob@h:1/s;tcp", true)]
    [TestCase("msrp://h:1/s;tcp", "msrp://h:1/s;tcp;a=b", true)]
    [TestCase("msrp://Abc:1/s;tcp", "msrp://%41bc:1/s;tcp", true)]
    [TestCase("msrp://[2001:db8::1]:1/s;tcp", "msrp://[2001:DB8:0:0:0:0:0:1]:1/s;tcp", true)]
    [TestCase("msrp://[2001:db8::1]:1/s;tcp", "msrp://[2001:db8::2]:1/s;tcp", false)]
    [TestCase("msrp://127.0.0.1:1/s;tcp", "msrp://127.0.0.2:1/s;tcp", false)]
    [TestCase("msrp://127.1:1/s;tcp", "msrp://127.0.0.1:1/s;tcp", false)]
    [TestCase("msrp://h:1/a/../s;tcp", "msrp://h:1/s;tcp", false)]
    public void Compares_by_the_rules_of_the_standard(string left, string right, bool equal)
    {
        MsrpUri a = MsrpUri.Parse(left), b = MsrpUri.Parse(right);
        Assert.That(a == b, Is.EqualTo(equal));
        Assert.That(b == a, Is.EqualTo(equal));
        if (equal)
        {
            Assert.That(a.GetHashCode(), Is.EqualTo(b.GetHashCode()));
        }
    }

    [TestCase("sip", "h", 1, "s")]
    [TestCase("msrp", "h\r\n", 1, "s")]
    [TestCase("msrp", "h", 0, "s")]
    [TestCase("msrp", "h", 1, "s s")]
    [TestCase("msrp", "h", 1, "s;tcp")]
    [TestCase("msrp", "h", 1, "")]
    [TestCase("msrp", "a:b", 1, "s")]
    [TestCase("msrp", "[::1]", 1, "s")]
    public void No_uri_is_made_of_parts_that_cannot_be_written(string scheme, string host, int port, string session) =>
        Assert.That(() => new MsrpUri(scheme, host, port, session), Throws.ArgumentException);

    [Test]
    [Category("MSRP-023")]
    public void What_prints_parses_equal()
    {
        Gen<string> id = Gen.Elements("abcXYZ019-._~+=/".ToCharArray()).NonEmptyListOf().Select(c => new string([.. c]));
        Gen<MsrpUri> uris =
            from scheme in Gen.Elements("msrp", "msrps", "MSRP")
            from host in Gen.Elements("127.0.0.1", "::1", "example.com", "2001:db8::7", "a%42c")
            from port in Gen.Choose(1, 65535)
            from hasPort in Gen.Elements(true, false)
            from session in id
            from hasSession in Gen.Elements(true, false)
            from user in Gen.Elements(null, "bob", "a:b")
            select new MsrpUri(scheme, host, hasPort ? port : null, hasSession ? session : null, "tcp", user);
        Prop.ForAll(uris.ToArbitrary(), uri =>
        {
            MsrpUri again = MsrpUri.Parse(uri.ToString());
            return again == uri && again.ToString() == uri.ToString();
        }).QuickCheckThrowOnFailure();
    }

    [Category("MSRP-026")]
    [TestCase("msrp://a:1/x;tcp", 1)]
    [TestCase("msrp://r:1;tcp msrp://a:1/x;tcp", 2)]
    [TestCase("msrp://r:1;tcp msrp://q:1/y;tcp msrp://a:1/x;tcp", 3)]
    public void A_path_keeps_its_uris_in_their_order(string text, int count)
    {
        MsrpPath path = MsrpPath.Parse(text);
        string[] parts = text.Split(' ');
        Assert.Multiple(() =>
        {
            Assert.That(path.Uris, Has.Length.EqualTo(count));
            Assert.That(path.First.ToString(), Is.EqualTo(parts[0]));
            Assert.That(path.Last.ToString(), Is.EqualTo(parts[^1]));
            Assert.That(path.ToString(), Is.EqualTo(text));
            Assert.That(path, Is.EqualTo(MsrpPath.Parse(text.Replace("msrp:", "MSRP:", StringComparison.Ordinal))));
        });
    }

    [Test]
    public void A_path_takes_only_so_many_uris()
    {
        string Path(int count) => string.Join(' ', Enumerable.Repeat("msrp://a:1/x;tcp", count));
        Assert.That(MsrpPath.TryParse(Encoding.ASCII.GetBytes(Path(16)), out _), Is.True);
        Assert.That(MsrpPath.TryParse(Encoding.ASCII.GetBytes(Path(17)), out _), Is.False);
        Assert.That(MsrpPath.TryParse(Encoding.ASCII.GetBytes(Path(10_000)), out _), Is.False);
        Assert.That(MsrpPath.TryParse("msrp://a:1/x;tcp, msrp://b:1/x;tcp"u8, out _), Is.False);
        Assert.That(MsrpPath.TryParse(" "u8, out _), Is.False);
    }
}
