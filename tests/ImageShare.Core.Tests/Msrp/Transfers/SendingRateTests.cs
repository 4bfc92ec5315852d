using System.Net;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Transfers;

[TestFixture]
public sealed class SendingRateTests
{
    private ManualTimeProvider _time = null!;
    private WriterState _writer = null!;

    [SetUp]
    public void Reset()
    {
        _time = new ManualTimeProvider();
        _writer = new WriterState(new IPEndPoint(IPAddress.Loopback, 2855));
    }

    [TestCase(1_000, 100, 100)]
    [TestCase(1_000, 5_000, 2_048)]
    [TestCase(100_000, 100_000, 5_000)]
    [TestCase(100_000_000, 10_000_000, 65_536)]
    public void A_piece_is_what_flows_in_a_twentieth_of_a_second_within_bounds(long rate, int wanted, int allowed)
    {
        using var sending = new SendingRate(rate, _time, _writer);
        Assert.That(sending.GetAllowed(wanted), Is.EqualTo(allowed));
    }

    [Test]
    public void What_is_overdrawn_is_waited_for_and_the_writer_is_woken_then()
    {
        using var sending = new SendingRate(1000, _time, _writer);
        sending.Consume(49);
        Assert.That(sending.GetAllowed(2048), Is.EqualTo(2048), "one byte is left in the bucket");
        sending.Consume(2048);
        Assert.That(sending.GetAllowed(1), Is.Zero);
        Assert.That(_time.NextDue, Is.EqualTo(TimeSpan.FromMilliseconds(2048)), "2047 bytes back to nothing, and one more");
        ValueTask woken = _writer.WaitAsync();
        _time.Advance(TimeSpan.FromMilliseconds(2046));
        Assert.That((woken.IsCompleted, sending.GetAllowed(1)), Is.EqualTo((false, 0)), "the bucket lacks a byte");
        _time.Advance(TimeSpan.FromMilliseconds(2));
        Assert.That((woken.IsCompleted, sending.GetAllowed(1)), Is.EqualTo((true, 1)));
    }

    [TestCase(1, 0)]
    [TestCase(1_000, 49)]
    public void A_rest_fills_the_bucket_and_no_more(long rate, int count)
    {
        using var sending = new SendingRate(rate, _time, _writer);
        _time.Advance(TimeSpan.FromHours(1));
        sending.GetAllowed(1);
        sending.Consume(count);
        Assert.That(sending.GetAllowed(1), Is.EqualTo(1));
        sending.Consume(1);
        Assert.That(sending.GetAllowed(1), Is.Zero);
    }

    [Test]
    public void Nobody_is_woken_when_it_is_over()
    {
        var sending = new SendingRate(1000, _time, _writer);
        sending.Consume(2048);
        sending.GetAllowed(1);
        Assert.That(_time.ArmedTimers, Is.EqualTo(1));
        sending.Dispose();
        Assert.That(_time.ArmedTimers, Is.Zero);
    }
}
