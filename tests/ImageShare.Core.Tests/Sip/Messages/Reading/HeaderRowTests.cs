using System.Buffers;
using System.Text;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using ImageShare.Core.Tests.Testing;
using static ImageShare.Core.Tests.Sip.Messages.Reading.SipReading;

namespace ImageShare.Core.Tests.Sip.Messages.Reading;

/// <summary>Rows, folded, compact and broken (RFC 3261 §7.3.1, §8.2.2).</summary>
[TestFixture]
public sealed class HeaderRowTests
{
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

    [TestCase("X: a\nVia: SIP/2.0/UDP evil", SipReadErrorCode.BadLineEnd)]
    [TestCase("X: a\nY: b", SipReadErrorCode.BadLineEnd)]
    [TestCase("X: a\rVia: SIP/2.0/UDP evil", SipReadErrorCode.BadLineEnd)]
    [TestCase("X: a\r", SipReadErrorCode.BadLineEnd)]
    [TestCase("X: a\r\rb", SipReadErrorCode.BadLineEnd)]
    [TestCase("X: a\r b\r\n c\rl: 5", SipReadErrorCode.BadLineEnd)]
    [TestCase("Via: SIP/2.0/UDP a\0b", SipReadErrorCode.BadCharacter)]
    [TestCase("Call\0-ID: c", SipReadErrorCode.BadCharacter)]
    [TestCase("From\u0001: <sip:m@h>;tag=m", SipReadErrorCode.BadHeaderLine)]
    [TestCase("X Content-Length: 5", SipReadErrorCode.BadHeaderLine)]
    [TestCase("Content-Length X: 5", SipReadErrorCode.BadHeaderLine)]
    [TestCase("Content -Length: 5", SipReadErrorCode.BadHeaderLine)]
    [TestCase("C\u200bontent-Length: 5", SipReadErrorCode.BadHeaderLine)]
    [TestCase("x l: 5", SipReadErrorCode.BadHeaderLine)]
    [TestCase("Content-Length 5", SipReadErrorCode.BadHeaderLine)]
    [TestCase("no colon\r\n Content-Length: 5", SipReadErrorCode.BadHeaderLine)]
    [TestCase("Require x: 100rel", SipReadErrorCode.BadHeaderLine)]
    [Category("SIPG-018")]
    public void A_broken_row_that_may_be_one_that_is_needed_breaks_the_message_and_is_not_taken(string row, SipReadErrorCode reason)
    {
        Assert.That(TryRead($"{Head}{row}\r\nX-Last: 1\r\n\r\n", out SipMessage? message, out SipReadError? error), Is.False);
        Assert.Multiple(() =>
        {
            Assert.That(error!.Value.Code, Is.EqualTo(reason));
            Assert.That(error.Value.Offset, Is.GreaterThanOrEqualTo(Head.Length));
            Assert.That(message!.Headers.Contains("X"), Is.False);
            Assert.That(message.Headers.CountOf("Via"), Is.EqualTo(1));
            Assert.That(message.Headers.Contains("X-Last"), Is.True);
        });
    }

    [TestCase("X-Odd no colon here", SipReadErrorCode.BadHeaderLine)]
    [TestCase("X-Odd", SipReadErrorCode.BadHeaderLine)]
    [TestCase(": x", SipReadErrorCode.BadHeaderLine)]
    [TestCase("N\u00e4me: x", SipReadErrorCode.BadHeaderLine)]
    [TestCase("a b: x", SipReadErrorCode.BadHeaderLine)]
    [TestCase("Bad\u0001: x", SipReadErrorCode.BadHeaderLine)]
    [TestCase("X-Content-Length z: 5", SipReadErrorCode.BadHeaderLine)]
    [TestCase("no colon\r\n and none here", SipReadErrorCode.BadHeaderLine)]
    [TestCase("X: a\0b", SipReadErrorCode.BadCharacter)]
    [TestCase("Subject: a\0b\r\n\tc", SipReadErrorCode.BadCharacter)]
    [TestCase("X: a\rb", SipReadErrorCode.BadLineEnd)]
    [TestCase("Contact: <sip:b@h>;a=\rb", SipReadErrorCode.BadLineEnd)]
    [Category("SIPG-021")]
    public void A_broken_row_that_nobody_needs_is_kept_apart_and_passed_over(string row, SipReadErrorCode reason)
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
                    Assert.That((line.Code, line.Offset), Is.EqualTo((reason, head.Length)));
                    Assert.That(Encoding.UTF8.GetString(line.Bytes.Span), Is.EqualTo(row));
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
        Assert.That(error!.Value.Code, Is.EqualTo(SipReadErrorCode.TooManyHeaders));
        Assert.That(message!.Headers.Count + message.MalformedLines.Count, Is.EqualTo(SipLimits.Default.MaxHeaders));
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
}
