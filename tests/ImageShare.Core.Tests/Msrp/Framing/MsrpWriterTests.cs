using System.Buffers;
using System.Text;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Msrp.Framing;

[TestFixture]
public sealed class MsrpWriterTests
{
    private static readonly MsrpPath To = MsrpPath.Parse("msrp://r:1;tcp msrp://b:2/y;tcp");
    private static readonly MsrpPath From = MsrpPath.Parse("msrp://a:3/x;tcp");

    [Test]
    [Category("MSRP-001")]
    [Category("MSRP-004")]
    [Category("MSRP-007")]
    [Category("MSRP-046")]
    public void Writes_the_paths_first_and_the_content_type_last()
    {
        string octets = Print(output =>
        {
            var headers = new MsrpSendHeaders(To, From, "m123", new MediaType("image", "png"), successReport: true, MsrpFailureReport.Partial);
            MsrpWriter.WriteSendHead(output, "t123"u8, headers, new ByteRange(1, null, 9));
            output.Write("abc"u8);
            MsrpWriter.WriteEndLine(output, "t123"u8, MsrpContinuation.More, afterBody: true);
        });
        Assert.That(octets, Is.EqualTo(
            "MSRP t123 SEND\r\nTo-Path: msrp://r:1;tcp msrp://b:2/y;tcp\r\nFrom-Path: msrp://a:3/x;tcp\r\nMessage-ID: m123\r\nByte-Range: 1-*/9\r\n"
            + "Success-Report: yes\r\nFailure-Report: partial\r\nContent-Type: image/png\r\n\r\nabc\r\n-------t123+\r\n"));
    }

    [Test]
    [Category("MSRP-007")]
    [Category("MSRP-016")]
    public void A_send_without_body_has_no_content_header_and_no_empty_line()
    {
        string octets = Print(output => MsrpWriter.WriteEmptySend(output, "t123"u8, new MsrpSendHeaders(To, From)));
        Assert.That(octets, Does.Match(
            "^MSRP t123 SEND\r\nTo-Path: [^\r]+\r\nFrom-Path: [^\r]+\r\nMessage-ID: [A-Za-z0-9]{22}\r\nByte-Range: 1-0/0\r\n-------t123\\$\r\n$"));
    }

    [Test]
    public void Writes_a_response_and_a_report()
    {
        Assert.That(Print(output => MsrpWriter.WriteResponse(output, "t123"u8, From, To, 200, "OK")), Is.EqualTo(
            "MSRP t123 200 OK\r\nTo-Path: msrp://a:3/x;tcp\r\nFrom-Path: msrp://r:1;tcp msrp://b:2/y;tcp\r\n-------t123$\r\n"));
        Assert.That(
            Print(output => MsrpWriter.WriteReport(output, "t123"u8, From, From, "m123", new ByteRange(1, 9, 9), new MsrpReportStatus(0, 200, "OK"))),
            Is.EqualTo(
                "MSRP t123 REPORT\r\nTo-Path: msrp://a:3/x;tcp\r\nFrom-Path: msrp://a:3/x;tcp\r\nMessage-ID: m123\r\nByte-Range: 1-9/9\r\nStatus: 000 200 OK\r\n-------t123$\r\n"));
    }

    [Test]
    public void No_value_with_a_line_break_leaves()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => new MsrpSendHeaders(To, From, "a\r\nb"), Throws.ArgumentException);
            Assert.That(() => Print(o => MsrpWriter.WriteResponse(o, "t123"u8, To, From, 200, "a\r\nb")), Throws.TypeOf<ImageShareException>());
            Assert.That(() => Print(o => MsrpWriter.WriteResponse(o, "t\r\n"u8, To, From, 200)), Throws.ArgumentException);
            Assert.That(() => Print(o => MsrpWriter.WriteSendHead(o, "t\r\n12"u8, new MsrpSendHeaders(To, From), default)), Throws.ArgumentException);
            Assert.That(
                () => Print(o => MsrpWriter.WriteReport(o, "t123"u8, To, From, "m\n123", default, new(0, 200))), Throws.TypeOf<ImageShareException>());
            Assert.That(
                () => Print(o => MsrpWriter.WriteReport(o, "t123"u8, To, From, "m123", default, new(0, 200, "\n"))), Throws.TypeOf<ImageShareException>());
        });
    }

    [TestCase(MsrpFailureReport.Yes, false, "")]
    [TestCase(MsrpFailureReport.No, false, "Failure-Report: no\r\n")]
    [TestCase(MsrpFailureReport.Partial, true, "Success-Report: yes\r\nFailure-Report: partial\r\n")]
    public void Writes_which_reports_are_wanted_and_keeps_all_of_it_on_another_path(MsrpFailureReport failure, bool success, string lines)
    {
        var headers = new MsrpSendHeaders(To, From, "m123", new MediaType("a", "b"), success, failure, "render");
        string tail = $"\r\nFrom-Path: msrp://a:3/x;tcp\r\nMessage-ID: m123\r\nByte-Range: 1-2/3\r\n{lines}Content-Disposition: render\r\nContent-Type: a/b\r\n\r\n";
        Assert.That(Head(headers), Is.EqualTo("MSRP t123 SEND\r\nTo-Path: msrp://r:1;tcp msrp://b:2/y;tcp" + tail));
        Assert.That(Head(headers.WithPath(From)), Is.EqualTo("MSRP t123 SEND\r\nTo-Path: msrp://a:3/x;tcp" + tail));
        Assert.That(Head(headers.WithoutDisposition()), Does.Not.Contain("Disposition").And.Contain(lines + "Content-Type: a/b"));
        MsrpSendHeaders without = headers.WithoutDisposition();
        Assert.That(without.WithoutDisposition(), Is.SameAs(without));

        static string Head(MsrpSendHeaders headers) => Print(output => MsrpWriter.WriteSendHead(output, "t123"u8, headers, new ByteRange(1, 2, 3)));
    }

    [TestCase("r")]
    [TestCase(4096)]
    [Category("MSRP-052")]
    public void A_disposition_may_have_1_to_4096_characters(object value)
    {
        string text = value as string ?? new string('r', (int)value);
        Assert.That(new MsrpSendHeaders(To, From, "m123", new MediaType("a", "b"), contentDisposition: text).ContentDisposition, Is.EqualTo(text));
    }

    [Test]
    public void Without_a_value_nothing_is_written()
    {
        var output = new ArrayBufferWriter<byte>();
        var headers = new MsrpSendHeaders(To, From);
        Assert.Multiple(() =>
        {
            Assert.That(() => new MsrpSendHeaders(null!, From), Throws.ArgumentNullException);
            Assert.That(() => new MsrpSendHeaders(To, null!), Throws.ArgumentNullException);
            Assert.That(() => MsrpWriter.WriteSendHead(null!, "t123"u8, headers, default), Throws.ArgumentNullException);
            Assert.That(() => MsrpWriter.WriteSendHead(output, "t123"u8, null!, default), Throws.ArgumentNullException);
            Assert.That(() => MsrpWriter.WriteEndLine(null!, "t123"u8, default, true), Throws.ArgumentNullException);
            Assert.That(() => MsrpWriter.WriteResponse(null!, "t123"u8, To, From, 200), Throws.ArgumentNullException);
            Assert.That(() => MsrpWriter.WriteResponse(output, "t123"u8, null!, From, 200), Throws.ArgumentNullException);
            Assert.That(() => MsrpWriter.WriteResponse(output, "t123"u8, To, null!, 200), Throws.ArgumentNullException);
            Assert.That(() => MsrpWriter.WriteReport(null!, "t123"u8, To, From, "m123", default, new(0, 200)), Throws.ArgumentNullException);
            Assert.That(() => MsrpWriter.WriteReport(output, "t123"u8, null!, From, "m123", default, new(0, 200)), Throws.ArgumentNullException);
            Assert.That(() => MsrpWriter.WriteReport(output, "t123"u8, To, null!, "m123", default, new(0, 200)), Throws.ArgumentNullException);
            Assert.That(() => MsrpWriter.WriteReport(output, "t123"u8, To, From, string.Empty, default, new(0, 200)), Throws.ArgumentException);
            Assert.That(() => MsrpWriter.WriteReport(output, "t123"u8, To, From, "m123", default, null!), Throws.ArgumentNullException);
        });
        Assert.That(output.WrittenCount, Is.Zero);
    }

    [TestCase(null)]
    [TestCase("")]
    public void A_response_without_a_comment_ends_in_its_status(string? comment) =>
        Assert.That(Print(output => MsrpWriter.WriteResponse(output, "t123"u8, From, From, 5, comment)), Does.StartWith("MSRP t123 005\r\nTo-Path"));

    [Test]
    [Category("MSRP-003")]
    public void Transaction_ids_are_16_letters_and_digits_and_differ()
    {
        var ids = new TransactionIds();
        var seen = new HashSet<string>();
        byte[] id = new byte[TransactionIds.Length];
        for (int i = 0; i < 100_000; i++)
        {
            ids.Next(id);
            Assert.That(MsrpIdent.IsValid(id, 20), Is.True);
            Assert.That(seen.Add(Encoding.ASCII.GetString(id)), Is.True);
        }

        // Each of the 80 bits moves: every character takes every value.
        for (int place = 0; place < TransactionIds.Length; place++)
        {
            Assert.That(seen.Select(s => s[place]).Distinct().Count(), Is.EqualTo(32));
        }
    }

    private static string Print(Action<ArrayBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return Encoding.ASCII.GetString(output.WrittenSpan);
    }
}
