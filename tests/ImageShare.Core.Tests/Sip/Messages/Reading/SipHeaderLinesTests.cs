using System.Text;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Tests.Sip.Messages.Reading;

/// <summary>Where the rows of a header begin and end (RFC 3261 §7.3.1), and what breaks one.</summary>
[TestFixture]
public sealed class SipHeaderLinesTests
{
    [TestCase("a: 1\r\nb: 2\r\n\r\n", "a: 1|b: 2|")]
    [TestCase("a: 1\r\n b\r\n\tc\r\nd: 2\r\n\r\nbody", "a: 1\r\n b\r\n\tc|d: 2|")]
    [TestCase("\r\n a: 1\r\n\r\n", "")]
    [TestCase("a: 1\r\n \r\n\r\n", "a: 1\r\n |")]
    [TestCase("a: 1\r\nb: 2", "a: 1", true)]
    [TestCase("a: 1\r\n", "a: 1", true)]
    [TestCase("a: 1\r", null, true)]
    public void A_row_ends_at_the_line_end_that_no_white_space_follows(string text, string? rows, bool isCut = false)
    {
        byte[] block = Encoding.ASCII.GetBytes("INVITE\r\n" + text);
        var lines = new SipHeaderLines(block, 8);
        foreach (string row in rows?.Split('|') ?? [])
        {
            Assert.That(lines.MoveNext(), Is.True);
            Assert.That(Encoding.ASCII.GetString(lines.Text), Is.EqualTo(row));
            Assert.That(Encoding.ASCII.GetString(block, lines.Start, lines.Text.Length), Is.EqualTo(row));
            Assert.That(lines.IsFolded, Is.EqualTo(row.Contains('\n')));
            Assert.That((lines.BrokenAt, lines.BareLineFeedAt), Is.EqualTo((-1, -1)));
        }

        Assert.That(isCut && lines.MoveNext(), Is.False, "no line end comes any more");
    }

    [TestCase("a\0b\r\n\r\n", 1, -1)]
    [TestCase("a\rb\r\r\n\r\n", 1, -1)]
    [TestCase("a\nb\r\n\r\n", 1, 1)]
    [TestCase("a\rb\nc\nd\r\n\r\n", 1, 3)]
    [TestCase("a\r\n b\0\r\n\r\n", 5, -1)]
    public void A_row_says_where_it_is_broken(string text, int broken, int lineFeed)
    {
        var lines = new SipHeaderLines(Encoding.ASCII.GetBytes(text), 0);
        Assert.That(lines.MoveNext(), Is.True);
        Assert.That((lines.BrokenAt, lines.BareLineFeedAt), Is.EqualTo((broken, lineFeed)));
        Assert.That(lines.MoveNext(), Is.True);
        Assert.That(lines.Text.IsEmpty, Is.True);
        Assert.That((lines.BrokenAt, lines.BareLineFeedAt), Is.EqualTo((-1, -1)), "the next row is another one");
    }

    [Test]
    public void A_bare_line_feed_is_reported_even_without_a_line_end()
    {
        var lines = new SipHeaderLines("a\nb"u8, 0);
        Assert.That(lines.MoveNext(), Is.False);
        Assert.That(lines.BareLineFeedAt, Is.EqualTo(1));
    }

    [TestCase("one\r\n two", "one two")]
    [TestCase("one,\r\n\t \r\n  two", "one, two")]
    [TestCase("one \r\n two", "one  two")]
    [TestCase("one", "one")]
    public void A_folded_value_becomes_one_line(string value, string expected) =>
        Assert.That(Encoding.ASCII.GetString(SipHeaderLines.Unfold(Encoding.ASCII.GetBytes(value))), Is.EqualTo(expected));
}
