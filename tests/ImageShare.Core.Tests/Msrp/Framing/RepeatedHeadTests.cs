using System.Text;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Framing;

/// <summary>
/// A head that repeats the one before it is not read line by line; what it is taken for must be the same. Octet by octet no head
/// ever lies whole in one piece, so that delivery reads each of them line by line.
/// </summary>
[TestFixture]
public sealed class RepeatedHeadTests
{
    private const string Send =
        "MSRP id01 SEND\r\nTo-Path: msrp://a:1/x;tcp\r\nFrom-Path: msrp://b:2/y;tcp\r\nMessage-ID: m1234\r\nByte-Range: 1-4/99\r\nX-Other: z\r\nContent-Type: a/b\r\n\r\ndata\r\n-------id01+\r\n";

    private const string Response =
        "MSRP id01 200 OK\r\nTo-Path: msrp://a:1/x;tcp\r\nFrom-Path: msrp://b:2/y;tcp\r\n-------id01$\r\n";

    private const string ResponseWithRange =
        "MSRP id01 200 OK\r\nTo-Path: msrp://a:1/x;tcp\r\nFrom-Path: msrp://b:2/y;tcp\r\nByte-Range: 1-4/99 \r\n-------id01$\r\n";

    private static readonly string[] Firsts = [Send, Response, ResponseWithRange];

    // Each can be read to its end, so the stream goes on behind it, and what is wrong stands at another offset the next time.
    private static readonly string[] FaultyFirsts =
    [
        Send.Replace("a/b", "a", StringComparison.Ordinal),
        Send.Replace("From-Path: msrp://b:2/y;tcp\r\n", string.Empty, StringComparison.Ordinal),
        Send.Replace("1-4/99", "0-4/99", StringComparison.Ordinal),
        Send.Replace("X-Other", "X Other", StringComparison.Ordinal),
        Send.Replace("SEND", "Send", StringComparison.Ordinal),
        Response.Replace("To-Path", "To Path", StringComparison.Ordinal),
        Response.Replace("200", "20", StringComparison.Ordinal),
    ];

    private static IEnumerable<string> Seconds()
    {
        foreach (string first in Firsts)
        {
            yield return first;
            yield return first.Replace("id01", "id02", StringComparison.Ordinal);
            yield return first.Replace("id01", "id0222", StringComparison.Ordinal);
            yield return first.Replace("id01", "id/2", StringComparison.Ordinal);
            yield return first.Replace("id01", "-d02", StringComparison.Ordinal);
            yield return first.Replace("-------id01", "-------id09", StringComparison.Ordinal);
            yield return first.Replace("+\r\n", "#\r\n", StringComparison.Ordinal).Replace("$\r\n", "#\r\n", StringComparison.Ordinal);
            yield return first.Replace("1-4/99", "5-*/99", StringComparison.Ordinal);
            yield return first.Replace("1-4/99", "5-8/*", StringComparison.Ordinal);
            yield return first.Replace("1-4/99", "0-4/99", StringComparison.Ordinal);
            yield return first.Replace("1-4/99", "1-4/99999999999999999999999999", StringComparison.Ordinal);
            yield return first.Replace("1-4/99", " 9-12/99", StringComparison.Ordinal);
            yield return first.Replace("1-4/99\r\n", "\r\n", StringComparison.Ordinal);
            yield return first.Replace("Byte-Range: 1-4/99", "Byte-Range: 1-4/99\r\nByte-Range: 1-4/99", StringComparison.Ordinal);
            yield return first.Replace("m1234", "m1235", StringComparison.Ordinal);
            yield return first.Replace("SEND", "SENT", StringComparison.Ordinal).Replace("200", "413", StringComparison.Ordinal);
            yield return first.Replace("Content-Type: a/b\r\n\r\ndata\r\n", string.Empty, StringComparison.Ordinal);
            yield return first.Replace("MSRP ", "MSRQ ", StringComparison.Ordinal);
            yield return first.Replace("x;tcp", "w;tcp", StringComparison.Ordinal);
        }
    }

    [Test]
    [Category("MSRP-009")]
    public void Is_taken_for_what_it_would_be_read_as([ValueSource(nameof(Firsts))] string first, [ValueSource(nameof(Seconds))] string second)
    {
        byte[] octets = Encoding.Latin1.GetBytes(first + second + first + second);
        string whole = Wire.DecodeAtOnce(new System.Buffers.ReadOnlySequence<byte>(octets));
        Assert.That(whole, Is.EqualTo(Wire.Decode(Segments.Cut(octets, 1))));
        for (int size = 7; size < octets.Length; size += 31)
        {
            Assert.That(Wire.Decode(Segments.Cut(octets, size)), Is.EqualTo(whole), $"in pieces of {size}");
        }
    }

    [Test]
    [Category("MSRP-009")]
    public void A_faulty_head_is_read_again_and_its_fault_found_where_it_stands([ValueSource(nameof(FaultyFirsts))] string first)
    {
        string second = first.Replace("id01", "id02", StringComparison.Ordinal);
        byte[] octets = Encoding.Latin1.GetBytes(first + second);
        string whole = Wire.DecodeAtOnce(new System.Buffers.ReadOnlySequence<byte>(octets));
        Assert.That(whole.Split(" fault "), Has.Length.EqualTo(3), "both are faulty");
        Assert.That(whole, Is.EqualTo(Wire.Decode(Segments.Cut(octets, 1))));
    }

    // The empty line is also the line break before the end-line, as many peers write it; what follows must not be taken for a body that ends with a later end-line.
    [Test]
    [Category("MSRP-009")]
    public void An_end_line_directly_behind_the_empty_line_ends_an_empty_body_even_where_the_range_promises_one()
    {
        string later = Send.Replace("id01", "id02", StringComparison.Ordinal);
        string empty = later.Replace("data\r\n-------id02+", "-------id02+", StringComparison.Ordinal);
        byte[] octets = Encoding.Latin1.GetBytes(Send + empty + later);
        string whole = Wire.DecodeAtOnce(new System.Buffers.ReadOnlySequence<byte>(octets));
        Assert.That(whole, Is.EqualTo(Wire.Decode(Segments.Cut(octets, 1))));
        Assert.That(whole.Split("body data\nend +"), Has.Length.EqualTo(3), "the first and the last, and nothing between");
    }

    [Test]
    [Category("MSRP-009")]
    public void Is_not_longer_than_a_head_may_be()
    {
        string first = Send.Replace("1-4/99", "1-4/9", StringComparison.Ordinal);
        int headLength = first.IndexOf("data", StringComparison.Ordinal);
        var decoder = new ImageShare.Core.Msrp.Framing.MsrpReader(new ImageShare.Core.Msrp.MsrpLimits { MaxHeadBytes = headLength });
        string read = Wire.Decode(decoder, [Encoding.Latin1.GetBytes(first + first + Send)]);
        Assert.That(read, Does.Contain("invalid HeadTooLong"));
        Assert.That(read.Split("MSRP id01 SEND"), Has.Length.EqualTo(3), "the two that are short enough");
    }

    [Test]
    [Category("MSRP-009")]
    public void Is_read_in_one_step_with_its_body_and_its_end()
    {
        foreach (string first in Firsts)
        {
            string second = first.Replace("id01", "id02", StringComparison.Ordinal);
            var input = new System.Buffers.ReadOnlySequence<byte>(Encoding.Latin1.GetBytes(first + second));
            var decoder = new ImageShare.Core.Msrp.Framing.MsrpReader();
            Assert.That(decoder.TryReadWhole(input.FirstSpan, out _), Is.False, "nothing to repeat yet");
            do
            {
                Assert.That(decoder.Read(ref input, out _), Is.EqualTo(System.Buffers.OperationStatus.Done));
            }
            while (!decoder.IsIdle);

            for (int length = 0; length < second.Length; length++)
            {
                Assert.That(decoder.TryReadWhole(input.FirstSpan[..length], out _), Is.False, $"{length} octets of it");
            }

            Assert.That(decoder.TryReadWhole(input.FirstSpan, out ImageShare.Core.Msrp.Framing.WholeMessage whole), Is.True);
            Assert.Multiple(() =>
            {
                Assert.That(Encoding.Latin1.GetString(whole.Head.TransactionId), Is.EqualTo("id02"));
                Assert.That(second.Substring(whole.BodyStart, whole.BodyLength), Is.EqualTo(first == Send ? "data" : string.Empty));
                Assert.That(whole.Length, Is.EqualTo(second.Length));
                Assert.That(decoder.Offset, Is.EqualTo(first.Length + second.Length));
                Assert.That(decoder.IsIdle, Is.True);
            });
        }
    }
}
