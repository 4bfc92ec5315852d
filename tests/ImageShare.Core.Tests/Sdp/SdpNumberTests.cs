using System.Text;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Lines;

namespace ImageShare.Core.Tests.Sdp;

/// <summary>The numbers of an o= line have as many digits as they like (1*DIGIT, RFC 8866 §9).</summary>
[TestFixture]
[Category("SDP-001")]
public sealed class SdpNumberTests
{
    private static readonly string Long = new('7', 300);

    [TestCase("0")]
    [TestCase("007")]
    [TestCase("18446744073709551615")]
    [TestCase("18446744073709551616")]
    [TestCase("99999999999999999999999999999999999999999999")]
    public void Digits_come_back_as_they_were(string digits)
    {
        Assert.That(Origin.TryParse(Encoding.ASCII.GetBytes($"- {digits} {digits} IN IP4 192.0.2.7"), out Origin? origin), Is.True);
        Assert.That(origin!.ToString(), Is.EqualTo($"- {digits} {digits} IN IP4 192.0.2.7"));
        Assert.That((origin.SessionId.ToString(), origin.Version.ToString()), Is.EqualTo((digits, digits)));
    }

    [TestCase("")]
    [TestCase("-1")]
    [TestCase("+1")]
    [TestCase("1.5")]
    [TestCase("1e9")]
    [TestCase("0x1")]
    [TestCase("\uff11")]
    public void Nothing_but_digits_is_a_number(string text) => Assert.That(SdpNumber.TryParse(Encoding.UTF8.GetBytes(text), out _), Is.False);

    [TestCase("1", "2", -1)]
    [TestCase("9", "10", -1)]
    [TestCase("007", "7", 0)]
    [TestCase("0", "000", 0)]
    [TestCase("18446744073709551616", "18446744073709551615", 1)]
    [TestCase("100000000000000000000000000000000000000000", "99999999999999999999999999999999999999999", 1)]
    public void They_compare_as_numbers(string left, string right, int order)
    {
        SdpNumber a = Number(left), b = Number(right);
        Assert.Multiple(() =>
        {
            Assert.That(Math.Sign(a.CompareTo(b)), Is.EqualTo(order));
            Assert.That(a == b, Is.EqualTo(order == 0));
            Assert.That(((a < b), (a > b), (a <= b), (a >= b)), Is.EqualTo(((order < 0), (order > 0), (order <= 0), (order >= 0))));
            Assert.That(order != 0 || a.GetHashCode() == b.GetHashCode(), Is.True);
        });
    }

    [TestCase("0", "1")]
    [TestCase("9", "10")]
    [TestCase("1099", "1100")]
    [TestCase("18446744073709551615", "18446744073709551616")]
    [TestCase("999999999999999999999999", "1000000000000000000000000")]
    public void The_next_one_is_one_more(string digits, string next) => Assert.That(Number(digits).Next().ToString(), Is.EqualTo(next));

    [Test]
    public void A_number_above_64_bits_says_so()
    {
        Assert.That(Number("18446744073709551615").TryGetUInt64(out ulong most), Is.True);
        Assert.That(most, Is.EqualTo(ulong.MaxValue));
        Assert.That(Number(Long).TryGetUInt64(out _), Is.False);
        Assert.That(Number(Long) > ulong.MaxValue, Is.True);
    }

    private static SdpNumber Number(string digits)
    {
        Assert.That(SdpNumber.TryParse(Encoding.ASCII.GetBytes(digits), out SdpNumber value), Is.True);
        return value;
    }
}
