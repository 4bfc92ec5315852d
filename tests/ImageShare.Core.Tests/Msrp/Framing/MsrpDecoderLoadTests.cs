using System.Buffers;
using System.Text;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Framing;

[TestFixture]
public sealed class MsrpDecoderLoadTests
{
    private const string Paths = "To-Path: msrp://b.example:8493/si438ds;tcp\r\nFrom-Path: msrp://a.example:7777/iau39;tcp\r\n";

    [Test]
    [Category("MSRP-009")]
    public void A_body_of_a_gibibyte_passes_without_being_kept()
    {
        const int Block = 1 << 20;
        byte[] data = new byte[Block];
        new Random(1).NextBytes(data);
        var decoder = new MsrpReader();
        var head = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(
            "MSRP abcdefgh SEND\r\n" + Paths + "Message-ID: 12339sdqwer\r\nByte-Range: 1-*/*\r\nContent-Type: image/png\r\n\r\n"));
        decoder.Read(ref head, out _);

        long before = GC.GetAllocatedBytesForCurrentThread();
        long received = 0;
        for (int i = 0; i < 1024; i++)
        {
            var input = new ReadOnlySequence<byte>(data);
            while (decoder.Read(ref input, out MsrpEvent next) == OperationStatus.Done)
            {
                received += next.Body.Length;
            }

            received += input.Length;
            Assert.That(input.IsEmpty, Is.True, "the data does not end in the beginning of an end-line");
        }

        Assert.That(received, Is.EqualTo(1L << 30));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20));
    }

    [Test]
    [Category("MSRP-009")]
    public void Chunks_that_look_alike_allocate_nothing()
    {
        byte[] octets = Chunks(2048, 64);
        var decoder = new MsrpReader();
        Run(decoder, octets);
        long allocated = long.MaxValue;
        int chunks = 0;

        // A collection that others cause in between adds what was left of this thread's piece of the heap: the least of a few counts.
        for (int attempt = 0; attempt < 5 && allocated >= 6400; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            chunks = 0;
            for (int i = 0; i < 100; i++)
            {
                chunks += Run(decoder, octets);
            }

            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.That(chunks, Is.EqualTo(6400));
        Assert.That(allocated, Is.LessThan(6400), "less than an octet for each chunk");
    }

    [TestCase(1448)]
    [TestCase(2047)]
    [TestCase(2048)]
    [TestCase(2049)]
    [TestCase(4096)]
    [Category("MSRP-009")]
    public void A_stream_of_chunks_reads_the_same_in_segments_of_any_size(int size)
    {
        byte[] octets = Chunks(2048, 40);
        string whole = Wire.Decode(octets);
        Assert.That(whole, Does.EndWith("idle"));
        Assert.That(Wire.Decode(Segments.Cut(octets, size)), Is.EqualTo(whole));
        Assert.That(Wire.DecodeAtOnce(Segments.Join(Segments.Cut(octets, size))), Is.EqualTo(whole));
    }

    [Test]
    [Category("SEC-001")]
    public void A_body_of_near_misses_costs_no_more_than_its_length()
    {
        // Each repetition is an end-line but for its sign: a reader that started over at each would never come to an end.
        string near = string.Concat(Enumerable.Repeat("\r\n-------abcdefgh!", 60_000));
        byte[] octets = Encoding.ASCII.GetBytes("MSRP abcdefgh SEND\r\n" + Paths + "Content-Type: a/b\r\n\r\n" + near + "\r\n-------abcdefgh$\r\n");
        var decoder = new MsrpReader();
        int events = 0;
        ReadOnlySequence<byte> input = new(octets);
        while (decoder.Read(ref input, out _) == OperationStatus.Done)
        {
            events++;
        }

        Assert.That(events, Is.EqualTo(3), "head, one body, end");
        Assert.That(decoder.IsIdle, Is.True);
    }

    private static int Run(MsrpReader decoder, byte[] octets)
    {
        var input = new ReadOnlySequence<byte>(octets);
        int ends = 0;
        while (decoder.Read(ref input, out MsrpEvent next) == OperationStatus.Done)
        {
            ends += next.Kind == MsrpEventKind.End ? 1 : 0;
        }

        return ends;
    }

    private static byte[] Chunks(int size, int count)
    {
        var output = new ArrayBufferWriter<byte>();
        var headers = new MsrpSendHeaders(
            MsrpPath.Parse("msrp://b.example:8493/si438ds;tcp"), MsrpPath.Parse("msrp://a.example:7777/iau39;tcp"), "12339sdqwer", new("image", "png"));
        var chunker = new MsrpChunker(headers, (long)size * count, size, new TransactionIds());
        byte[] data = new byte[size];
        var random = new Random(2);
        while (!chunker.IsOver)
        {
            random.NextBytes(data);
            chunker.Begin(output, data);
            chunker.Append(output, data);
        }

        return output.WrittenSpan.ToArray();
    }
}
