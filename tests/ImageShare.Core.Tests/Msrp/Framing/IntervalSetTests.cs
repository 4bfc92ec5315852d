using FsCheck;
using FsCheck.Fluent;
using ImageShare.Core.Msrp.Framing;

namespace ImageShare.Core.Tests.Msrp.Framing;

[TestFixture]
public sealed class IntervalSetTests
{
    [Test]
    public void Octets_in_order_stay_one_stretch()
    {
        var set = new IntervalSet();
        for (int i = 0; i < 1000; i++)
        {
            Assert.That(set.Add(i * 10, 10), Is.EqualTo(10));
        }

        Assert.That(set.Count, Is.EqualTo(1));
        Assert.That(set.CoversAll(10_000), Is.True);
        Assert.That(set.CoversAll(10_001), Is.False);
    }

    [Test]
    public void Nothing_lies_before_the_first_byte()
    {
        var set = new IntervalSet();
        Assert.That(() => set.Add(-1, 1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => set.Add(1, -1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That((set.Add(5, 0), set.Count, set.End, set.CoversAll(0)), Is.EqualTo((0L, 0, 0L, true)));
    }

    [Test]
    public void Holds_what_a_plain_array_of_bits_holds() => Prop.ForAll(
        Gen.Choose(0, 60).Two().ListOf().ToArbitrary(),
        stretches =>
        {
            var set = new IntervalSet();
            bool[] bits = new bool[200];
            foreach ((int start, int length) in stretches)
            {
                int added = 0;
                for (int i = start; i < start + length; i++)
                {
                    added += bits[i] ? 0 : 1;
                    bits[i] = true;
                }

                if (set.Add(start, length) != added)
                {
                    return false;
                }
            }

            int runs = Enumerable.Range(0, 199).Count(i => bits[i] && (i == 0 || !bits[i - 1]));
            int lead = bits.TakeWhile(b => b).Count();
            return set.Covered == bits.Count(b => b)
                && set.Count == runs
                && set.End == Array.LastIndexOf(bits, true) + 1
                && set.CoversAll(lead)
                && !set.CoversAll(lead + 1);
        }).QuickCheckThrowOnFailure();
}
