using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Text;

/// <summary>Random bytes and tokens of them: nothing is given twice, and all letters are equally likely.</summary>
[TestFixture]
internal sealed class RandomBytesTests
{
    [Test]
    public async Task No_bytes_are_given_twice_on_any_thread()
    {
        byte[][][] given = await Task.WhenAll(Enumerable.Range(0, 50).Select(static _ => Task.Run(static () => Enumerable.Range(0, 1000).Select(static _ => Fill(16)).ToArray())));
        string[] texts = [.. given.SelectMany(static some => some).Select(Convert.ToHexString)];
        Assert.That(texts, Has.Length.EqualTo(50_000));
        Assert.That(texts.Distinct().Count(), Is.EqualTo(texts.Length));
    }

    [Test]
    public void As_many_are_random_as_are_asked_for([Values(8, 1000, RandomBytes.Batch - 1, RandomBytes.Batch, RandomBytes.Batch + 1, 5000)] int length)
    {
        // A byte that is the same each time was never filled.
        byte[] seen = new byte[length];
        byte[] first = Fill(length);
        for (int i = 0; i < 20; i++)
        {
            byte[] next = Fill(length);
            for (int j = 0; j < length; j++)
            {
                seen[j] |= (byte)(first[j] ^ next[j]);
            }
        }

        Assert.That(seen, Has.None.EqualTo(0));
    }

    [Test]
    public void Every_letter_of_a_token_is_as_likely_as_the_others()
    {
        const int Tokens = 20_000;
        string[] tokens = [.. Enumerable.Range(0, Tokens).Select(static _ => RandomToken.Create())];
        Assert.That(tokens.Distinct().Count(), Is.EqualTo(Tokens));
        Assert.That(tokens, Is.All.Matches<string>(static token => token!.Length == RandomToken.Length128 && token.All(char.IsAsciiLetterOrDigit)));
        int[] counts = [.. string.Concat(tokens).GroupBy(static letter => letter).Select(static same => same.Count())];
        Assert.That(counts, Has.Length.EqualTo(62));
        double expected = Tokens * RandomToken.Length128 / 62.0;
        Assert.That(counts, Is.All.InRange(0.9 * expected, 1.1 * expected));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(100)]
    public void A_token_is_as_long_as_asked_for(int length) => Assert.That(RandomToken.Create(length), Has.Length.EqualTo(length));

    private static byte[] Fill(int length)
    {
        byte[] bytes = new byte[length];
        RandomBytes.Fill(bytes);
        return bytes;
    }
}
