using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImageShare.Core.Msrp;

namespace ImageShare.Core.Tests.Msrp;

[TestFixture]
[Category("MSRP-014")]
public sealed class ByteRangeTests
{
    [TestCase("1-0/0", 1, 0L, 0L)]
    [TestCase("1-2048/4096", 1, 2048L, 4096L)]
    [TestCase("2049-*/4096", 2049, null, 4096L)]
    [TestCase("1-*/*", 1, null, null)]
    [TestCase("9223372036854775807-9223372036854775807/9223372036854775807", long.MaxValue, long.MaxValue, long.MaxValue)]
    [TestCase("5-4/3", 5, 4L, 3L)]
    public void Reads_and_prints_back(string text, long start, long? end, long? total)
    {
        Assert.That(ByteRange.TryParse(Encoding.ASCII.GetBytes(text), out ByteRange range), Is.True);
        Assert.That(range, Is.EqualTo(new ByteRange(start, end, total)));
        Assert.That(range.ToString(), Is.EqualTo(text));
    }

    [TestCase("")]
    [TestCase("1")]
    [TestCase("1-2")]
    [TestCase("1-2/")]
    [TestCase("-2/3")]
    [TestCase("*-2/3")]
    [TestCase("0-2/3")]
    [TestCase("+1-2/3")]
    [TestCase("1--2/3")]
    [TestCase("1-2/3x")]
    [TestCase("1-2/3 ")]
    [TestCase("1 -2/3")]
    [TestCase("1-**/3")]
    [TestCase("9223372036854775808-*/*")]
    [TestCase("1-18446744073709551616/*")]
    [TestCase("1-*/99999999999999999999999999999999")]
    public void A_range_of_another_form_is_refused(string text) =>
        Assert.That(ByteRange.TryParse(Encoding.ASCII.GetBytes(text), out _), Is.False);

    [Test]
    public void What_prints_parses_equal() => Prop.ForAll<long, long?, long?>((start, end, total) =>
    {
        var range = new ByteRange(Math.Max(1, start & long.MaxValue), end & long.MaxValue, total & long.MaxValue);
        var output = new ArrayBufferWriter<byte>();
        range.Write(output);
        return ByteRange.TryParse(output.WrittenSpan, out ByteRange again) && again == range;
    }).QuickCheckThrowOnFailure();
}
