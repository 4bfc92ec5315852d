using System.Text;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Tests.Sip.Messages;

/// <summary>What a long list or URI costs grows with its length and no faster, measured in octets allocated and never in seconds.</summary>
[TestFixture]
[NonParallelizable]
[Category("SIPG-022")]
public sealed class SipListLoadTests
{
    private static IEnumerable<TestCaseData> Lists()
    {
        TestCaseData Case(string name, string value, Func<SipHeaders, int> read) => new TestCaseData(name, value, read).SetArgDisplayNames(name);
        yield return Case("Supported", "a", static h => h.Supported.Count);
        yield return Case("Require", "a", static h => h.Require.Count);
        yield return Case("Allow", "A", static h => h.Allow.Count);
        yield return Case("Accept", "a/b", static h => h.Accept.Count);
        yield return Case("Contact", "<sip:a>", static h => h.Contacts.Count);
        yield return Case("Record-Route", "<sip:a;lr>", static h => h.RecordRoutes.Count);
        yield return Case("Route", "<sip:a;lr>", static h => h.Routes.Count);
        yield return Case("Via", "SIP/2.0/UDP h;branch=z9hG4bKx", static h => h.Vias.Count);
        yield return Case("Accept-Contact", "*;a", static h => h.AcceptContacts.Count);
        yield return Case("P-Asserted-Identity", "<sip:a>", static h => h.AssertedIdentities.Count);
    }

    [TestCaseSource(nameof(Lists))]
    public void Reading_a_list_allocates_in_proportion_to_its_length(string name, string value, Func<SipHeaders, int> read)
    {
        long[] octets = [.. new[] { 500, 1000, 2000 }.Select(count =>
        {
            var headers = new SipHeaders();
            headers.Add(name, string.Join(',', Enumerable.Repeat(value, count)));
            Assert.That(read(headers), Is.EqualTo(count));
            return Measure(() => read(headers));
        })];
        AssertLinear(octets);
    }

    [Test]
    public void Comparing_URIs_allocates_in_proportion_to_their_length()
    {
        long[] octets = [.. new[] { 500, 1000, 2000 }.Select(static count =>
        {
            string text = "sip:a@b" + string.Concat(Enumerable.Range(0, count).Select(static i => $";p{i}"));
            SipUri one = SipUri.Parse(text), other = SipUri.Parse(text);
            Assert.That(one, Is.EqualTo(other));
            return Measure(() => one.Equals(other));
        })];
        AssertLinear(octets);
    }

    [Test]
    public void Looking_for_warnings_allocates_in_proportion_to_the_message()
    {
        long[] octets = [.. new[] { 500, 1000, 2000 }.Select(static count =>
        {
            byte[] text = Encoding.ASCII.GetBytes(
                "INVITE sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\nFrom: <sip:a@h>;tag=t\r\nTo: <sip:b@h>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n"
                + $"Require: {string.Join(',', Enumerable.Repeat("a", count))}\r\nContact: {string.Join(',', Enumerable.Repeat("<sip:a>", count))}\r\nContent-Length: 0\r\n\r\n");
            return Measure(() => SipReader.TryReadDatagram(text, null, out SipMessage? message, out _) ? message.Warnings.Count : -1);
        })];
        AssertLinear(octets);
    }

    // Four times the length may cost a little more than four times as much, for arrays grow by doubling; quadratic work costs sixteen times.
    private static void AssertLinear(long[] octets)
    {
        Assert.That(octets[1], Is.LessThanOrEqualTo((octets[0] * 2.7) + 4096), string.Join(' ', octets));
        Assert.That(octets[2], Is.LessThanOrEqualTo((octets[0] * 5.4) + 4096), string.Join(' ', octets));
    }

    private static long Measure<T>(Func<T> action)
    {
        for (int i = 0; i < 3; i++)
        {
            action();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
