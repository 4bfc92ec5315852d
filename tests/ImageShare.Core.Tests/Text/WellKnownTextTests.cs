using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Text;

[TestFixture]
public sealed class WellKnownTextTests
{
    [Test]
    public void What_recurs_is_one_string()
    {
        string first = WellKnownText.GetString("scscf.home.example"u8);
        Assert.That(WellKnownText.GetString("scscf.home.example"u8), Is.SameAs(first));
    }

    // Same length and same ends, so that they fall on one place: each must still come back as what it is.
    [Test]
    public void Texts_that_fall_on_one_place_are_not_mixed_up()
    {
        for (int i = 0; i < 1000; i++)
        {
            string text = $"aaaaaaaa{i:0000}zzzzzzzz";
            Assert.That(WellKnownText.GetString(Encoding.UTF8.GetBytes(text)), Is.EqualTo(text));
        }
    }

    [TestCase("")]
    [TestCase("a")]
    [TestCase("é")]
    [TestCase("日本語のテキスト")]
    [TestCase("a very long text that is not worth to be kept because it hardly ever comes again, whoever sends it")]
    public void Any_text_comes_back(string text)
    {
        for (int i = 0; i < 2; i++)
        {
            Assert.That(WellKnownText.GetString(Encoding.UTF8.GetBytes(text)), Is.EqualTo(text));
        }
    }

    [Test]
    public void Octets_that_are_no_text_become_replacement_characters() =>
        Assert.That(WellKnownText.GetString([0x61, 0xff, 0x62]), Is.EqualTo("a\ufffdb"));

    [Test]
    public void Threads_that_share_a_place_do_not_disturb_each_other()
    {
        byte[][] texts = [.. Enumerable.Range(0, 64).Select(i => Encoding.UTF8.GetBytes($"aaaaaaaa{i:00}zzzzzzzz"))];
        int wrong = 0;
        Parallel.For(0, 20_000, i =>
        {
            byte[] text = texts[i % texts.Length];
            if (!Encoding.UTF8.GetBytes(WellKnownText.GetString(text)).AsSpan().SequenceEqual(text))
            {
                Interlocked.Increment(ref wrong);
            }
        });
        Assert.That(wrong, Is.Zero);
    }
}
