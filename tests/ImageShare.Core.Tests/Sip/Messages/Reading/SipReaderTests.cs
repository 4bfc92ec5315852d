using System.Buffers;
using System.Text;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using ImageShare.Core.Tests.Testing;
using static ImageShare.Core.Tests.Sip.Messages.Reading.SipReading;

namespace ImageShare.Core.Tests.Sip.Messages.Reading;

[TestFixture]
public sealed class SipReaderTests
{
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
}
