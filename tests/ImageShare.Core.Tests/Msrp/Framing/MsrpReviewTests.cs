using System.Buffers;
using System.Text;
using ImageShare.Core.Msrp.Framing;

namespace ImageShare.Core.Tests.Msrp.Framing;

[TestFixture]
public sealed class MsrpReviewTests
{
    private const string To = "To-Path: msrp://a:1/x;tcp\r\n";
    private const string From = "From-Path: msrp://b:2/y;tcp\r\n";
    private const string Send = "MSRP id01 SEND\r\n" + To + From;
    private const string End = "-------id01$\r\n";

    // What is found, as code and the text that stands there.
    [TestCase("MSRP id01 REPORT\r\n" + To + From + End, "ReportWithoutStatus MSRP")]
    [TestCase("MSRP id01 REPORT\r\n" + To + From + "Status: 000 200\r\n" + End, "")]
    [TestCase("MSRP id01 099\r\n" + To + From + End, "StatusBelow100 MSRP")]
    [TestCase("MSRP id01 100\r\n" + To + From + End, "")]
    [TestCase("MSRP id01 20\r\n" + To + From + End, "")]
    [TestCase("MSRP id01 SEND\r\n" + From + To + End, "FromPathFirst From")]
    [TestCase("MSRP id01 SEND\r\nX-One: 1\r\n" + To + From + End, "")]
    [TestCase(Send + "Content-Type: a/b\r\n\r\nabc\r\n" + End, "")]
    [TestCase(Send + "\r\nabc\r\n" + End, "BodyWithoutContentType MSRP")]
    [TestCase(Send + End, "")]
    [TestCase(Send + "Byte-Range: 1-0/0\r\n" + End, "")]
    [TestCase(Send + "Byte-Range: 1-0/9\r\n" + End, "")]
    [TestCase(Send + "Byte-Range: 2-1/9\r\n" + End, "RangeEndsBeforeItBegins 2-1/")]
    [TestCase(Send + "Byte-Range: 2-0/9\r\n" + End, "RangeEndsBeforeItBegins 2-0/")]
    [TestCase(Send + "Byte-Range: 2-2/9\r\n" + End, "")]
    [TestCase(Send + "Byte-Range: 1-9/9\r\n" + End, "")]
    [TestCase(Send + "Byte-Range: 1-10/9\r\n" + End, "RangePastTotal 1-10")]
    [TestCase(Send + "Byte-Range: 1-10/*\r\n" + End, "")]
    [TestCase(Send + "Byte-Range: 9-*/9\r\n" + End, "")]
    [TestCase(Send + "Byte-Range: 10-*/9\r\n" + End, "RangePastTotal 10-*")]
    [TestCase(Send + "Byte-Range: 1-*/0\r\n" + End, "")]
    [TestCase(Send + "Byte-Range: 2-*/0\r\n" + End, "RangePastTotal 2-*/")]
    [TestCase(Send + "Byte-Range: 9-8/7\r\n" + End, "RangeEndsBeforeItBegins 9-8/, RangePastTotal 9-8/")]
    [TestCase("MSRP id01 SEND\r\nByte-Range: 9-8/9\r\n" + From + To + "\r\n\r\n" + End, "BodyWithoutContentType MSRP, RangeEndsBeforeItBegins 9-8/, FromPathFirst From")]
    public void Names_what_is_wrong_and_where(string text, string found) => Assert.That(ReviewLast(text), Is.EqualTo(found));

    [TestCase(MsrpWarningCode.ReportWithoutStatus, "RFC 4975 §7.1.2")]
    [TestCase(MsrpWarningCode.RangeEndsBeforeItBegins, "RFC 4975 §7.1.1")]
    [TestCase(MsrpWarningCode.RangePastTotal, "RFC 4975 §7.1.1")]
    [TestCase(MsrpWarningCode.FromPathFirst, "RFC 4975 §7.1")]
    [TestCase(MsrpWarningCode.BodyWithoutContentType, "RFC 4975 §9")]
    [TestCase(MsrpWarningCode.StatusBelow100, "RFC 4975 §9")]
    public void Names_the_clause(MsrpWarningCode code, string clause) => Assert.That(new MsrpWarning(code, 0).Clause, Is.EqualTo(clause));

    [Test]
    public void Without_a_head_there_is_nothing_to_review() => Assert.That(() => MsrpReview.Check(null!), Throws.ArgumentNullException);

    // A head that repeats the one before it is not read line by line, and stands at another place all the same.
    [TestCase(Send + "Byte-Range: 1-4/99\r\n" + End, Send + "Byte-Range: 9-8/99\r\n" + End, "RangeEndsBeforeItBegins 9-8/")]
    [TestCase(Send + "\r\nabc\r\n" + End, Send + "\r\nabc\r\n" + End, "BodyWithoutContentType MSRP")]
    [TestCase(
        "MSRP id01 SEND\r\nByte-Range: 1-4/99\r\n" + From + To + "Content-Type: a/b\r\n\r\nabcd\r\n" + End,
        "MSRP id01 SEND\r\nByte-Range: 1005-1008/9999\r\n" + From + To + "Content-Type: a/b\r\n\r\nabcd\r\n" + End,
        "FromPathFirst From")]
    public void Says_where_in_a_head_that_repeats_the_one_before_it_too(string first, string second, string found)
    {
        Assert.That(ReviewLast(first + second), Is.EqualTo(found));
        Assert.That(ReviewLast(first + second + second), Is.EqualTo(found));
    }

    private static string ReviewLast(string text)
    {
        var decoder = new MsrpReader();
        var input = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(text));
        IReadOnlyList<MsrpWarning> found = [];
        long start = 0;
        while (!input.IsEmpty)
        {
            long from = decoder.Offset;
            Assert.That(decoder.Read(ref input, out MsrpEvent next), Is.EqualTo(OperationStatus.Done));
            if (next.Kind is MsrpEventKind.RequestHead or MsrpEventKind.ResponseHead)
            {
                found = MsrpReview.Check(next.Head);
                start = from;
            }
        }

        Assert.That(found, Has.All.Property(nameof(MsrpWarning.Offset)).GreaterThanOrEqualTo(start));
        return string.Join(", ", found.Select(w => $"{w.Code} {text.Substring((int)w.Offset, 4)}"));
    }
}
