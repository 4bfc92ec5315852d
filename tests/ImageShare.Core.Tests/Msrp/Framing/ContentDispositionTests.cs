using System.Buffers;
using System.Text;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Msrp.Framing;

/// <summary>Which chunks of a message say what file it is (RFC 5547 §8.3.2).</summary>
[TestFixture]
[Category("MSRP-052")]
public sealed class ContentDispositionTests
{
    private static readonly MsrpSendHeaders Headers = new(
        MsrpPath.Parse("msrp://b:2/y;tcp"), MsrpPath.Parse("msrp://a:3/x;tcp"), "m123", new MediaType("image", "png"), contentDisposition: "render;filename=\"cat.png\"");

    [TestCase(0)]
    [TestCase(5000)]
    [Category("MSRP-004")]
    public void The_first_chunk_says_what_file_it_is_and_no_other(int length)
    {
        const string Line = "\r\nContent-Disposition: render;filename=\"cat.png\"\r\nContent-Type: image/png\r\n\r\n";
        var output = new ArrayBufferWriter<byte>();
        var chunker = new MsrpChunker(Headers, length, 2048, new TransactionIds());
        byte[] data = new byte[length];
        do
        {
            chunker.Begin(output, data.AsSpan((int)chunker.Position));
            if (chunker.IsOpen)
            {
                chunker.Append(output, data.AsSpan((int)chunker.Position));
            }

            if (chunker.Position == 2048)
            {
                chunker.ChangePath(MsrpPath.Parse("msrp://c:4/z;tcp"));
            }
        }
        while (!chunker.IsOver);

        string wire = Encoding.ASCII.GetString(output.WrittenSpan);
        Assert.That(wire.Split(Line), Has.Length.EqualTo(2), "once, before Content-Type, and that the last");
        Assert.That(wire.IndexOf(Line, StringComparison.Ordinal), Is.LessThan(300));
        Assert.That(wire.Split("Content-Type: image/png\r\n"), Has.Length.EqualTo(length == 0 ? 2 : 4));
    }

    [Test]
    public void The_same_holds_for_chunks_that_are_written_in_one_step()
    {
        var chunker = new MsrpChunker(Headers, 250, 100, new TransactionIds());
        List<string> chunks = [];
        while (!chunker.IsOver)
        {
            var output = new ArrayBufferWriter<byte>();
            Assert.That(chunker.WriteWhole(output, new byte[chunker.WantedForNextChunk]), Is.GreaterThan(0));
            chunks.Add(Encoding.ASCII.GetString(output.WrittenSpan));
        }

        Assert.That(chunks.Select(static c => c.Contains("Content-Disposition: render;filename=\"cat.png\"\r\n", StringComparison.Ordinal)), Is.EqualTo((bool[])[true, false, false]));
    }

    [TestCase("")]
    [TestCase("render\r\nX: y")]
    [TestCase("render;filename=\"\t\"")]
    public void A_disposition_that_would_break_the_head_is_not_written(string value)
    {
        Assert.That(() => new MsrpSendHeaders(Headers.To, Headers.From, "m123", new MediaType("image", "png"), contentDisposition: value), Throws.ArgumentException);
        Assert.That(() => new MsrpSendHeaders(Headers.To, Headers.From, "m123", new MediaType("image", "png"), contentDisposition: new string('x', 4097)), Throws.ArgumentException);
        Assert.That(() => new MsrpSendHeaders(Headers.To, Headers.From, "m123", contentDisposition: "render"), Throws.ArgumentException);
    }
}
