using System.Buffers;
using System.Text;
using ImageShare.Core.Net;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Tests.Sip.Transport;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sip.Torture;

/// <summary>
/// A second message hidden so that one reader sees it and another does not. Whatever the trick, this reader delivers exactly
/// the messages that are there by the letter, and none behind the first doubt.
/// </summary>
[TestFixture]
public sealed class SmugglingTests
{
    private const string Hidden = "INVITE sip:b@h SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bKevil\r\nFrom: <sip:m@h>;tag=m\r\nTo: <sip:b@h>\r\n"
        + "Call-ID: hidden\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n";

    private static IEnumerable<TestCaseData> Streams =>
    [
        // Lengths that contradict each other, however they are written.
        Case("two lengths", "Content-Length: 0\r\nContent-Length: {0}\r\n", 0),
        Case("two lengths, the other way", "Content-Length: {0}\r\nContent-Length: 0\r\n", 0),
        Case("long and compact", "Content-Length: 0\r\nl: {0}\r\n", 0),
        Case("compact and long", "l: {0}\r\nContent-Length: 0\r\n", 0),
        Case("two in a row", "Content-Length: 0, {0}\r\n", 0),
        Case("the same two in a row", "Content-Length: 0, 0\r\n", 0),
        Case("hidden in a fold", "Content-Length: 0\r\n {0}\r\n", 0),
        Case("begun in a fold", "Content-Length:\r\n {0}\r\n", 1),

        // Numbers that are none, or none that anybody can mean.
        Case("signed", "Content-Length: +{0}\r\n", 0),
        Case("negative", "Content-Length: -1\r\n", 0),
        Case("hexadecimal", "Content-Length: 0x0\r\n", 0),
        Case("a fraction", "Content-Length: 0.0\r\n", 0),
        Case("wide digits", "Content-Length: \uff10\r\n", 0),
        Case("nothing", "Content-Length:\r\n", 0),
        Case("2^32", "Content-Length: 4294967296\r\n", 0),
        Case("2^64", "Content-Length: 18446744073709551616\r\n", 0),
        Case("a thousand digits", $"Content-Length: {new string('9', 1000)}\r\n", 0),
        Case("leading zeros", $"Content-Length: {new string('0', 500)}\r\n", 2),
        Case("one more than the limit", "Content-Length: 262145\r\n", 0),
        Case("none at all", "Subject: x\r\n", 0),

        // Control characters around the colon: a name is one with blanks behind it and nothing else.
        Case("a blank before the colon", "Content-Length : {0}\r\n", 1),
        Case("a tab before the colon", "Content-Length\t:\t{0}\r\n", 1),
        Case("a vertical tab before the colon", "Content-Length\v: {0}\r\nContent-Length: 0\r\n", 0),
        Case("a form feed before the colon", "Content-Length\f: {0}\r\nContent-Length: 0\r\n", 0),
        Case("a NUL before the colon", "Content-Length\0: {0}\r\nContent-Length: 0\r\n", 0),
        Case("a return before the colon", "Content-Length\r: {0}\r\nContent-Length: 0\r\n", 0),
        Case("a delete before the colon", "Content-Length\u007f: {0}\r\nContent-Length: 0\r\n", 0),
        Case("a no-break space before the colon", "Content-Length\u00a0: {0}\r\nContent-Length: 0\r\n", 0),
        Case("a vertical tab behind the colon", "Content-Length:\v{0}\r\n", 0),
        Case("a form feed behind the number", "Content-Length: {0}\f\r\n", 0),
        Case("a NUL behind the number", "Content-Length: {0}\0\r\n", 0),
        Case("a blank before the name", "X: y\r\n Content-Length: {0}\r\nContent-Length: 0\r\n", 2),

        // Line ends that only some take for one.
        Case("a bare line feed", "X: y\nContent-Length: {0}\r\nContent-Length: 0\r\n", 0),
        Case("a bare return", "X: y\rContent-Length: {0}\r\nContent-Length: 0\r\n", 0),
        Case("an empty line of bare line feeds", "Content-Length: 0\n\n", 0),
        Case("a header that ends in the middle", "Content-Length: {0}\r\n\n\r\n", 0),

        // Lengths that are true: the second message is a body, or a message of its own.
        Case("the hidden one is the body", "Content-Length: {0}\r\n", 1),
        Case("the hidden one follows", "Content-Length: 0\r\n", 2),
        Case("the same length twice", "Content-Length: 0\r\nl: 0\r\n", 2),
        Case("one octet of it is the body", "Content-Length: 1\r\n", 2, hidden: "x" + Hidden),
        Case("one octet too many, which leaves an NVITE", "Content-Length: 1\r\n", 2),
    ];

    [TestCaseSource(nameof(Streams))]
    [Category("SIPG-003")]
    [Category("SIPG-018")]
    [Category("SIPG-023")]
    public void Exactly_the_messages_that_are_there_are_delivered(byte[] octets, int count)
    {
        List<byte[]> whole = TortureMessage.ReadStream(octets);
        Assert.That(whole, Has.Count.EqualTo(count));
        foreach (ReadOnlyMemory<byte>[] pieces in Segments.EverySplit(octets))
        {
            Assert.That(TortureMessage.ReadStream(pieces), Is.EqualTo(whole), $"cut at {pieces[0].Length}");
        }

        Assert.That(TortureMessage.ReadStream([.. Segments.Cut(octets, 1)]), Is.EqualTo(whole));
        var reader = new SipReader();
        ReadOnlySequence<byte> segments = Segments.Join(Segments.Cut(octets, 1));
        int delivered = 0;
        while (reader.Read(ref segments, out _) == OperationStatus.Done)
        {
            delivered++;
        }

        Assert.That(delivered, Is.EqualTo(count));
    }

    [TestCaseSource(nameof(Streams))]
    [Category("SIPG-016")]
    [Category("SIPG-018")]
    public async Task The_transport_delivers_no_more_and_closes_what_it_doubts(byte[] octets, int count)
    {
        var network = new InMemoryNetwork();
        await using SipTransport transport = SipTransport.Create(network);
        var receiver = new RecordingReceiver();
        transport.Start(receiver);
        await using IStreamConnection connection = await network.ConnectAsync(transport.LocalEndPoint, CancellationToken.None);
        await connection.Output.WriteAsync(octets);
        await connection.Output.CompleteAsync();

        // At most one refusal: what follows a doubt is not even answered.
        string answers = await connection.ReadToEndAsync();
        Assert.That(receiver.Waiting, Is.EqualTo(count));
        Assert.That(answers, Is.Empty.Or.StartsWith("SIP/2.0 400 ").Or.StartsWith("SIP/2.0 513 "));
        Assert.That(answers.Split("SIP/2.0 4").Length - 1, Is.LessThanOrEqualTo(1));
    }

    [TestCase("Content-Length: 0\r\n", true)]
    [TestCase("Content-Length: 1\r\n", true)]
    [TestCase("", true)]
    [TestCase("Content-Length: 100000\r\n", false)]
    [TestCase("Content-Length: 0\r\nContent-Length: 1\r\n", false)]
    [TestCase("Content-Length\v: 0\r\n", false)]
    [TestCase("X: y\nContent-Length: 0\r\n", false)]
    [Category("SIPG-018")]
    public void A_datagram_never_holds_more_than_one(string rows, bool isOne)
    {
        byte[] octets = Encoding.UTF8.GetBytes(RawPeer.Options("SIP/2.0/UDP h;branch=z9hG4bKfirst", rows: rows) + Hidden);
        Assert.That(SipReader.TryReadDatagram(octets, null, out SipMessage? message, out _), Is.EqualTo(isOne));
        Assert.That(message!.Headers.CallId, Is.EqualTo("c"));
    }

    private static TestCaseData Case(string name, string rows, int count, string hidden = Hidden)
    {
        rows = rows.Replace("{0}", $"{hidden.Length}", StringComparison.Ordinal);
        return new TestCaseData(Encoding.UTF8.GetBytes(RawPeer.Options("SIP/2.0/TCP h;branch=z9hG4bKfirst", rows: rows) + hidden), count)
            .SetArgDisplayNames(name);
    }
}
