using System.Buffers;
using System.Text;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Framing;

[TestFixture]
public sealed class MsrpDecoderTests
{
    private const string Paths = "To-Path: msrp://b.example:8493/si438ds;tcp\r\nFrom-Path: msrp://a.example:7777/iau39;tcp\r\n";
    private const string Send = "MSRP d93kswow SEND\r\n" + Paths + "Message-ID: 12339sdqwer\r\nByte-Range: 1-16/16\r\nContent-Type: text/plain\r\n\r\n";

    private static IEnumerable<TestCaseData> Streams()
    {
        yield return Case(
            "a request with a body",
            Send + "Hi, I'm Alice!\r\n\r\n-------d93kswow$\r\n",
            "MSRP d93kswow SEND > 1-16/16 body\nbody Hi, I'm Alice!\\r\\n\nend $\nidle");
        yield return Case(
            "a request without a body",
            "MSRP d93kswow SEND\r\n" + Paths + "Message-ID: 12339sdqwer\r\nByte-Range: 1-0/0\r\n-------d93kswow$\r\n",
            "MSRP d93kswow SEND > 1-0/0\nend $\nidle");
        yield return Case(
            "a request with an empty body",
            Send + "\r\n-------d93kswow$\r\n",
            "MSRP d93kswow SEND > 1-16/16 body\nend $\nidle");
        yield return Case(
            "an empty body whose end-line follows the empty line at once",
            Send + "-------d93kswow+\r\n",
            "MSRP d93kswow SEND > 1-16/16 body\nend +\nidle");
        yield return Case(
            "a response with nothing but its paths",
            "MSRP d93kswow 200 OK\r\n" + Paths + "-------d93kswow$\r\n",
            "MSRP d93kswow 200 OK <\nend $\nidle");
        yield return Case(
            "a response without a comment and with a range",
            "MSRP d93kswow 413\r\n" + Paths + "Byte-Range: 1-2048/4096\r\nX-Extension: one\r\n-------d93kswow$\r\n",
            "MSRP d93kswow 413 < 1-2048/4096\nend $\nidle");
        yield return Case(
            "two requests and a response in one go",
            Send + "abc\r\n-------d93kswow+\r\nMSRP d93ksw2w REPORT\r\n" + Paths + "Status: 000 200 OK\r\n-------d93ksw2w$\r\nMSRP x9.-+%= 200 \r\n" + Paths + "-------x9.-+%=$\r\n",
            "MSRP d93kswow SEND > 1-16/16 body\nbody abc\nend +\nMSRP d93ksw2w REPORT >\nend $\nMSRP x9.-+%= 200 <\nend $\nidle");
        yield return Case(
            "near misses of the end-line",
            Send + "\r\n------d93kswow$\r\n\r\n-------d93kswoW$\r\n\r\n-------d93kswow!\r\n\r\n-------d93kswow$\n\r\n-------d93kswow\r\n\r\n-------d93kswow$x\r\n\n-------d93kswow$\r\n\r\r\n-------d93kswow#\r\n",
            "MSRP d93kswow SEND > 1-16/16 body\nbody \\r\\n------d93kswow$\\r\\n\\r\\n-------d93kswoW$\\r\\n\\r\\n-------d93kswow!\\r\\n\\r\\n-------d93kswow$\\n\\r\\n-------d93kswow\\r\\n\\r\\n-------d93kswow$x\\r\\n\\n-------d93kswow$\\r\\n\\r\nend #\nidle");
        yield return Case(
            "near misses at the very beginning of the body",
            Send + "-------d93kswow!\r\n-------d93kswo$\r\n\r\n-------d93kswow$\r\n",
            "MSRP d93kswow SEND > 1-16/16 body\nbody -------d93kswow!\\r\\n-------d93kswo$\\r\\n\nend $\nidle");
        yield return Case(
            "an end-line of another transaction, and one that is followed by the true one",
            Send + "x\r\n-------d93kswov$\r\n-------d93kswow\r\n-------d93kswow$\r\n",
            "MSRP d93kswow SEND > 1-16/16 body\nbody x\\r\\n-------d93kswov$\\r\\n-------d93kswow\nend $\nidle");
        yield return Case(
            "binary data",
            Send + "\0\u0001\u00ff\r\r\r\n\n\n------\r\n-------\r\n-------d93kswow$\r\n",
            "MSRP d93kswow SEND > 1-16/16 body\nbody \0\u0001\u00ff\\r\\r\\r\\n\\n\\n------\\r\\n-------\nend $\nidle");
        yield return Case(
            "a faulty head: its body and end are still found",
            "MSRP d93kswow SEND\r\n" + Paths + "Byte-Range: 0-1/2\r\nContent-Type: a/b\r\n\r\nxy\r\n-------d93kswow$\r\n" + "MSRP d93ksw2w 200 OK\r\n" + Paths + "-------d93ksw2w$\r\n",
            $"MSRP d93kswow SEND > body fault BadByteRange at {20 + Paths.Length}\nbody xy\nend $\nMSRP d93ksw2w 200 OK <\nend $\nidle");
        yield return Case(
            "an unfinished body",
            Send + "abc\r\n-------d93kswow$\r",
            "MSRP d93kswow SEND > 1-16/16 body\nbody abc (open)\ncut off");

        static TestCaseData Case(string name, string octets, string events) =>
            new TestCaseData(Encoding.Latin1.GetBytes(octets), events).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Streams))]
    [Category("MSRP-006")]
    [Category("MSRP-007")]
    [Category("MSRP-008")]
    [Category("MSRP-009")]
    public void Reads_the_same_events_however_the_octets_are_cut(byte[] octets, string events)
    {
        Assert.That(Wire.Decode(octets), Is.EqualTo(events), "whole");
        foreach (ReadOnlyMemory<byte>[] pieces in Segments.EverySplit(octets))
        {
            Assert.That(Wire.Decode(pieces), Is.EqualTo(events), $"in two at {pieces[0].Length}");
        }

        for (int size = 1; size < octets.Length; size++)
        {
            Assert.That(Wire.Decode(Segments.Cut(octets, size)), Is.EqualTo(events), $"in pieces of {size}");
            Assert.That(Joined(octets, size), Is.EqualTo(events), $"whole, in segments of {size}");
        }
    }

    [Category("MSRP-001")]
    [TestCase("x")]
    [TestCase("x\n")]
    [TestCase("x\r")]
    [TestCase("x\r\r")]
    [Category("MSRP-049")]
    public void An_end_line_without_a_line_break_before_it_is_content(string before)
    {
        byte[] octets = Encoding.Latin1.GetBytes(Send + before + "-------d93kswow$\r\ny\r\n-------d93kswow$\r\n");
        string events = "MSRP d93kswow SEND > 1-16/16 body\nbody "
            + before.Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)
            + "-------d93kswow$\\r\\ny\nend $\nidle";
        Assert.That(Wire.Decode(octets), Is.EqualTo(events));
        foreach (ReadOnlyMemory<byte>[] pieces in Segments.EverySplit(octets))
        {
            Assert.That(Wire.Decode(pieces), Is.EqualTo(events), $"in two at {pieces[0].Length}");
        }
    }

    [TestCase("GET / HTTP/1.1\r\n", "invalid NotMsrp at 0")]
    [TestCase("INVITE sip:x SIP/2.0\r\n", "invalid NotMsrp at 0")]
    [TestCase("\u0016\u0003\u0001", "invalid NotMsrp at 0")]
    [TestCase("G", "invalid NotMsrp at 0")]
    [TestCase("MSRQ", "invalid NotMsrp at 0")]
    [TestCase("msrp d93kswow SEND\r\n", "invalid NotMsrp at 0")]
    [TestCase("MSRP  d93kswow SEND\r\n", "invalid BadTransactionId at 0")]
    [TestCase("MSRP \r\n", "invalid BadTransactionId at 0")]
    [TestCase("MSRP d9_3kswow SEND\r\n", "invalid BadTransactionId at 0")]
    [TestCase("MSRP d93kswow send\r\n" + Paths + "-------d93kswow$\r\n", "MSRP d93kswow send > fault BadStartLine at 0\nend $\nidle")]
    [TestCase("MSRP d93kswow\r\n" + Paths + "-------d93kswow$\r\n", "MSRP d93kswow  > fault BadStartLine at 0\nend $\nidle")]
    [TestCase("MSRP d93kswow 20 OK\r\n" + Paths + "-------d93kswow$\r\n", "MSRP d93kswow 000 < fault BadStartLine at 0\nend $\nidle")]
    [TestCase("MSRP d93kswow 2000\r\n" + Paths + "-------d93kswow$\r\n", "MSRP d93kswow 000 < fault BadStartLine at 0\nend $\nidle")]
    [TestCase("MSRP d93kswow 200 O\nK\r\n" + Paths + "-------d93kswow$\r\n", "MSRP d93kswow 000 < fault BadStartLine at 0\nend $\nidle")]
    [TestCase("MSRP d93kswow S\nEND\r\n" + Paths + "-------d93kswow$\r\n", "MSRP d93kswow  > fault BadStartLine at 0\nend $\nidle")]
    [TestCase("MSRP d93kswow NICKNAME\r\n" + Paths + "-------d93kswow$\r\n", "MSRP d93kswow NICKNAME >\nend $\nidle")]
    public void Judges_the_start_line(string octets, string events) =>
        Assert.That(Wire.Decode(Encoding.Latin1.GetBytes(octets)), Is.EqualTo(events));

    [Category("MSRP-002")]
    [TestCase(3, false)]
    [TestCase(4, true)]
    [TestCase(32, true)]
    [TestCase(33, true)]
    [TestCase(128, true)]
    [TestCase(129, false)]
    public void Takes_ids_of_4_to_128_characters(int length, bool taken)
    {
        string id = new('x', length);
        string transaction = $"MSRP {id} 200 OK\r\n{Paths}-------{id}$\r\n";
        string message = $"MSRP abcd SEND\r\n{Paths}Message-ID: {id}\r\n-------abcd$\r\n";
        Assert.That(Wire.Decode(Encoding.ASCII.GetBytes(transaction)).EndsWith("idle", StringComparison.Ordinal), Is.EqualTo(taken));
        Assert.That(Wire.Decode(Encoding.ASCII.GetBytes(message)).Contains("BadMessageId", StringComparison.Ordinal), Is.EqualTo(!taken));
    }

    [Test]
    [Category("MSRP-002")]
    public void Compares_ids_octet_for_octet() => Assert.That(
        Wire.Decode(Encoding.ASCII.GetBytes("MSRP abCD 200\r\n" + Paths + "-------abcd$\r\n-------abCD$\r\n")),
        Is.EqualTo("MSRP abCD 200 < fault BadHeader at " + (15 + Paths.Length) + "\nend $\nidle"));

    [TestCase("To-Path: x\r\n", "BadPath")]
    [TestCase("Message-ID: a\r\n", "BadMessageId")]
    [TestCase("Message-ID: a b c d e\r\n", "BadMessageId")]
    [TestCase("Byte-Range: 1-2\r\n", "BadByteRange")]
    [TestCase("Byte-Range: 1-*/*\r\nByte-Range: 1-*/*\r\n", "RepeatedHeader")]
    [TestCase("Success-Report: maybe\r\n", "BadReport")]
    [TestCase("Failure-Report: maybe\r\n", "BadReport")]
    [TestCase("Status: 200 OK\r\n", "BadReport")]
    [TestCase("Content-Type: png\r\n", "BadContentType")]
    [TestCase("No colon\r\n", "BadHeader")]
    [TestCase(": no name\r\n", "BadHeader")]
    [TestCase("Status: 000 200 a\nb\r\n", "BadReport")]
    [TestCase("Content-Type: a/b;c=\"d\ne\"\r\n", "BadContentType")]
    [TestCase("Message-ID: abcd\nX: y\r\n", "BadMessageId")]
    [TestCase("X: a\rb\r\n", "BadHeader")]
    [TestCase("X: a\nTo-Path: b\r\n", "BadHeader")]
    [TestCase("X: a\0b\r\n", "BadHeader")]
    public void Names_what_is_wrong_with_a_header(string header, string reason)
    {
        string paths = header.StartsWith("To-Path", StringComparison.Ordinal) ? "" : Paths;
        string octets = "MSRP abcd SEND\r\n" + paths + header + "-------abcd$\r\n";
        Assert.That(Wire.Decode(Encoding.ASCII.GetBytes(octets)), Does.Contain("fault " + reason).And.EndsWith("end $\nidle"));
    }

    [TestCase("")]
    [TestCase("To-Path: msrp://b:1/x;tcp\r\n")]
    [TestCase("From-Path: msrp://b:1/x;tcp\r\n")]
    public void Both_paths_have_to_be_there(string headers) => Assert.That(
        Wire.Decode(Encoding.ASCII.GetBytes("MSRP abcd SEND\r\n" + headers + "-------abcd$\r\n")), Does.Contain("fault MissingPath"));

    [Test]
    [Category("MSRP-005")]
    public void A_folded_line_is_a_fault() => Assert.That(
        Wire.Decode(Encoding.ASCII.GetBytes("MSRP abcd SEND\r\n" + Paths + "X: a\r\n b\r\n-------abcd$\r\n")), Does.Contain("fault FoldedLine"));

    [Test]
    [Category("MSRP-004")]
    [Category("MSRP-022")]
    public void Takes_the_headers_in_any_order_and_any_case_and_keeps_those_it_does_not_know()
    {
        MsrpHead head = ReadHead(
            "MSRP abcd SEND\r\ncontent-TYPE:image/png;a=b\r\nX-One: 1\r\nByte-Range:   1-*/9  \r\nfrom-path: msrp://a:1/x;tcp\r\nFailure-Report: partial\r\n"
            + "Success-Report: yes\r\nX-Two:\r\nMessage-ID: m1234\r\nTo-Path: msrp://r:1;tcp msrp://b:1/x;tcp\r\n\r\n");
        Assert.Multiple(() =>
        {
            Assert.That(head.Fault, Is.Null);
            Assert.That(head.ContentType!.ToString(), Is.EqualTo("image/png;a=b"));
            Assert.That(head.ByteRange, Is.EqualTo(new ByteRange(1, null, 9)));
            Assert.That(head.FromPath!.ToString(), Is.EqualTo("msrp://a:1/x;tcp"));
            Assert.That(head.ToPath!.Uris, Has.Length.EqualTo(2));
            Assert.That(head.FailureReport, Is.EqualTo(MsrpFailureReport.Partial));
            Assert.That(head.SuccessReport, Is.True);
            Assert.That(head.MessageId, Is.EqualTo("m1234"));
            Assert.That(head.GetOtherHeaders(), Is.EqualTo(new KeyValuePair<string, string>[] { new("X-One", "1"), new("X-Two", "") }));
        });
    }

    [Test]
    public void Reads_the_status_of_a_report()
    {
        MsrpHead head = ReadHead("MSRP abcd REPORT\r\n" + Paths + "Status: 000 413 no thanks\r\n-------abcd$\r\n");
        Assert.That(head.ReportStatus, Is.EqualTo(new MsrpReportStatus(0, 413, "no thanks")));
    }

    [Test]
    [Category("SEC-001")]
    public void A_head_without_end_is_refused_at_the_limit()
    {
        var decoder = new MsrpReader(new MsrpLimits { MaxHeadBytes = 500 });
        byte[] octets = Encoding.ASCII.GetBytes("MSRP abcd SEND\r\nX: " + new string('x', 2000));
        Assert.That(Wire.Decode(decoder, Segments.Cut(octets, 10)), Is.EqualTo("invalid HeadTooLong at 16"));

        decoder = new MsrpReader(new MsrpLimits { MaxHeadBytes = 500 });
        octets = Encoding.ASCII.GetBytes("MSRP abcd SEND\r\n" + string.Concat(Enumerable.Repeat("X: y\r\n", 1000)));
        Assert.That(Wire.Decode(decoder, octets), Does.StartWith("invalid HeadTooLong"));
    }

    [Test]
    [Category("SEC-001")]
    public void The_largest_limit_for_heads_reads_a_head_in_any_segments()
    {
        byte[] chunk = Encoding.ASCII.GetBytes("MSRP abcd SEND\r\n" + Paths + "-------abcd$\r\n");
        for (int size = 1; size <= chunk.Length; size++)
        {
            var decoder = new MsrpReader(new MsrpLimits { MaxHeadBytes = int.MaxValue });
            ReadOnlySequence<byte> input = Segments.Join(Segments.Cut(chunk, size));
            Assert.That(decoder.Read(ref input, out MsrpEvent next), Is.EqualTo(OperationStatus.Done), $"in segments of {size}");
            Assert.That(next.Kind, Is.EqualTo(MsrpEventKind.RequestHead));
        }
    }

    [TestCase(10240, true)]
    [TestCase(10241, false)]
    [Category("MSRP-048")]
    public void The_body_of_another_request_than_send_ends_at_10240_octets(int length, bool taken)
    {
        byte[] octets = Encoding.ASCII.GetBytes("MSRP abcd REPORT\r\n" + Paths + "Content-Type: a/b\r\n\r\n" + new string('x', length) + "\r\n-------abcd$\r\n");
        Assert.That(Wire.Decode(Segments.Cut(octets, 1000)), taken ? Does.EndWith("idle") : Does.Contain("invalid BodyTooLong"));
    }

    [Test]
    public void After_invalid_data_it_stays_invalid()
    {
        var decoder = new MsrpReader();
        var input = new ReadOnlySequence<byte>("HTTP"u8.ToArray());
        Assert.That(decoder.Read(ref input, out _), Is.EqualTo(OperationStatus.InvalidData));
        input = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(Send));
        Assert.That(decoder.Read(ref input, out _), Is.EqualTo(OperationStatus.InvalidData));
        Assert.That(input.Length, Is.EqualTo(Send.Length));
    }

    [Test]
    public void Holds_back_only_what_may_be_the_end_line()
    {
        var decoder = new MsrpReader();
        var input = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(Send + "abcdef\r\n------"));
        Assert.That(decoder.Read(ref input, out _), Is.EqualTo(OperationStatus.Done));
        Assert.That(decoder.Read(ref input, out MsrpEvent next), Is.EqualTo(OperationStatus.Done));
        Assert.That(next.Body.Length, Is.EqualTo(6));
        Assert.That(decoder.Read(ref input, out _), Is.EqualTo(OperationStatus.NeedMoreData));
        Assert.That(input.Length, Is.EqualTo(8));

        input = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes("\r\n------x"));
        Assert.That(decoder.Read(ref input, out next), Is.EqualTo(OperationStatus.Done));
        Assert.That(next.Body.Length, Is.EqualTo(9));
    }

    [Test]
    [Category("SEC-001")]
    public void Random_octets_and_mutations_never_throw()
    {
        byte[] good = Encoding.Latin1.GetBytes(Send + "Hi\r\n-------d93kswow+\r\nMSRP d93ksw2w 200 OK\r\n" + Paths + "-------d93ksw2w$\r\n");
        for (int seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            byte[] octets = [.. good];
            for (int i = random.Next(1, 6); i > 0; i--)
            {
                int at = random.Next(octets.Length);
                switch (random.Next(4))
                {
                    case 0:
                        octets[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        octets = [.. octets[..at], .. octets[Math.Min(octets.Length, at + random.Next(20))..], .. "x"u8];
                        break;
                    case 2:
                        octets = [.. octets[..at], .. octets[random.Next(octets.Length)..], .. "\r\n"u8];
                        break;
                    default:
                        octets[at] = "\r\n:; -/@\0"u8[random.Next(9)];
                        break;
                }
            }

            Assert.That(Wire.Decode(Segments.Cut(octets, random.Next(1, 60))), Is.EqualTo(Wire.Decode(octets)), $"seed {seed}");
        }
    }

    private static MsrpHead ReadHead(string octets)
    {
        var input = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(octets));
        Assert.That(new MsrpReader().Read(ref input, out MsrpEvent next), Is.EqualTo(OperationStatus.Done));
        return next.Head;
    }

    private static string Joined(byte[] octets, int size)
    {
        // All there at once, but in segments; with and without empty ones between.
        string plain = Wire.DecodeAtOnce(Segments.Join(Segments.Cut(octets, size)));
        string spaced = Wire.DecodeAtOnce(Segments.Join(Segments.Cut(octets, size).SelectMany(p => (ReadOnlyMemory<byte>[])[p, ReadOnlyMemory<byte>.Empty])));
        Assert.That(spaced, Is.EqualTo(plain));
        return plain;
    }
}
