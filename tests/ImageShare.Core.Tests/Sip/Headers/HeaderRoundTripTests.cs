using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImageShare.Core.Sip.Headers;

namespace ImageShare.Core.Tests.Sip.Headers;

[TestFixture]
public sealed class HeaderRoundTripTests
{
    private delegate bool Parser<T>(ReadOnlySpan<byte> text, out T? value);

    [Test]
    public void Addresses_print_to_something_that_parses_equal() => Check<NameAddress>(
        NameAddress.TryParse, ["\"", "\\", "<", ">", "sip:", "a@", "b", ";tag=x", ";", "=", "?", ",", " ", "\u00e9", "%4", "1", ":"]);

    [Test]
    public void Hops_print_to_something_that_parses_equal() => Check<Via>(
        Via.TryParse, ["SIP/2.0/UDP ", "h", ":", "1", ";branch=z9hG4bK", ";rport", ";received=", "[::1]", " ", "/", ";x=\"", "\"", "\\"]);

    [Test]
    public void Feature_sets_print_to_something_that_parses_equal() => Check<AcceptContact>(
        AcceptContact.TryParse, ["*", ";explicit", ";+g.3gpp.app%5fref=", "\"", "urn%3A", "<", ">", ",", "#=1", " ", ";", "!", "\\"]);

    [Test]
    public void Reasons_print_to_something_that_parses_equal() => Check<Reason>(
        Reason.TryParse, ["SIP", "Q.850", ";cause=", "487", ";text=", "\"", "\\", ";", "=", ",", " ", "\t", "\u00e9", "x"]);

    private static void Check<T>(Parser<T> parser, string[] words)
        where T : class, ISipHeaderValue
    {
        // The likely beginning first, or nearly nothing would parse.
        Gen<string> text = Gen.Elements(words).ListOf().Select(list => string.Concat(list));
        Gen<string> start = Gen.Elements("", "SIP/2.0/UDP h", "*", "<sip:a@b>", "\"x\" <sip:b", "sip:a@b", "SIP;cause=1");
        Prop.ForAll(Gen.Zip(start, text).ToArbitrary(), pair =>
        {
            if (!parser(Encoding.UTF8.GetBytes(pair.Item1 + pair.Item2), out T? value))
            {
                return true;
            }

            return parser(Encoding.UTF8.GetBytes(value!.ToString()!), out T? again) && again!.Equals(value);
        }).QuickCheckThrowOnFailure();
    }
}
