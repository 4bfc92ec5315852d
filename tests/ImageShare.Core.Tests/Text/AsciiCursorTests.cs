using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Text;

[TestFixture]
public sealed class AsciiCursorTests
{
    [TestCase("0", 0, 1)]
    [TestCase("7/9", 7, 1)]
    [TestCase("2048-4096", 2048, 4)]
    [TestCase("1234567-", 1234567, 7)]
    [TestCase("1234567", 1234567, 7)]
    [TestCase("12345678", 12345678, 8)]
    [TestCase("12345678/", 12345678, 8)]
    [TestCase("123456789/1", 123456789, 9)]
    [TestCase("99999999:;<=>?@", 99999999, 8)]
    [TestCase("1:;<=>?@A", 1, 1)]
    [TestCase("42\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff", 42, 2)]
    [TestCase("00000007 and more", 7, 8)]
    [TestCase("922337203685477580", 922337203685477580, 18)]
    [TestCase("9223372036854775799", 9223372036854775799, 19)]
    [TestCase("9223372036854775807", long.MaxValue, 19)]
    [TestCase("9223372036854775807 ", long.MaxValue, 19)]
    [TestCase("0000000000000000000000000000009223372036854775807", long.MaxValue, 49)]
    [TestCase("000000000000000000000000000000", 0, 30)]
    public void A_number_of_digits_is_read_to_its_end(string text, long value, int length)
    {
        var cursor = new AsciiCursor(System.Text.Encoding.Latin1.GetBytes(text));
        Assert.That(cursor.TryReadInt64(out long read), Is.True);
        Assert.That((read, cursor.Position), Is.EqualTo((value, length)));
    }

    [TestCase("")]
    [TestCase("-1")]
    [TestCase("+1")]
    [TestCase("x1")]
    [TestCase("/12345678")]
    [TestCase(":12345678")]
    [TestCase("\u00ff1234567")]
    [TestCase("9223372036854775808")]
    [TestCase("9223372036854775809")]
    [TestCase("9223372036854775810")]
    [TestCase("9999999999999999999")]
    [TestCase("18446744073709551616")]
    [TestCase("18446744073709551617")]
    [TestCase("36893488147419103233")]
    [TestCase("92233720368547758070")]
    [TestCase("100000000000000000000000000000000000000000")]
    [TestCase("00009223372036854775808")]
    public void What_is_no_number_or_too_large_a_one_leaves_everything_where_it_was(string text)
    {
        var cursor = new AsciiCursor(System.Text.Encoding.Latin1.GetBytes(text));
        Assert.That(cursor.TryReadInt64(out long read), Is.False);
        Assert.That((read, cursor.Position), Is.EqualTo((0L, 0)));
    }
}
