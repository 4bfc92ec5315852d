using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Text;

[TestFixture]
public sealed class ParameterListTests
{
    [TestCase("", "")]
    [TestCase(";lr", ";lr")]
    [TestCase("; a = b ;c", ";a=b;c")]
    [TestCase(";;a;", ";a")]
    [TestCase(";x=\"a;b,c\"", ";x=\"a;b,c\"")]
    [TestCase(";x=\"say \\\"hi\\\" \\\\ there\"", ";x=\"say \\\"hi\\\" \\\\ there\"")]
    public void Reads_and_prints_back(string text, string printed)
    {
        Assert.That(TryRead(text, out ParameterList list, out string rest), Is.True);
        Assert.Multiple(() =>
        {
            Assert.That(rest, Is.Empty);
            Assert.That(Print(list), Is.EqualTo(printed));
            Assert.That(list.ToString(), Is.EqualTo(printed), "in both ways the same");
        });
    }

    [TestCase(";a=")]
    [TestCase(";a=\"unterminated")]
    [TestCase(";a=\"ends in backslash\\")]
    [TestCase(";a=\"line\r\nbreak\"")]
    [TestCase(";@")]
    public void A_broken_value_is_refused(string text) => Assert.That(TryRead(text, out _, out _), Is.False);

    [Test]
    public void Stops_before_a_comma()
    {
        Assert.That(TryRead(";a=1,<sip:x>", out ParameterList list, out string rest), Is.True);
        Assert.That(list.GetValue("A"), Is.EqualTo("1"));
        Assert.That(rest, Is.EqualTo(",<sip:x>"));
    }

    [Test]
    [Category("SIPG-004")]
    public void Names_and_tokens_compare_without_case_and_quoted_strings_with_case()
    {
        TryRead(";Expires=ABC", out ParameterList upper, out _);
        TryRead(";eXpires=abc", out ParameterList lower, out _);
        TryRead(";x=\"ABC\"", out ParameterList quotedUpper, out _);
        TryRead(";x=\"abc\"", out ParameterList quotedLower, out _);
        Assert.Multiple(() =>
        {
            Assert.That(upper, Is.EqualTo(lower));
            Assert.That(upper.GetHashCode(), Is.EqualTo(lower.GetHashCode()));
            Assert.That(quotedUpper, Is.Not.EqualTo(quotedLower));
        });
    }

    [Test]
    public void What_parses_prints_to_something_that_parses_equal()
    {
        Gen<Parameter> parameter =
            from name in Token()
            from quoted in Gen.Elements(true, false)
            from value in quoted ? ArbMap.Default.GeneratorFor<string>().Select(s => Clean(s ?? string.Empty)) : Token()
            select new Parameter(name, value, quoted);
        Prop.ForAll(Gen.ListOf(parameter).ToArbitrary(), items =>
        {
            var list = new ParameterList([.. items]);
            return TryRead(Print(list), out ParameterList again, out string rest) && rest.Length == 0 && again == list;
        }).QuickCheckThrowOnFailure();
    }

    [TestCase("a\r\nVia: x")]
    [TestCase("a\nb")]
    [TestCase("a\0b")]
    public void No_value_with_a_line_break_leaves(string value)
    {
        Assert.That(() => Print(ParameterList.Empty.With("x", value)), Throws.TypeOf<ImageShareException>());
        Assert.That(() => Print(ParameterList.Empty.With("x", value, quoted: true)), Throws.TypeOf<ImageShareException>());
    }

    private static Gen<string> Token() =>
        Gen.Elements("abcXYZ019-.!%*_+`'~".ToCharArray()).NonEmptyListOf().Select(c => new string([.. c]));

    // Lone surrogates have no UTF-8 form, and line breaks are refused by design.
    private static string Clean(string text) =>
        new([.. text.Where(c => c is not ('\r' or '\n' or '\0') && !char.IsSurrogate(c))]);

    private static bool TryRead(string text, out ParameterList list, out string rest)
    {
        byte[] octets = Encoding.UTF8.GetBytes(text);
        var cursor = new AsciiCursor(octets);
        bool ok = ParameterList.TryRead(ref cursor, Grammar.Token, out list);
        rest = Encoding.UTF8.GetString(cursor.Rest);
        return ok;
    }

    private static string Print(ParameterList list)
    {
        var output = new ArrayBufferWriter<byte>();
        list.Write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
