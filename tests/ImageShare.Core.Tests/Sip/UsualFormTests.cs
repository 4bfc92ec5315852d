using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;

namespace ImageShare.Core.Tests.Sip;

/// <summary>The short way for values in their usual form reads the same as the readers of the whole grammar.</summary>
[TestFixture]
public sealed class UsualFormTests
{
    private delegate bool Parser<T>(ReadOnlySpan<byte> text, out T? value);

    private static readonly string[] Pieces =
    [
        "\"", "\\", "<", ">", "sip:", "sips:", "a", "bob", "@", "host.example", "[::1]", ":", "5060", "65536", "000007", ";", "=", ";tag=x1", ";lr", ";lr=on", ";a=\"b c\"", ";a=\"\"", ";;",
        "?", ",", " ", "\t", "\u00e9", "%41", "%4", "+1-2", "1", "\u007f", "\r", "{", "&", "|", "_", "..", ";l%72", ";transport=tcp", "*",
    ];

    [Test]
    public void Uris_are_the_same() => Compare<SipUri>(["", "sip:", "sip:bob@h", "sip:h:5060"], SipUri.TryParse, SipUriReader.TryParseAny, Parts);

    [Test]
    public void Addresses_are_the_same() => Compare<NameAddress>(
        ["", "<sip:a@b>", "\"N\" <sip:a@b", "<sip:a@b;x=1>;tag=1", "<sip:h"],
        static (ReadOnlySpan<byte> text, out NameAddress? value) => NameAddress.TryParse(text, out value, out _),
        static (ReadOnlySpan<byte> text, out NameAddress? value) => NameAddress.TryParseAny(text, out value, out _),
        static value => $"{value.DisplayName ?? "none"} {Parts(value.Uri)} {value.Parameters}");

    [Test]
    public void Hops_are_the_same() => Compare<Via>(
        ["", "SIP/2.0/UDP h", "SIP/2.0/TCP h:5060;branch=z9hG4bK1", "SIP/2.0/"],
        Via.TryParse,
        Via.TryParseAny,
        static value => $"{value.Transport} {value.Host} {value.Port} {value.Version} {value.Parameters}");

    [Test]
    public void Feature_sets_are_the_same() =>
        Compare<AcceptContact>(["", "*", "*;+g.3gpp.app%5fref=\"urn%3A\""], AcceptContact.TryParse, AcceptContact.TryParseAny, static value => value.Parameters.ToString());

    [Test]
    public void Access_networks_are_the_same() => Compare<AccessNetworkInfo>(
        ["", "ADSL", "ADSL;x=1"], AccessNetworkInfo.TryParse, AccessNetworkInfo.TryParseAny, static value => $"{value.AccessType} {value.Parameters}");

    [TestCase("sip:carol@desk.example.net")]
    [TestCase("sip:desk.example.net:5062;transport=tcp;lr")]
    [TestCase("sip:+1-212@desk.example.net;user=phone")]
    public void Usual_uris_take_the_short_way(string text)
    {
        var form = new UsualForm(Encoding.UTF8.GetBytes(text));
        bool isRead = form.TryReadUri(out SipUri? uri) && form.AtEnd;
        Assert.That(isRead, Is.True);
        Assert.That(uri!.ToString(), Is.EqualTo(text));
    }

    [TestCase("sip:a@b;x=c@d")]
    [TestCase("sip:a:secret@b")]
    [TestCase("sip:a@[::1]")]
    [TestCase("sip:a@b?Subject=x")]
    [TestCase("sip:a@b;l%72")]
    public void What_needs_the_whole_grammar_does_not(string text)
    {
        var form = new UsualForm(Encoding.UTF8.GetBytes(text));
        bool isRead = form.TryReadUri(out _) && form.AtEnd;
        Assert.That(isRead, Is.False);
    }

    [Test]
    public void Parameters_in_a_text_of_any_length_are_read()
    {
        string parameters = string.Concat(Enumerable.Range(0, 12).Select(static i => $";p{i}={i}"));
        Assert.That(AcceptContact.TryParse(Encoding.UTF8.GetBytes("*" + parameters), out AcceptContact? many), Is.True);
        Assert.That(many!.Parameters, Has.Count.EqualTo(12));

        string longText = "*;p=" + new string('x', 70_000) + ";q=1";
        Assert.That(AcceptContact.TryParse(Encoding.UTF8.GetBytes(longText), out AcceptContact? wide), Is.True);
        Assert.That(wide!.Parameters.GetValue("q"), Is.EqualTo("1"));
    }

    private static string Parts(SipUri uri) =>
        $"{uri.Scheme} {uri.User ?? "none"} {uri.Password} {uri.Host} {uri.Port} {string.Join('|', uri.Parameters)} {uri.Headers} {uri.Opaque}";

    private static void Compare<T>(string[] starts, Parser<T> usual, Parser<T> whole, Func<T, string> parts)
        where T : class
    {
        Gen<string> text = Gen.Elements(Pieces).ListOf().Select(static list => string.Concat(list));
        Prop.ForAll(Gen.Zip(Gen.Elements(starts), text).ToArbitrary(), pair =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes(pair.Item1 + pair.Item2);
            bool isUsual = usual(bytes, out T? one), isWhole = whole(bytes, out T? other);
            return isUsual == isWhole && (!isUsual || parts(one!) == parts(other!));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }
}
