using System.Buffers;
using System.Text;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Framing;

/// <summary>The lines of a head, the limits of its length, and what stands between two messages.</summary>
[TestFixture]
public sealed class MsrpHeadTests
{
    private const string Paths = "To-Path: msrp://b:1/x;tcp\r\nFrom-Path: msrp://a:1/x;tcp\r\n";
    private const string End = "-------abcd$\r\n";
    private const string Response = "MSRP abcd 200 OK\r\n" + Paths + End;

    [TestCase("To-Path: msrp://b:1/x;tcp\r\n")]
    [TestCase("From-Path: msrp://b:1/x;tcp\r\n")]
    [TestCase("Message-ID: m123\r\nMessage-ID: m123\r\n")]
    [TestCase("Byte-Range: 1-*/*\r\nByte-Range: 1-*/*\r\n")]
    [TestCase("Content-Type: a/b\r\nContent-Type: a/b\r\n")]
    [TestCase("Failure-Report: yes\r\nFailure-Report: yes\r\n")]
    [TestCase("Success-Report: no\r\nSuccess-Report: no\r\n")]
    [TestCase("Status: 000 200 OK\r\nStatus: 000 200 OK\r\n")]
    public void A_known_header_stands_once(string headers)
    {
        Assert.That(Fault(headers), Is.EqualTo(MsrpReadErrorCode.RepeatedHeader));
        Assert.That(headers.Length < 32 ? null : Fault(headers[..(headers.Length / 2)]), Is.Null);
    }

    [TestCase("X: y\r\nX: y\r\n", null)]
    [TestCase(" X: y\r\n", MsrpReadErrorCode.FoldedLine)]
    [TestCase("\tX: y\r\n", MsrpReadErrorCode.FoldedLine)]
    [TestCase(" no colon\r\n", MsrpReadErrorCode.FoldedLine)]
    [TestCase("X : y\r\n", MsrpReadErrorCode.BadHeader)]
    [TestCase("Status : 000 200\r\n", MsrpReadErrorCode.BadHeader)]
    [TestCase("-------abcd!\r\n", MsrpReadErrorCode.BadHeader)]
    [TestCase("-------abce$\r\n", MsrpReadErrorCode.BadHeader)]
    [TestCase("------=abcd$\r\n", MsrpReadErrorCode.BadHeader)]
    [TestCase("-------abcd$$\r\n", MsrpReadErrorCode.BadHeader)]
    public void Another_line_is_a_header_of_any_name_or_a_fault(string line, MsrpReadErrorCode? reason) => Assert.That(Fault(line), Is.EqualTo(reason));

    [Test]
    [Category("MSRP-022")]
    public void A_name_as_long_as_a_known_one_is_another()
    {
        MsrpHead head = Read(Paths + "To_Path: 1\r\nFrom_Path: 2\r\nByte_Range: 3\r\nMessage_ID: 4\r\nContent_Type: 5\r\nFailure_Report: 6\r\nSuccess_Report: 7\r\nStatuz: 8\r\n");
        Assert.That(head.Fault, Is.Null);
        Assert.That(head.GetOtherHeaders().Select(static h => h.Value), Is.EqualTo(new[] { "1", "2", "3", "4", "5", "6", "7", "8" }));
        Assert.That(head.GetOtherHeaders()[7].Key, Is.EqualTo("Statuz"));
    }

    [TestCase("", MsrpFailureReport.Yes, false)]
    [TestCase("Failure-Report: yes\r\nSuccess-Report: no\r\n", MsrpFailureReport.Yes, false)]
    [TestCase("Failure-Report: NO\r\nSuccess-Report: YES\r\n", MsrpFailureReport.No, true)]
    [TestCase("failure-report: Partial\r\nsuccess-report: Yes\r\n", MsrpFailureReport.Partial, true)]
    public void Reads_which_reports_are_wanted(string headers, MsrpFailureReport failure, bool success)
    {
        MsrpHead head = Read(Paths + headers);
        Assert.That((head.FailureReport, head.SuccessReport, head.Fault), Is.EqualTo((failure, success, (MsrpReadError?)null)));
    }

    [Test]
    public void The_first_fault_counts_and_reading_goes_on()
    {
        MsrpHead head = Read("No colon\r\nByte-Range: x\r\n" + Paths);
        Assert.That(head.Fault, Is.EqualTo(new MsrpReadError(MsrpReadErrorCode.BadHeader, 16)));
        Assert.That((head.ToPath!.ToString(), head.FromPath!.ToString()), Is.EqualTo(("msrp://b:1/x;tcp", "msrp://a:1/x;tcp")), "for the 400");
    }

    [Test]
    public void Nothing_of_a_head_is_left_in_the_next()
    {
        MsrpHead head = ReadLast(
            "MSRP abcd SEND\r\n" + Paths + "Message-ID: m123\r\nByte-Range: 1-*/9\r\nSuccess-Report: yes\r\nFailure-Report: no\r\nStatus: 000 200\r\nX: y\r\nContent-Type: a/b\r\n\r\nx\r\n" + End
            + "MSRP abcd 200 OK\r\n" + Paths + End);
        Assert.Multiple(() =>
        {
            Assert.That((head.IsRequest, head.IsSend, head.IsReport, head.Method, head.Status, head.Comment), Is.EqualTo((false, false, false, (string?)null, 200, "OK")));
            Assert.That((head.MessageId, head.ByteRange, head.SuccessReport, head.FailureReport), Is.EqualTo(((string?)null, (ByteRange?)null, false, MsrpFailureReport.Yes)));
            Assert.That((head.ReportStatus, head.ContentType, head.HasBody, head.Fault), Is.EqualTo(((MsrpReportStatus?)null, (ImageShare.Core.Text.MediaType?)null, false, (MsrpReadError?)null)));
            Assert.That(head.GetOtherHeaders(), Is.Empty);
        });

        head = ReadLast("MSRP abcd 200 OK\r\n" + Paths + End + "MSRP abcd REPORT\r\n" + End);
        Assert.Multiple(() =>
        {
            Assert.That((head.IsRequest, head.IsReport, head.Status, head.Comment), Is.EqualTo((true, true, 0, (string?)null)));
            Assert.That((head.ToPath, head.FromPath, head.Fault!.Value.Code), Is.EqualTo(((MsrpPath?)null, (MsrpPath?)null, MsrpReadErrorCode.MissingPath)));
        });
        head = ReadLast("MSRP abcd REPORT\r\n" + End + "MSRP abcd SEND\r\n" + Paths + End);
        Assert.That((head.IsReport, head.IsSend, head.Fault), Is.EqualTo((false, true, (MsrpReadError?)null)));
    }

    // It ends in its end-line, or in the empty line before the body.
    [TestCase(0, "\r\n\r\n-------abcd$\r\n")]
    [TestCase(0, End)]
    [TestCase(7, "\r\n\r\n-------abcd$\r\n")]
    [TestCase(7, End)]
    [Category("SEC-001")]
    public void A_head_may_be_as_long_as_the_limit_and_not_a_byte_longer(int segment, string end)
    {
        string head = "MSRP abcd SEND\r\n" + Paths;
        int length = head.Length + (end == End ? end.Length : 2);
        byte[] bytes = Encoding.ASCII.GetBytes(head + end);
        foreach (int limit in (int[])[length, length - 1])
        {
            var decoder = new MsrpReader(new MsrpLimits { MaxHeadBytes = limit });
            string read = Wire.Decode(decoder, segment == 0 ? [bytes] : Segments.Cut(bytes, segment));
            Assert.That(read, limit == length ? Does.EndWith("end $\nidle") : Is.EqualTo($"invalid HeadTooLong at {head.Length}"), $"{limit} of {length}");
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    [Category("SEC-001")]
    public void The_limit_is_that_of_each_head(bool inPieces)
    {
        string text = Response + Response.Replace("abcd", "abce", StringComparison.Ordinal) + Response;
        var decoder = new MsrpReader(new MsrpLimits { MaxHeadBytes = Response.Length });
        Assert.That(Wire.Decode(decoder, Segments.Cut(Encoding.ASCII.GetBytes(text), inPieces ? 5 : text.Length)), Does.EndWith("idle"));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(1000)]
    [Category("SEC-001")]
    public void A_few_empty_lines_may_stand_before_each_message(int piece)
    {
        foreach ((int before, int between, string end) in ((int, int, string)[])[(2, 2, "idle"), (3, 0, "invalid TooManyBlankLines at 4"), (1, 3, $"invalid TooManyBlankLines at {2 + Response.Length + 4}")])
        {
            string text = Lines(before) + Response + Lines(between) + Response;
            var decoder = new MsrpReader(new MsrpLimits { MaxBlankLines = 2 });
            Assert.That(Wire.Decode(decoder, Segments.Cut(Encoding.ASCII.GetBytes(text), piece)), Does.EndWith(end));
        }

        static string Lines(int count) => string.Concat(Enumerable.Repeat("\r\n", count));
    }

    [TestCase("\r", OperationStatus.NeedMoreData, 1)]
    [TestCase("\r\n", OperationStatus.NeedMoreData, 0)]
    [TestCase("\r\n\r", OperationStatus.NeedMoreData, 1)]
    [TestCase("\r\nM", OperationStatus.NeedMoreData, 1)]
    [TestCase("\r\nX", OperationStatus.InvalidData, 1)]
    [TestCase("\rX", OperationStatus.InvalidData, 2)]
    [TestCase("\n", OperationStatus.InvalidData, 1)]
    [TestCase("", OperationStatus.NeedMoreData, 0)]
    public void Half_a_message_or_half_an_empty_line_is_waited_for(string text, OperationStatus status, int left)
    {
        foreach (int size in (int[])[1, 10])
        {
            var decoder = new MsrpReader();
            ReadOnlySequence<byte> input = Segments.Join([ReadOnlyMemory<byte>.Empty, .. Segments.Cut(Encoding.ASCII.GetBytes(text), size)]);
            Assert.That(decoder.Read(ref input, out _), Is.EqualTo(status));
            Assert.That((input.Length, decoder.Offset), Is.EqualTo(((long)left, (long)(text.Length - left))));
        }
    }

    [Test]
    public void Says_whether_a_head_has_begun()
    {
        var decoder = new MsrpReader();
        var input = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes("MSRP abcd SEND"));
        decoder.Read(ref input, out _);
        Assert.That((decoder.IsIdle, decoder.IsInHead, decoder.Error), Is.EqualTo((true, false, (MsrpReadError?)null)), "not even a line");
        input = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes("MSRP abcd SEND\r\n" + Paths));
        decoder.Read(ref input, out _);
        Assert.That((decoder.IsIdle, decoder.IsInHead), Is.EqualTo((false, true)));
        input = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes("\r\nabc"));
        decoder.Read(ref input, out _);
        Assert.That((decoder.IsIdle, decoder.IsInHead), Is.EqualTo((false, false)), "in the body");
        decoder.Read(ref input, out _);
        input = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes("\r\n" + End));
        decoder.Read(ref input, out _);
        Assert.That((decoder.IsIdle, decoder.IsInHead), Is.EqualTo((true, false)));
    }

    private static MsrpReadErrorCode? Fault(string headers) => Read(Paths + headers).Fault?.Code;

    private static MsrpHead Read(string headers) => ReadLast("MSRP abcd SEND\r\n" + headers + End);

    private static MsrpHead ReadLast(string text)
    {
        var decoder = new MsrpReader();
        var input = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(text));
        MsrpHead? head = null;
        while (decoder.Read(ref input, out MsrpEvent next) == OperationStatus.Done)
        {
            head = next.Head;
        }

        Assert.That((decoder.IsIdle, input.IsEmpty), Is.EqualTo((true, true)));
        return head!;
    }
}
