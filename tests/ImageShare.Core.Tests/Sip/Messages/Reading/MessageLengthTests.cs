using System.Buffers;
using System.Text;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using ImageShare.Core.Tests.Testing;
using static ImageShare.Core.Tests.Sip.Messages.Reading.SipReading;

namespace ImageShare.Core.Tests.Sip.Messages.Reading;

/// <summary>Where a body ends, and what is refused before it is read (RFC 3261 §18.3).</summary>
[TestFixture]
public sealed class MessageLengthTests
{
    [TestCase("Content-Length: 3\r\n", "abcdef", "abc", true)]
    [TestCase("Content-Length: 0\r\n", "abcdef", "", true)]
    [TestCase("", "abcdef", "abcdef", false)]
    [TestCase("Content-Length: 003\r\n", "abc", "abc", false)]
    [Category("SIPG-014")]
    public void A_datagram_body_is_as_long_as_stated_or_goes_to_the_end(string row, string body, string taken, bool trailing)
    {
        Assert.That(TryRead($"{Head}{row}\r\n{body}", out SipMessage? message, out _), Is.True);
        Assert.That(Encoding.UTF8.GetString(message!.Body.Span), Is.EqualTo(taken));
        Assert.That(message.Warnings.Any(w => w.Code == SipWarningCode.TrailingBytes), Is.EqualTo(trailing));
    }

    [TestCase("4", SipReadErrorCode.BodyTruncated)]
    [TestCase("9999", SipReadErrorCode.BodyTruncated)]
    [TestCase("2147483648", SipReadErrorCode.BodyTooLong)]
    [TestCase("4000000000", SipReadErrorCode.BodyTooLong)]
    [TestCase("4294967299", SipReadErrorCode.BodyTooLong)]
    [TestCase("18446744073709551619", SipReadErrorCode.BadContentLength)]
    [TestCase("9999999999999999999999999999999999999999", SipReadErrorCode.BadContentLength)]
    [TestCase("-1", SipReadErrorCode.BadContentLength)]
    [TestCase("+3", SipReadErrorCode.BadContentLength)]
    [TestCase("0x3", SipReadErrorCode.BadContentLength)]
    [TestCase("3 3", SipReadErrorCode.BadContentLength)]
    [TestCase("3,3", SipReadErrorCode.BadContentLength)]
    [TestCase("", SipReadErrorCode.BadContentLength)]
    [TestCase("3\r\nContent-Length: 2", SipReadErrorCode.ConflictingContentLength)]
    [TestCase("2\r\nl: 3", SipReadErrorCode.ConflictingContentLength)]
    [Category("SIPG-015")]
    [Category("SIPG-018")]
    public void A_length_that_lies_is_refused_with_the_message_at_hand(string length, SipReadErrorCode reason)
    {
        Assert.That(TryRead($"{Head}Content-Length: {length}\r\n\r\nabc", out SipMessage? message, out SipReadError? error), Is.False);
        Assert.That(error!.Value.Code, Is.EqualTo(reason));
        Assert.That(message, Is.InstanceOf<SipRequest>());
    }

    [TestCase("Content-Length: 4294967328\r\n", SipReadErrorCode.BodyTooLong)]
    [TestCase("Content-Length: -1\r\n", SipReadErrorCode.BadContentLength)]
    [TestCase("Content-Length: 3\r\nl: 0\r\n", SipReadErrorCode.ConflictingContentLength)]
    [TestCase("", SipReadErrorCode.NoContentLength)]
    [TestCase("Content-Length : 0\r\nVia broken\r\n", SipReadErrorCode.BadHeaderLine)]
    [TestCase("Content-Length\u0001: 0\r\n", SipReadErrorCode.BadHeaderLine)]
    [Category("SIPG-016")]
    [Category("SIPG-018")]
    public void Nothing_behind_an_unframeable_message_is_read(string rows, SipReadErrorCode reason)
    {
        var reader = new SipReader();
        var input = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(
            $"{Head}{rows}\r\n" + Head.Replace("OPTIONS", "BYE", StringComparison.Ordinal) + "Content-Length: 0\r\n\r\n"));
        Assert.That(reader.Read(ref input, out SipMessage? message), Is.EqualTo(OperationStatus.InvalidData));
        Assert.Multiple(() =>
        {
            Assert.That(message, Is.Null);
            Assert.That(reader.Error!.Value.Code, Is.EqualTo(reason));
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
        var limits = new SipLimits { MaxStartLineBytes = 40, MaxHeaderBytes = 300, MaxHeaders = 8, MaxBodyBytes = 10, MaxLeadingLineBreaks = 4 };
        (string Text, SipReadErrorCode Reason)[] cases =
        [
            ("OPTIONS sip:" + new string('a', 40) + "@h SIP/2.0\r\nl: 0\r\n\r\n", SipReadErrorCode.StartLineTooLong),
            (new string('a', 42), SipReadErrorCode.StartLineTooLong),
            (Head + "X: " + new string('a', 300) + "\r\nl: 0\r\n\r\n", SipReadErrorCode.HeaderTooLong),
            (Head + "X: " + new string('a', 3000), SipReadErrorCode.HeaderTooLong),
            (Head + string.Concat(Enumerable.Repeat("a:\r\n", 4)) + "l: 0\r\n\r\n", SipReadErrorCode.TooManyHeaders),
            (Head + "l: 11\r\n\r\n12345678901", SipReadErrorCode.BodyTooLong),
            ("\r\n\r\n\r\n\r\n\r\n" + Head, SipReadErrorCode.TooManyLineBreaks),
        ];
        foreach ((string text, SipReadErrorCode reason) in cases)
        {
            byte[] octets = Encoding.UTF8.GetBytes(text);
            foreach (int size in (int[])[1, 5, octets.Length])
            {
                Assert.That(Describe(octets, [.. Segments.Cut(octets, size)], limits), Does.Contain($"error {reason}"), text);
            }

            if (reason is not SipReadErrorCode.TooManyLineBreaks && text.EndsWith('\n'))
            {
                Assert.That(SipReader.TryReadDatagram(octets, limits, out _, out SipReadError? error), Is.False);
                Assert.That(error!.Value.Code, Is.EqualTo(reason));
            }
        }

        Assert.That(SipReader.TryReadDatagram(Encoding.UTF8.GetBytes(Head + "\r\n12345678901"), limits, out _, out SipReadError? tooLong), Is.False);
        Assert.That(tooLong!.Value.Code, Is.EqualTo(SipReadErrorCode.BodyTooLong));
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
}
