using System.Buffers;
using System.Text;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sip.Messages.Reading;

[TestFixture]
public sealed class SipReaderTests
{
    private const string Head = "OPTIONS sip:b@h SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bKx\r\nFrom: <sip:a@h>;tag=t\r\nTo: <sip:b@h>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n";

    private static readonly string[] Streams =
    [
        Encoding.UTF8.GetString(SeedMessages.Options),
        Encoding.UTF8.GetString(SeedMessages.Invite),
        Encoding.UTF8.GetString(SeedMessages.Invite) + "\r\n\r\n" + Encoding.UTF8.GetString(SeedMessages.Options) + "\r\n",
        "\r\n\r\n\r\n" + Head + "l: 4\r\n\r\n\r\n\r\nSIP/2.0 200 \r\nL :\r\n 0\r\n\r\n" + Head + "Content-Length: 0\r\n\r\n",
        Head + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n\r\n\r\n\0",
        Head + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n12345" + Head,
        Head + "\r\n",
        Head + "Content-Length: 99999999999999999999\r\n\r\n",
        Head + "Bad\u0001: x\r\nContent-Length: 0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "OPTIONS sip:a SIP/2.0\nVia: x\n\n\r\n\r\n",
        "\r\rX",
    ];

    [TestCaseSource(nameof(Streams))]
    [Category("SIPG-017")]
    [Category("SIPG-023")]
    public void Reads_the_same_however_the_stream_is_cut(string stream)
    {
        byte[] octets = Encoding.UTF8.GetBytes(stream);
        string whole = Describe(octets, [octets]);
        foreach (ReadOnlyMemory<byte>[] pieces in Segments.EverySplit(octets))
        {
            Assert.That(Describe(octets, pieces), Is.EqualTo(whole));
        }

        Assert.That(Describe(octets, [.. Segments.Cut(octets, 1)]), Is.EqualTo(whole));
        Assert.That(Describe(octets, [.. Segments.Cut(octets, 7)]), Is.EqualTo(whole));
    }

    [TestCaseSource(nameof(Streams))]
    [Category("SIPG-023")]
    public void Reads_the_same_when_every_octet_is_a_segment(string stream)
    {
        byte[] octets = Encoding.UTF8.GetBytes(stream);
        var reader = new SipReader();
        ReadOnlySequence<byte> input = Segments.Join(Segments.Cut(octets, 1));
        var text = new StringBuilder();
        while (Step(reader, ref input, text) == OperationStatus.Done)
        {
        }

        Assert.That(text.ToString(), Is.EqualTo(Describe(octets, [octets])));
    }

    [Test]
    [Category("SIPG-014")]
    [Category("SIPG-021")]
    public void The_seed_messages_print_back_octet_for_octet()
    {
        foreach (byte[] octets in (byte[][])[SeedMessages.Options, SeedMessages.Invite])
        {
            Assert.That(SipReader.TryReadDatagram(octets, null, out SipMessage? message, out _), Is.True);
            Assert.That(message!.ToArray(), Is.EqualTo(octets));

            var reader = new SipReader();
            var input = new ReadOnlySequence<byte>(octets);
            Assert.That(reader.Read(ref input, out message), Is.EqualTo(OperationStatus.Done));
            Assert.That(message!.ToArray(), Is.EqualTo(octets));
            Assert.That(input.IsEmpty, Is.True);
        }
    }

    [Test]
    public void Every_header_of_the_seed_invitation_is_there()
    {
        SipRequest invite = Read(SeedMessages.Invite);
        SipHeaders headers = invite.Headers;
        Assert.Multiple(() =>
        {
            Assert.That(invite.Method, Is.EqualTo(SipMethod.Invite));
            Assert.That(invite.RequestUri.ToString(), Is.EqualTo("sip:bob@v4.ims.test"));
            Assert.That(headers, Has.Count.EqualTo(20));
            Assert.That(headers.TopVia!.Branch, Is.EqualTo("z9hG4bK3548"));
            Assert.That(headers.TopVia.HasRPort, Is.True);
            Assert.That(headers.From!.Tag, Is.EqualTo("2520"));
            Assert.That(headers.To!.Tag, Is.Null);
            Assert.That(headers.CallId, Is.EqualTo("1235491356211@192.168.16.108"));
            Assert.That(headers.CSeq!.Number, Is.EqualTo(501));
            Assert.That(headers.MaxForwards, Is.EqualTo(70));
            Assert.That(headers.Allow, Has.Count.EqualTo(9));
            Assert.That(headers.Contacts, Has.Count.EqualTo(1));
            Assert.That(headers.Routes.Select(r => r.Uri.IsLooseRouter), Is.EqualTo([true, true]));
            Assert.That(headers.AcceptContacts, Has.Count.EqualTo(2));
            Assert.That(headers.AcceptContacts[0].Features.HasImageShare, Is.True);
            Assert.That(headers.ContentType!.Essence, Is.EqualTo("application/sdp"));
            Assert.That(invite.Body.Length, Is.EqualTo(555));
        });
    }

    [TestCase("SIP/2.0 200 OK", 200, "OK")]
    [TestCase("SIP/2.0 200 ", 200, "")]
    [TestCase("SIP/2.0 200", 200, "")]
    [TestCase("sip/2.0 183 = 2**3 * 5 \u00fc\u4e2d", 183, "= 2**3 * 5 \u00fc\u4e2d")]
    [Category("SIPG-001")]
    public void A_status_line_is_read(string line, int status, string reason)
    {
        Assert.That(TryRead(line + "\r\n\r\n", out SipMessage? message, out _), Is.True);
        Assert.That(((SipResponse)message!).StatusCode, Is.EqualTo(status));
        Assert.That(((SipResponse)message).ReasonPhrase, Is.EqualTo(reason));
    }

    [TestCase("")]
    [TestCase("O")]
    [TestCase("OPTIONS")]
    [TestCase("OPTIONS ")]
    [TestCase("OPTIONS sip:a")]
    [TestCase("OPTIONS sip:a SIP")]
    [TestCase("OPTIONS sip:a SIP/")]
    [TestCase("OPTIONS sip:a SIP/2")]
    [TestCase("OPTIONS sip:a SIP/2.0x")]
    [TestCase("OPTIONS SIP/2.0")]
    [TestCase(" OPTIONS sip:a SIP/2.0")]
    [TestCase("OPT(IONS sip:a SIP/2.0")]
    [TestCase("SIP/2.0")]
    [TestCase("SIP/2.0 ")]
    [TestCase("SIP/2.0 20")]
    [TestCase("SIP/2.0 2000 OK")]
    [TestCase("SIP/2.0 099 OK")]
    [TestCase("SIP/2.0 700 OK")]
    [TestCase("SIP/2.0 -20 OK")]
    [TestCase("SIP/2.0 4294967301 better not break the receiver")]
    [TestCase("SIP/7.0 200 OK")]
    [TestCase("SIPS/2.0 200 OK")]
    [TestCase("GET / HTTP/1.1")]
    [TestCase("MSRP d93kswow SEND")]
    [TestCase("\u0016\u0003\u0001")]
    [Category("SIPG-001")]
    public void What_is_no_start_line_is_no_message(string line)
    {
        Assert.That(TryRead(line + "\r\n\r\n", out SipMessage? message, out SipReadError? error), Is.False);
        Assert.That(message, Is.Null);
        Assert.That(error, Is.Not.Null);

        var reader = new SipReader();
        var input = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(line + "\r\n"));
        Assert.That(reader.Read(ref input, out _), Is.EqualTo(line.Length == 0 ? OperationStatus.NeedMoreData : OperationStatus.InvalidData));
        Assert.That(reader.Refused, Is.Null);
    }

    [Test]
    [Category("SIPG-002")]
    public void A_folded_header_reads_like_an_unfolded_one()
    {
        string plain = Encoding.UTF8.GetString(SeedMessages.Invite);
        string folded = plain[..plain.IndexOf("\r\n\r\n", StringComparison.Ordinal)]
            .Replace(": ", "\r\n : \r\n\t \r\n ", StringComparison.Ordinal)
            .Replace(", ", ",\r\n  \t", StringComparison.Ordinal)
            .Replace("*;", "*\r\n ;", StringComparison.Ordinal)
            + plain[plain.IndexOf("\r\n\r\n", StringComparison.Ordinal)..];
        SipRequest expected = Read(SeedMessages.Invite), read = Read(Encoding.UTF8.GetBytes(folded));
        Assert.Multiple(() =>
        {
            Assert.That(read.Headers.Select(h => h.Name), Is.EqualTo(expected.Headers.Select(h => h.Name)));
            Assert.That(read.Headers.GetString("Allow"), Is.EqualTo(expected.Headers.GetString("Allow")));
            Assert.That(read.Headers.AcceptContacts, Is.EqualTo(expected.Headers.AcceptContacts));
            Assert.That(read.Headers.GetString("Accept-Contact"), Does.StartWith("* ;+g."));
            Assert.That(read.Headers.Vias, Is.EqualTo(expected.Headers.Vias));
            Assert.That(read.Headers.From, Is.EqualTo(expected.Headers.From));
            Assert.That(read.Headers.CSeq, Is.EqualTo(expected.Headers.CSeq));
            Assert.That(read.Body.Length, Is.EqualTo(555));
            Assert.That(SipValidation.Check(read), Is.Null);
        });
    }

    [TestCase("Subject   :   x", "Subject")]
    [TestCase("s :x", "Subject")]
    [TestCase("SUBJECT\t:\tx\t ", "Subject")]
    [TestCase("sUbJeCt:x", "Subject")]
    [TestCase("P-Asserted-Identity : x", "P-Asserted-Identity")]
    [TestCase("X-Trusted\t : x", "X-Trusted")]
    [Category("SIPG-003")]
    [Category("SIPG-004")]
    public void White_space_around_the_colon_hides_nothing(string row, string name)
    {
        Assert.That(TryRead($"{Head}{row}\r\n\r\n", out SipMessage? message, out _), Is.True);
        Assert.That(message!.Headers.GetString(name), Is.EqualTo("x"));
    }

    [Test]
    [Category("SIPG-003")]
    public void A_control_character_before_the_colon_makes_no_known_header()
    {
        for (char c = '\u0000'; c < ' '; c++)
        {
            if (c is not '\t')
            {
                // Nobody needs a Subject; a To is another matter.
                string hex = $"0x{(int)c:x2}";
                Assert.That(TryRead($"{Head}Subject{c}: x\r\n\r\n", out SipMessage? message, out _), Is.EqualTo(c is not '\n'), hex);
                Assert.That(message!.Headers.Contains("Subject"), Is.False);
                Assert.That(message.Headers.TopVia, Is.Not.Null);
                Assert.That(TryRead($"{Head}To{c}: x\r\n\r\n", out message, out _), Is.False, hex);
                Assert.That(message!.Headers.CountOf("To"), Is.EqualTo(1));
            }
        }
    }

    [TestCase("X: a\nVia: SIP/2.0/UDP evil", SipReadFailure.BadLineEnd)]
    [TestCase("X: a\nY: b", SipReadFailure.BadLineEnd)]
    [TestCase("X: a\rVia: SIP/2.0/UDP evil", SipReadFailure.BadLineEnd)]
    [TestCase("X: a\r", SipReadFailure.BadLineEnd)]
    [TestCase("X: a\r\rb", SipReadFailure.BadLineEnd)]
    [TestCase("X: a\r b\r\n c\rl: 5", SipReadFailure.BadLineEnd)]
    [TestCase("Via: SIP/2.0/UDP a\0b", SipReadFailure.BadCharacter)]
    [TestCase("Call\0-ID: c", SipReadFailure.BadCharacter)]
    [TestCase("From\u0001: <sip:m@h>;tag=m", SipReadFailure.BadHeaderLine)]
    [TestCase("X Content-Length: 5", SipReadFailure.BadHeaderLine)]
    [TestCase("Content-Length X: 5", SipReadFailure.BadHeaderLine)]
    [TestCase("Content -Length: 5", SipReadFailure.BadHeaderLine)]
    [TestCase("C\u200bontent-Length: 5", SipReadFailure.BadHeaderLine)]
    [TestCase("x l: 5", SipReadFailure.BadHeaderLine)]
    [TestCase("Content-Length 5", SipReadFailure.BadHeaderLine)]
    [TestCase("no colon\r\n Content-Length: 5", SipReadFailure.BadHeaderLine)]
    [TestCase("Require x: 100rel", SipReadFailure.BadHeaderLine)]
    [Category("SIPG-018")]
    public void A_broken_row_that_may_be_one_that_is_needed_breaks_the_message_and_is_not_taken(string row, SipReadFailure reason)
    {
        Assert.That(TryRead($"{Head}{row}\r\nX-Last: 1\r\n\r\n", out SipMessage? message, out SipReadError? error), Is.False);
        Assert.Multiple(() =>
        {
            Assert.That(error!.Value.Reason, Is.EqualTo(reason));
            Assert.That(error.Value.Offset, Is.GreaterThanOrEqualTo(Head.Length));
            Assert.That(message!.Headers.Contains("X"), Is.False);
            Assert.That(message.Headers.CountOf("Via"), Is.EqualTo(1));
            Assert.That(message.Headers.Contains("X-Last"), Is.True);
        });
    }

    [TestCase("X-Odd no colon here", SipReadFailure.BadHeaderLine)]
    [TestCase("X-Odd", SipReadFailure.BadHeaderLine)]
    [TestCase(": x", SipReadFailure.BadHeaderLine)]
    [TestCase("N\u00e4me: x", SipReadFailure.BadHeaderLine)]
    [TestCase("a b: x", SipReadFailure.BadHeaderLine)]
    [TestCase("Bad\u0001: x", SipReadFailure.BadHeaderLine)]
    [TestCase("X-Content-Length z: 5", SipReadFailure.BadHeaderLine)]
    [TestCase("no colon\r\n and none here", SipReadFailure.BadHeaderLine)]
    [TestCase("X: a\0b", SipReadFailure.BadCharacter)]
    [TestCase("Subject: a\0b\r\n\tc", SipReadFailure.BadCharacter)]
    [TestCase("X: a\rb", SipReadFailure.BadLineEnd)]
    [TestCase("Contact: <sip:b@h>;a=\rb", SipReadFailure.BadLineEnd)]
    [Category("SIPG-021")]
    public void A_broken_row_that_nobody_needs_is_kept_apart_and_passed_over(string row, SipReadFailure reason)
    {
        foreach (string start in new[] { "OPTIONS sip:b@h SIP/2.0", "SIP/2.0 200 OK" })
        {
            string head = start + Head[Head.IndexOf("\r\n", StringComparison.Ordinal)..];
            byte[] octets = Encoding.UTF8.GetBytes($"{head}{row}\r\nX-Last: 1\r\nContent-Length: 3\r\n\r\nabc");
            Assert.That(SipReader.TryReadDatagram(octets, null, out SipMessage? datagram, out SipReadError? error), Is.True, $"{error}");
            var reader = new SipReader();
            ReadOnlySequence<byte> input = Segments.Join(Segments.Cut(octets, 1));
            Assert.That(reader.Read(ref input, out SipMessage? streamed), Is.EqualTo(OperationStatus.Done));
            foreach (SipMessage message in new[] { datagram!, streamed! })
            {
                SipMalformedLine line = message.MalformedLines.Single();
                Assert.Multiple(() =>
                {
                    Assert.That((line.Reason, line.Offset), Is.EqualTo((reason, head.Length)));
                    Assert.That(Encoding.UTF8.GetString(line.Octets.Span), Is.EqualTo(row));
                    Assert.That(message.Warnings, Does.Contain(new SipWarning(SipWarningCode.MalformedLine, head.Length)));
                    Assert.That(message.Headers.Select(h => h.Name), Is.EqualTo(new[] { "Via", "From", "To", "Call-ID", "CSeq", "X-Last", "Content-Length" }));
                    Assert.That(Encoding.UTF8.GetString(message.Body.Span), Is.EqualTo("abc"));
                    Assert.That(message.ToArray(), Is.EqualTo(Encoding.UTF8.GetBytes($"{head}X-Last: 1\r\nContent-Length: 3\r\n\r\nabc")));
                });
            }
        }
    }

    [Test]
    [Category("SIPG-022")]
    public void Broken_rows_count_towards_the_limit()
    {
        string rows = string.Concat(Enumerable.Repeat("x\r\n", 300));
        Assert.That(TryRead(Head + rows + "\r\n", out SipMessage? message, out SipReadError? error), Is.False);
        Assert.That(error!.Value.Reason, Is.EqualTo(SipReadFailure.TooManyHeaders));
        Assert.That(message!.Headers.Count + message.MalformedLines.Count, Is.EqualTo(SipLimits.Default.MaxHeaderCount));
    }

    [Test]
    public void Bare_line_feeds_make_no_message() =>
        Assert.That(TryRead((Head + "\r\n").Replace("\r\n", "\n", StringComparison.Ordinal), out _, out _), Is.False);

    [Test]
    [Category("SIPG-005")]
    public void Compact_and_long_names_mix()
    {
        Assert.That(TryRead(
            "INVITE sip:b@h SIP/2.0\r\nv: SIP/2.0/UDP h;branch=z9hG4bKx\r\nf: <sip:a@h>;tag=t\r\nTo: <sip:b@h>\r\ni: c\r\nCSeq: 1 INVITE\r\n"
            + "m: <sip:c@h>\r\nVIA: SIP/2.0/UDP g\r\nc: application/sdp\r\na: *;x\r\nk: a,b\r\nSupported: c\r\nl: 3\r\n\r\nv=0rest",
            out SipMessage? message, out _), Is.True);
        Assert.Multiple(() =>
        {
            Assert.That(message!.Headers.Vias, Has.Count.EqualTo(2));
            Assert.That(message.Headers.CallId, Is.EqualTo("c"));
            Assert.That(message.Headers.Supported, Is.EqualTo(["a", "b", "c"]));
            Assert.That(message.Headers.AcceptContacts, Has.Count.EqualTo(1));
            Assert.That(message.Body.ToArray(), Is.EqualTo("v=0"u8.ToArray()));
            Assert.That(message.ToString(), Does.Contain("\r\nv: SIP/2.0/UDP h").And.Contain("\r\nl: 3\r\n"));
        });
    }

    [TestCase("Content-Length: 3\r\n", "abcdef", "abc", true)]
    [TestCase("Content-Length: 0\r\n", "abcdef", "", true)]
    [TestCase("", "abcdef", "abcdef", false)]
    [TestCase("Content-Length: 003\r\n", "abc", "abc", false)]
    [Category("SIPG-014")]
    public void A_datagram_body_is_as_long_as_stated_or_goes_to_the_end(string row, string body, string taken, bool trailing)
    {
        Assert.That(TryRead($"{Head}{row}\r\n{body}", out SipMessage? message, out _), Is.True);
        Assert.That(Encoding.UTF8.GetString(message!.Body.Span), Is.EqualTo(taken));
        Assert.That(message.Warnings.Any(w => w.Code == SipWarningCode.TrailingOctets), Is.EqualTo(trailing));
    }

    [TestCase("4", SipReadFailure.BodyTruncated)]
    [TestCase("9999", SipReadFailure.BodyTruncated)]
    [TestCase("2147483648", SipReadFailure.BodyTooLong)]
    [TestCase("4000000000", SipReadFailure.BodyTooLong)]
    [TestCase("4294967299", SipReadFailure.BodyTooLong)]
    [TestCase("18446744073709551619", SipReadFailure.BadContentLength)]
    [TestCase("9999999999999999999999999999999999999999", SipReadFailure.BadContentLength)]
    [TestCase("-1", SipReadFailure.BadContentLength)]
    [TestCase("+3", SipReadFailure.BadContentLength)]
    [TestCase("0x3", SipReadFailure.BadContentLength)]
    [TestCase("3 3", SipReadFailure.BadContentLength)]
    [TestCase("3,3", SipReadFailure.BadContentLength)]
    [TestCase("", SipReadFailure.BadContentLength)]
    [TestCase("3\r\nContent-Length: 2", SipReadFailure.ConflictingContentLength)]
    [TestCase("2\r\nl: 3", SipReadFailure.ConflictingContentLength)]
    [Category("SIPG-015")]
    [Category("SIPG-018")]
    public void A_length_that_lies_is_refused_with_the_message_at_hand(string length, SipReadFailure reason)
    {
        Assert.That(TryRead($"{Head}Content-Length: {length}\r\n\r\nabc", out SipMessage? message, out SipReadError? error), Is.False);
        Assert.That(error!.Value.Reason, Is.EqualTo(reason));
        Assert.That(message, Is.InstanceOf<SipRequest>());
    }

    [TestCase("Content-Length: 4294967328\r\n", SipReadFailure.BodyTooLong)]
    [TestCase("Content-Length: -1\r\n", SipReadFailure.BadContentLength)]
    [TestCase("Content-Length: 3\r\nl: 0\r\n", SipReadFailure.ConflictingContentLength)]
    [TestCase("", SipReadFailure.NoContentLength)]
    [TestCase("Content-Length : 0\r\nVia broken\r\n", SipReadFailure.BadHeaderLine)]
    [TestCase("Content-Length\u0001: 0\r\n", SipReadFailure.BadHeaderLine)]
    [Category("SIPG-016")]
    [Category("SIPG-018")]
    public void Nothing_behind_an_unframeable_message_is_read(string rows, SipReadFailure reason)
    {
        var reader = new SipReader();
        var input = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(
            $"{Head}{rows}\r\n" + Head.Replace("OPTIONS", "BYE", StringComparison.Ordinal) + "Content-Length: 0\r\n\r\n"));
        Assert.That(reader.Read(ref input, out SipMessage? message), Is.EqualTo(OperationStatus.InvalidData));
        Assert.Multiple(() =>
        {
            Assert.That(message, Is.Null);
            Assert.That(reader.Error!.Value.Reason, Is.EqualTo(reason));
            Assert.That(reader.Refused!.Headers.CallId, Is.EqualTo("c"));
            Assert.That(reader.Read(ref input, out _), Is.EqualTo(OperationStatus.InvalidData), "for good");
        });
    }

    [Test]
    [Category("SIPG-022")]
    [Category("SIPG-018")]
    public void A_claimed_length_allocates_nothing()
    {
        byte[] octets = Encoding.UTF8.GetBytes(Head + "Content-Length: 100000000\r\n\r\nabc");
        var limits = new SipLimits { MaxBodyBytes = 200_000_000 };
        long Run()
        {
            var reader = new SipReader(limits);
            var input = new ReadOnlySequence<byte>(octets);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.That(reader.Read(ref input, out _), Is.EqualTo(OperationStatus.NeedMoreData));
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Run();
        Assert.That(Run(), Is.LessThan(10_000));
    }

    [Test]
    [Category("SIPG-022")]
    public void Each_limit_has_its_error()
    {
        var limits = new SipLimits { MaxStartLineBytes = 40, MaxHeaderBytes = 300, MaxHeaderCount = 8, MaxBodyBytes = 10, MaxLeadingLineBreaks = 4 };
        (string Text, SipReadFailure Reason)[] cases =
        [
            ("OPTIONS sip:" + new string('a', 40) + "@h SIP/2.0\r\nl: 0\r\n\r\n", SipReadFailure.StartLineTooLong),
            (new string('a', 42), SipReadFailure.StartLineTooLong),
            (Head + "X: " + new string('a', 300) + "\r\nl: 0\r\n\r\n", SipReadFailure.HeaderTooLong),
            (Head + "X: " + new string('a', 3000), SipReadFailure.HeaderTooLong),
            (Head + string.Concat(Enumerable.Repeat("a:\r\n", 4)) + "l: 0\r\n\r\n", SipReadFailure.TooManyHeaders),
            (Head + "l: 11\r\n\r\n12345678901", SipReadFailure.BodyTooLong),
            ("\r\n\r\n\r\n\r\n\r\n" + Head, SipReadFailure.TooManyLineBreaks),
        ];
        foreach ((string text, SipReadFailure reason) in cases)
        {
            byte[] octets = Encoding.UTF8.GetBytes(text);
            foreach (int size in (int[])[1, 5, octets.Length])
            {
                Assert.That(Describe(octets, [.. Segments.Cut(octets, size)], limits), Does.Contain($"error {reason}"), text);
            }

            if (reason is not SipReadFailure.TooManyLineBreaks && text.EndsWith('\n'))
            {
                Assert.That(SipReader.TryReadDatagram(octets, limits, out _, out SipReadError? error), Is.False);
                Assert.That(error!.Value.Reason, Is.EqualTo(reason));
            }
        }

        Assert.That(SipReader.TryReadDatagram(Encoding.UTF8.GetBytes(Head + "\r\n12345678901"), limits, out _, out SipReadError? tooLong), Is.False);
        Assert.That(tooLong!.Value.Reason, Is.EqualTo(SipReadFailure.BodyTooLong));
    }

    [Test]
    [Category("SIPG-017")]
    public void Keep_alives_are_counted_and_do_not_add_up_to_a_flood()
    {
        var reader = new SipReader(new SipLimits { MaxLeadingLineBreaks = 5 });
        for (int i = 0; i < 100; i++)
        {
            var ping = new ReadOnlySequence<byte>("\r\n\r\n"u8.ToArray());
            Assert.That(reader.Read(ref ping, out _), Is.EqualTo(OperationStatus.NeedMoreData));
            Assert.That(reader.TakeKeepAlives(), Is.EqualTo(1));
        }
    }

    [Test]
    [Category("SIPG-022")]
    public void Many_small_headers_cost_no_more_than_a_few_times_their_octets()
    {
        byte[] octets = Encoding.UTF8.GetBytes(Head + string.Concat(Enumerable.Repeat("a:\r\n", 8000)) + "\r\n");
        SipReader.TryReadDatagram(octets, null, out _, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        SipReader.TryReadDatagram(octets, null, out _, out _);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(2 * octets.Length));
    }

    [Test]
    [Category("SEC-001")]
    public void A_message_cut_anywhere_is_refused_quietly()
    {
        foreach (byte[] octets in (byte[][])[SeedMessages.Options, SeedMessages.Invite])
        {
            for (int length = 0; length < octets.Length; length++)
            {
                Assert.That(SipReader.TryReadDatagram(octets.AsMemory(0, length), null, out SipMessage? message, out SipReadError? error), Is.False);
                Assert.That(error!.Value.Offset, Is.LessThanOrEqualTo(length));
                Touch(message);
            }
        }
    }

    [Test]
    [Category("SEC-001")]
    public void Mutated_messages_never_throw()
    {
        var random = new Random(20260101);
        byte[][] seeds = [SeedMessages.Options, SeedMessages.Invite, Encoding.UTF8.GetBytes("SIP/2.0 200 OK\r\n" + Head[25..] + "l: 2\r\n\r\nab")];
        byte[] special = "\0\r\n \t\"\\<>;,=:%@?*/[]\u00ff"u8.ToArray();
        for (int i = 0; i < 6000; i++)
        {
            var octets = new List<byte>(seeds[random.Next(seeds.Length)]);
            for (int j = random.Next(1, 6); j > 0; j--)
            {
                int at = random.Next(octets.Count);
                switch (random.Next(4))
                {
                    case 0: octets[at] = special[random.Next(special.Length)]; break;
                    case 1: octets[at] = (byte)random.Next(256); break;
                    case 2: octets.RemoveRange(at, Math.Min(random.Next(1, 20), octets.Count - at - 1)); break;
                    default: octets.InsertRange(at, octets.GetRange(at, Math.Min(random.Next(1, 40), octets.Count - at))); break;
                }
            }

            SipReader.TryReadDatagram(octets.ToArray(), null, out SipMessage? message, out _);
            Touch(message);
            var reader = new SipReader();
            var input = new ReadOnlySequence<byte>(octets.ToArray());
            while (reader.Read(ref input, out message) == OperationStatus.Done)
            {
                Touch(message);
            }

            Touch(reader.Refused);
        }
    }

    [Test]
    [Category("SEC-001")]
    public void Every_prefix_of_a_start_line_is_harmless()
    {
        foreach (string line in (string[])["OPTIONS sip:a SIP/2.0\r\n\r\n", "SIP/2.0 200 OK\r\n\r\n"])
        {
            for (int i = 0; i <= line.Length; i++)
            {
                TryRead(line[..i], out SipMessage? message, out _);
                Touch(message);
            }
        }
    }

    [Test]
    [Category("SEC-001")]
    public void Random_datagrams_never_throw()
    {
        var random = new Random(5060);
        foreach (int length in (int[])[0, 1, 2, 3, 4, 5, 15, 16, 100, 1500, 65535])
        {
            byte[] octets = new byte[length];
            random.NextBytes(octets);
            Assert.That(SipReader.TryReadDatagram(octets, null, out _, out _), Is.False);
        }
    }

    [Test]
    [Category("SIPG-022")]
    public void A_list_may_have_a_thousand_values()
    {
        string accept = string.Join(',', Enumerable.Range(0, 1000).Select(i => $"a/b{i}"));
        Assert.That(TryRead($"{Head}Accept: {accept}\r\n\r\n", out SipMessage? message, out _), Is.True);
        Assert.That(message!.Headers.Accept, Has.Count.EqualTo(1000));
    }

    // Whatever an application may do with a message somebody sent it.
    private static void Touch(SipMessage? message)
    {
        if (message is null)
        {
            return;
        }

        _ = message.Warnings;
        _ = (message.Headers.TopVia, message.Headers.Vias, message.Headers.From?.Tag, message.Headers.To?.Uri.DecodedUser, message.Headers.CSeq);
        _ = (message.Headers.Contacts, message.Headers.Routes, message.Headers.ContentType, message.Headers.ContentDisposition, message.Headers.Accept);
        _ = (message.Headers.AcceptContacts.Any(a => a.Features.HasImageShare), message.Headers.MaxForwards, message.Headers.Allow);
        if (message is SipRequest request)
        {
            _ = SipValidation.Check(request);
            _ = SipResponse.CreateFor(request, 400, toTag: "x").ToArray();
        }

        Assert.That(message.ToArray(), Is.Not.Empty);
    }

    private static string Describe(byte[] octets, ReadOnlyMemory<byte>[] pieces, SipLimits? limits = null)
    {
        // As a pipe does: what was not consumed comes again, with more behind it.
        var reader = new SipReader(limits);
        var text = new StringBuilder();
        int consumed = 0, received = 0;
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            received += piece.Length;
            while (true)
            {
                var input = new ReadOnlySequence<byte>(octets, consumed, received - consumed);
                OperationStatus status = Step(reader, ref input, text);
                consumed = received - (int)input.Length;
                if (status == OperationStatus.InvalidData)
                {
                    return text.ToString();
                }

                if (status == OperationStatus.NeedMoreData)
                {
                    break;
                }
            }
        }

        return text.ToString();
    }

    private static OperationStatus Step(SipReader reader, ref ReadOnlySequence<byte> input, StringBuilder text)
    {
        OperationStatus status = reader.Read(ref input, out SipMessage? message);
        if (status == OperationStatus.Done)
        {
            text.Append("message ").Append(message).Append(string.Join(',', message!.Warnings)).Append('\n');
        }
        else if (status == OperationStatus.InvalidData)
        {
            text.Append("error ").Append(reader.Error!.Value.Reason).Append(" at ").Append(reader.Error.Value.Offset)
                .Append(" refused ").Append(reader.Refused).Append('\n');
        }

        return status;
    }

    private static SipRequest Read(byte[] octets)
    {
        Assert.That(SipReader.TryReadDatagram(octets, null, out SipMessage? message, out SipReadError? error), Is.True, error?.ToString());
        return (SipRequest)message!;
    }

    private static bool TryRead(string text, out SipMessage? message, out SipReadError? error) =>
        SipReader.TryReadDatagram(Encoding.UTF8.GetBytes(text), null, out message, out error);
}
