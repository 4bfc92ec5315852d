using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Transfers;

[TestFixture]
public sealed class SendingRateTests
{
    private ManualTimeProvider _time = null!;

    [SetUp]
    public void Reset() => _time = new ManualTimeProvider();

    [TestCase(1_000, 100, 100)]
    [TestCase(1_000, 5_000, 2_048)]
    [TestCase(100_000, 100_000, 5_000)]
    [TestCase(100_000_000, 10_000_000, 65_536)]
    public void A_piece_is_what_flows_in_a_twentieth_of_a_second_within_bounds(long rate, int wanted, int allowed)
    {
        var sending = new SendingRate(rate, _time);
        Assert.That((sending.GetAllowed(wanted), sending.RestsUntil), Is.EqualTo((allowed, (long?)null)));
    }

    [Test]
    public void What_is_overdrawn_is_rested_for()
    {
        var sending = new SendingRate(1000, _time);
        sending.Consume(49);
        Assert.That((sending.GetAllowed(2048), sending.RestsUntil), Is.EqualTo((2048, (long?)null)), "one byte is left in the bucket");
        sending.Consume(2048);
        long due = TimeSpan.FromMilliseconds(2048).Ticks;
        Assert.That(sending.RestsUntil, Is.InRange(due, due + 1), "2047 bytes back to nothing, and one more");
        _time.Advance(TimeSpan.FromMilliseconds(2046));
        Assert.That(sending.GetAllowed(1), Is.Zero, "the bucket lacks a byte");
        Assert.That(sending.RestsUntil, Is.InRange(due, due + 1));
        _time.Advance(TimeSpan.FromMilliseconds(2));
        Assert.That((sending.GetAllowed(1), sending.RestsUntil), Is.EqualTo((1, (long?)null)));
    }

    [TestCase(1, 0)]
    [TestCase(1_000, 49)]
    public void A_rest_fills_the_bucket_and_no_more(long rate, int count)
    {
        var sending = new SendingRate(rate, _time);
        _time.Advance(TimeSpan.FromHours(1));
        sending.GetAllowed(1);
        sending.Consume(count);
        Assert.That(sending.GetAllowed(1), Is.EqualTo(1));
        sending.Consume(1);
        Assert.That(sending.GetAllowed(1), Is.Zero);
    }
}
