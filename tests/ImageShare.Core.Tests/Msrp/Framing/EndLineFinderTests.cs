using FsCheck;
using FsCheck.Fluent;
using ImageShare.Core.Msrp.Framing;

namespace ImageShare.Core.Tests.Msrp.Framing;

[TestFixture]
[Parallelizable]
public sealed class EndLineFinderTests
{
    private const string Id = "abcd1234";

    [Test]
    [Category("MSRP-008")]
    public void It_finds_what_a_plain_search_finds()
    {
        // Made of what end-lines are made of, at every distance from each other.
        Gen<byte[]> octets =
            from parts in Gen.ListOf(Gen.OneOf(
                Gen.Elements("\r\n-------abcd1234+\r\n", "\r\n-------abcd1234$", "\r\n-------abcd1234x\r\n", "\r\n-------abcd123", "\r\n-------", "-------", "----", "\r\n", "\r", "-", "abcd1234"),
                Gen.Choose(0, 70).Select(n => new string('x', n))))
            select System.Text.Encoding.ASCII.GetBytes(string.Concat(parts));
        Prop.ForAll(octets.ToArbitrary(), data =>
        {
            var finder = new EndLineFinder();
            finder.Use(System.Text.Encoding.ASCII.GetBytes(Id));
            EndLineFinder.Verdict verdict = finder.Find(data, out int index);
            return (verdict, index) == Search(System.Text.Encoding.ASCII.GetString(data));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    [Test]
    [Category("MSRP-010")]
    public void Seven_hyphens_are_never_passed_over()
    {
        Gen<(int Before, int Hyphens, int After, int Stray)> cases =
            from before in Gen.Choose(0, 300)
            from hyphens in Gen.Choose(0, 12)
            from after in Gen.Choose(0, 300)
            from stray in Gen.Choose(0, 300)
            select (before, hyphens, after, stray);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            byte[] data = [.. new byte[c.Before], .. Enumerable.Repeat((byte)'-', c.Hyphens), .. new byte[c.After]];
            if (c.Stray < data.Length)
            {
                data[c.Stray] = (byte)'-';
            }

            int place = data.AsSpan().IndexOf("-------"u8);
            int found = Hyphens.IndexOfPossibleRun(data);

            // A copy says the same of them, and is one.
            byte[] copy = [.. Enumerable.Repeat((byte)'x', data.Length + 1)];
            if (Hyphens.Copy(data, copy) != found || !copy.AsSpan().SequenceEqual([.. data, (byte)'x']))
            {
                return false;
            }

            return found >= 0 && found <= data.Length && (place < 0 || found <= place) && (found == data.Length || place < 0 || place - found < 12);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
        Assert.That(Hyphens.IndexOfPossibleRun(new byte[1000]), Is.EqualTo(1000), "nothing to look at more closely");
    }

    // The first place from which on everything fits an end-line, as far as it goes.
    private static (EndLineFinder.Verdict Verdict, int Index) Search(string data)
    {
        for (int i = 0; i < data.Length; i++)
        {
            string rest = data[i..];
            foreach (char sign in "+$#")
            {
                string line = $"\r\n-------{Id}{sign}\r\n";
                if (rest.StartsWith(line, StringComparison.Ordinal))
                {
                    return (EndLineFinder.Verdict.Yes, i);
                }

                if (line.StartsWith(rest, StringComparison.Ordinal))
                {
                    return (EndLineFinder.Verdict.Perhaps, i);
                }
            }
        }

        return (EndLineFinder.Verdict.No, data.Length);
    }
}
