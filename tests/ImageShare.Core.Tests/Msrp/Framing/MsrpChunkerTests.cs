using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Msrp.Framing;

[TestFixture]
[Parallelizable]
public sealed class MsrpChunkerTests
{
    private static readonly MsrpSendHeaders Headers = new(
        MsrpPath.Parse("msrp://b:2/y;tcp"), MsrpPath.Parse("msrp://a:3/x;tcp"), "m123", new MediaType("image", "png"));

    [TestCase(2048, 2048, "1-2048/2048$")]
    [TestCase(2049, 2048, "1-2048/2049+ 2049-2049/2049$")]
    [TestCase(2049, 2049, "1-*/2049$")]
    [TestCase(5000, 2048, "1-2048/5000+ 2049-4096/5000+ 4097-5000/5000$")]
    [TestCase(10000, 4096, "1-*/10000+ 4097-*/10000+ 8193-10000/10000$")]
    [TestCase(100_000, int.MaxValue, "1-*/100000$")]
    [TestCase(0, 2048, "1-0/0$")]
    [Category("MSRP-011")]
    [Category("MSRP-012")]
    [Category("MSRP-013")]
    [Category("MSRP-015")]
    [Category("MSRP-038")]
    public void A_chunk_above_2048_octets_may_be_interrupted_and_a_smaller_one_says_its_end(int length, int chunkSize, string chunks)
    {
        byte[] wire = Chunk(new byte[length], chunkSize, length);
        Assert.That(string.Join(' ', Read(wire).Select(c => c.Range.ToString() + (char)c.Continuation.ToSign())), Is.EqualTo(chunks));
        Assert.That(Read(wire).Select(c => (c.MessageId, c.Type)).Distinct(), Is.EqualTo(new[] { ("m123", "image/png") }));
        Assert.That(Read(wire).Select(c => c.TransactionId), Is.Unique);
    }

    [Test]
    public void What_is_cut_decodes_and_comes_together_again_in_any_order()
    {
        Gen<(int Length, int ChunkSize, int Piece, int Segment, int Seed)> cases =
            from length in Gen.Choose(0, 30_000)
            from size in Gen.OneOf(Gen.Elements(1, 100, 2047, 2048, 2049, 4096, int.MaxValue), Gen.Choose(500, 20_000))
            from piece in Gen.Choose(1, 9000)
            from segment in Gen.Choose(1, 5000)
            from seed in Gen.Choose(0, int.MaxValue)
            select (length, Math.Max(size, length / 100), piece, segment, seed);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            byte[] data = new byte[c.Length];
            var random = new Random(c.Seed);
            random.NextBytes(data);
            Chunked[] chunks = [.. Read(Chunk(data, c.ChunkSize, c.Piece, inPieces: c.Seed % 2 == 0), c.Segment)];
            random.Shuffle(chunks);

            byte[] received = new byte[c.Length];
            var assembly = new MessageAssembly(c.Length, MsrpLimits.Default);
            AssemblyVerdict verdict = AssemblyVerdict.Good;
            foreach (Chunked chunk in chunks)
            {
                if (verdict != AssemblyVerdict.Good
                    || assembly.BeginChunk(chunk.Range) != AssemblyVerdict.Good
                    || assembly.TakeData(chunk.Body.Length, out long offset) != AssemblyVerdict.Good)
                {
                    return false;
                }

                chunk.Body.CopyTo(received.AsSpan((int)offset));
                verdict = assembly.EndChunk(chunk.Continuation);
            }

            return verdict == AssemblyVerdict.Complete && received.AsSpan().SequenceEqual(data);
        }).QuickCheckThrowOnFailure();
    }

    [TestCase(2048)]
    [TestCase(4096)]
    [TestCase(int.MaxValue)]
    [Category("MSRP-010")]
    public void No_chunk_holds_its_own_end_line_even_when_the_data_is_made_of_it(int chunkSize)
    {
        // The first three ids that will be drawn are known to whoever made this data.
        byte[] ids = [.. Enumerable.Range(0, 3).SelectMany(Id)];
        byte[] data = new byte[20_000];
        foreach (int at in (int[])[0, 100, 2040, 2048, 5000, 5023, 9990, 10_001, 19_970])
        {
            for (int i = 0; i < 3; i++)
            {
                int place = at + (i * 400);
                if (place + 26 < data.Length)
                {
                    "\r\n-------"u8.CopyTo(data.AsSpan(place));
                    ids.AsSpan(i * 16, 16).CopyTo(data.AsSpan(place + 9));
                    "$"u8.CopyTo(data.AsSpan(place + 25));
                }
            }
        }

        foreach ((int piece, bool inPieces) in from p in (int[])[chunkSize == 2048 ? 2048 : 1, 1000, 9999, 20_000] from i in (bool[])[false, true] select (p, i))
        {
            if (chunkSize == 2048 && piece < 2048)
            {
                continue;
            }

            int drawn = 0;
            byte[] wire = Chunk(data, chunkSize, piece, new TransactionIds(octets => Draw(octets, ref drawn)), inPieces);
            Chunked[] chunks = [.. Read(wire, 777)];
            Assert.That(chunks.SelectMany(c => c.Body), Is.EqualTo(data), $"in pieces of {piece}");
            foreach (Chunked chunk in chunks)
            {
                Assert.That(Encoding.Latin1.GetString(chunk.Body), Does.Not.Contain("-------" + chunk.TransactionId));
            }
        }
    }

    [Test]
    [Category("MSRP-010")]
    public void A_large_chunk_ends_before_its_own_end_line_is_whole_wherever_the_pieces_are_cut()
    {
        // Each id stands only behind where its chunk begins, so that it cannot be avoided beforehand.
        byte[] data = new byte[20_000];
        int[] places = [4100, 9000, 15_000];
        for (int i = 0; i < places.Length; i++)
        {
            "-------"u8.CopyTo(data.AsSpan(places[i]));
            Id(i).ToArray().CopyTo(data.AsSpan(places[i] + 7));
        }

        for (int piece = 2048; piece < 2100; piece++)
        {
            int drawn = 0;
            Chunked[] chunks = [.. Read(Chunk(data, int.MaxValue, piece, new TransactionIds(octets => Draw(octets, ref drawn))), 777)];
            Assert.That(chunks.SelectMany(c => c.Body), Is.EqualTo(data), $"in pieces of {piece}");
            Assert.That(chunks, Has.Length.EqualTo(4));
            for (int i = 0; i < places.Length; i++)
            {
                Assert.That(chunks[i].Range.Start + chunks[i].Body.Length - 1, Is.EqualTo(places[i] + 22), "one octet short of the whole");
            }
        }
    }

    [Test]
    [Category("MSRP-010")]
    public void A_large_chunk_ends_before_its_own_end_line_wherever_the_output_begins_another_buffer()
    {
        byte[] data = new byte[3000];
        "-------"u8.CopyTo(data.AsSpan(1000));
        Id(0).ToArray().CopyTo(data.AsSpan(1007));
        for (int room = 1; room < 200; room++)
        {
            int drawn = 0;
            var output = new SmallRooms(room);
            var chunker = new MsrpChunker(Headers, data.Length, int.MaxValue, new TransactionIds(octets => Draw(octets, ref drawn)));
            chunker.Begin(output, data);
            Assert.That(chunker.Append(output, data), Is.EqualTo(1022), $"in buffers of {room}");
            chunker.Begin(output, data.AsSpan(1022));
            Assert.That(chunker.Append(output, data.AsSpan(1022)), Is.EqualTo(data.Length - 1022));
            Chunked[] chunks = [.. Read(output.Written.ToArray())];
            Assert.That(chunks.SelectMany(c => c.Body), Is.EqualTo(data));
            Assert.That(chunks.Select(c => c.Range.Start), Is.EqualTo(new[] { 1, 1023 }));
        }
    }

    [Test]
    [Category("MSRP-012")]
    public void A_large_chunk_goes_on_in_another_after_an_interruption()
    {
        byte[] data = new byte[10_000];
        new Random(3).NextBytes(data);
        var output = new ArrayBufferWriter<byte>();
        var chunker = new MsrpChunker(Headers, data.Length, long.MaxValue, new TransactionIds());
        chunker.Begin(output, data);
        chunker.Append(output, data.AsSpan(0, 3000));
        chunker.Interrupt(output);
        chunker.Begin(output, data.AsSpan(3000));
        chunker.Append(output, data.AsSpan(3000));
        Chunked[] chunks = [.. Read(output.WrittenSpan.ToArray())];
        Assert.That(chunks.Select(c => $"{c.Range}{(char)c.Continuation.ToSign()}"), Is.EqualTo(new[] { "1-*/10000+", "3001-*/10000$" }));
        Assert.That(chunks.SelectMany(c => c.Body), Is.EqualTo(data));
    }

    [TestCase(true, "1-*/10000+ 4097-*/10000#", 5000)]
    [TestCase(false, "1-*/10000+ 4097-4196/10000#", 4196)]
    [Category("MSRP-011")]
    public void Giving_up_ends_the_running_chunk_or_sends_one_more(bool running, string ranges, int octets)
    {
        var output = new ArrayBufferWriter<byte>();
        var chunker = new MsrpChunker(Headers, 10_000, 4096, new TransactionIds());
        chunker.Begin(output, new byte[4096]);
        chunker.Append(output, new byte[4096]);
        if (running)
        {
            chunker.Begin(output, new byte[904]);
            chunker.Append(output, new byte[904]);
        }

        chunker.Abort(output, new byte[100]);
        Chunked[] chunks = [.. Read(output.WrittenSpan.ToArray())];
        Assert.That(string.Join(' ', chunks.Select(c => $"{c.Range}{(char)c.Continuation.ToSign()}")), Is.EqualTo(ranges));
        Assert.That(chunks.Sum(c => c.Body.Length), Is.EqualTo(octets));
        Assert.That(chunker.IsOver, Is.True);
    }

    [TestCase(1)]
    [TestCase(100)]
    [TestCase(2047)]
    [TestCase(2048)]
    [TestCase(2049)]
    [TestCase(5000)]
    public void A_small_chunk_written_whole_is_the_same_as_head_body_and_end(int length)
    {
        byte[] data = new byte[length];
        new Random(length).NextBytes(data);
        int first = 0, second = 0;
        Assert.That(
            Chunk(data, 2048, length, new TransactionIds(octets => Draw(octets, ref first))),
            Is.EqualTo(Chunk(data, 2048, length, new TransactionIds(octets => Draw(octets, ref second)), inPieces: true)));
    }

    [Test]
    public void A_chunk_that_is_large_or_empty_or_not_all_there_is_not_written_whole()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Whole(10_000, 4096, 10_000), Is.Zero, "large");
            Assert.That(Whole(10_000, 2048, 2047), Is.Zero, "not all there");
            Assert.That(Whole(0, 2048, 0), Is.Zero, "empty");
            Assert.That(Whole(10_000, 2048, 2048), Is.EqualTo(2048));
            Assert.That(Whole(100, 2048, 100), Is.EqualTo(100));
        });

        static int Whole(int total, int chunkSize, int atHand)
        {
            var output = new ArrayBufferWriter<byte>();
            int written = new MsrpChunker(Headers, total, chunkSize, new TransactionIds()).WriteWhole(output, new byte[atHand]);
            Assert.That(output.WrittenCount == 0, Is.EqualTo(written == 0));
            return written;
        }
    }

    [TestCase(0, 0, 100, "1-0/0:0#")]
    [TestCase(1, 0, 100, "1-0/1:0#")]
    [TestCase(2, 0, 100, "1-1/2:1#")]
    [TestCase(10_000, 0, 0, "1-0/10000:0#")]
    [TestCase(10_000, 0, 2048, "1-2048/10000:2048#")]
    [TestCase(10_000, 0, 2049, "1-2048/10000:2048#")]
    [TestCase(2048, 0, 2048, "1-2047/2048:2047#")]
    [TestCase(300, 100, 0, "1-0/300:0#")]
    [TestCase(300, 100, 50, "101-150/300:50#")]
    [TestCase(300, 100, 200, "101-299/300:199#")]
    [Category("MSRP-011")]
    [Category("MSRP-016")]
    public void The_chunk_that_gives_up_is_small_and_never_the_end_of_the_message(int total, int before, int atHand, string chunk)
    {
        var output = new ArrayBufferWriter<byte>();
        var chunker = new MsrpChunker(Headers, total, before == 0 ? 4096 : before, new TransactionIds());
        Assert.That(before == 0 || chunker.WriteWhole(new ArrayBufferWriter<byte>(), new byte[before]) == before, Is.True);
        chunker.Abort(output, new byte[atHand]);
        Chunked last = Read(output.WrittenSpan.ToArray()).Single();
        Assert.That($"{last.Range}:{last.Body.Length}{(char)last.Continuation.ToSign()}", Is.EqualTo(chunk));
        Assert.That((chunker.Position, chunker.IsOver, chunker.IsOpen, chunker.Continuation), Is.EqualTo(((long)before + last.Body.Length, true, false, MsrpContinuation.Aborted)));
    }

    [TestCase(10_000, 4096, 2048)]
    [TestCase(10_000, 100, 100)]
    [TestCase(50, 100, 50)]
    public void Says_how_much_it_wants_to_see(int total, int chunkSize, int wanted) =>
        Assert.That(new MsrpChunker(Headers, total, chunkSize, new TransactionIds()).WantedForNextChunk, Is.EqualTo(wanted));

    [Test]
    public void Says_where_it_stands()
    {
        var output = new ArrayBufferWriter<byte>();
        var chunker = new MsrpChunker(Headers, 250, 100, new TransactionIds());
        Assert.That(chunker.WriteWhole(output, new byte[250]), Is.EqualTo(100));
        Assert.That((chunker.Position, chunker.ChunkStart, chunker.IsOpen, chunker.IsOver, chunker.Continuation), Is.EqualTo((100L, 0L, false, false, MsrpContinuation.More)));
        chunker.Begin(output, new byte[150]);
        Assert.That(chunker.Append(output, new byte[60]), Is.EqualTo(60));
        Assert.That((chunker.Position, chunker.ChunkStart, chunker.IsOpen), Is.EqualTo((160L, 100L, true)));
        Assert.That(chunker.Append(output, new byte[60]), Is.EqualTo(40), "what is left of the chunk");
        Assert.That((chunker.Position, chunker.IsOpen, chunker.IsOver, chunker.WantedForNextChunk), Is.EqualTo((200L, false, false, 50)));
        Assert.That(chunker.WriteWhole(output, new byte[50]), Is.EqualTo(50));
        Assert.That((chunker.Position, chunker.ChunkStart, chunker.IsOver, chunker.Continuation), Is.EqualTo((250L, 200L, true, MsrpContinuation.Complete)));
    }

    [Test]
    public void Its_calls_have_an_order()
    {
        var output = new ArrayBufferWriter<byte>();
        var chunker = new MsrpChunker(Headers, 100, 50, new TransactionIds());
        Assert.Multiple(() =>
        {
            Assert.That(() => chunker.Append(output, new byte[1]), Throws.InvalidOperationException, "not open");
            Assert.That(() => chunker.Interrupt(output), Throws.InvalidOperationException, "not open");
            chunker.Begin(output, new byte[50]);
            Assert.That(() => chunker.Begin(output, new byte[50]), Throws.InvalidOperationException, "open");
            Assert.That(() => chunker.WriteWhole(output, new byte[50]), Throws.InvalidOperationException, "open");
            Assert.That(() => chunker.ChangePath(Headers.To), Throws.InvalidOperationException, "open");
            chunker.Abort(output, default);
            Assert.That(() => chunker.Begin(output, new byte[50]), Throws.InvalidOperationException, "over");
            Assert.That(() => chunker.WriteWhole(output, new byte[50]), Throws.InvalidOperationException, "over");
            Assert.That(() => chunker.Abort(output, default), Throws.InvalidOperationException, "over");
        });
        Assert.Multiple(() =>
        {
            Assert.That(() => new MsrpChunker(new MsrpSendHeaders(Headers.To, Headers.From), 1, 1, new TransactionIds()), Throws.ArgumentNullException, "no type");
            Assert.That(() => new MsrpChunker(Headers, -1, 1, new TransactionIds()), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => new MsrpChunker(Headers, 1, 0, new TransactionIds()), Throws.TypeOf<ArgumentOutOfRangeException>());
        });
    }

    // The ids that a chunker will draw, known beforehand.
    private static IEnumerable<byte> Id(int number)
    {
        byte[] id = new byte[TransactionIds.Length];
        int drawn = 0;
        var source = new TransactionIds(octets => Draw(octets, ref drawn));
        for (int i = 0; i <= number; i++)
        {
            source.Next(id);
        }

        return id;
    }

    private static void Draw(Span<byte> octets, ref int drawn) => new Random(42 + drawn++).NextBytes(octets);

    private static byte[] Chunk(byte[] data, int chunkSize, int piece, TransactionIds? ids = null, bool inPieces = false)
    {
        var output = new ArrayBufferWriter<byte>();
        var chunker = new MsrpChunker(Headers, data.Length, chunkSize, ids ?? new TransactionIds());
        while (!chunker.IsOver)
        {
            // A source hands over at least what a small chunk needs.
            int at = (int)chunker.Position;
            ReadOnlySpan<byte> next = data.AsSpan(at, Math.Min(data.Length - at, Math.Max(piece, chunker.WantedForNextChunk)));
            if (!chunker.IsOpen && (inPieces || chunker.WriteWhole(output, next) == 0))
            {
                chunker.Begin(output, next);
            }

            if (chunker.IsOpen)
            {
                chunker.Append(output, next);
            }
        }

        return output.WrittenSpan.ToArray();
    }

    private static List<Chunked> Read(byte[] wire, int segment = int.MaxValue)
    {
        var chunks = new List<Chunked>();
        var decoder = new MsrpReader();
        ReadOnlySequence<byte> input = Segments.Join(Segments.Cut(wire, Math.Min(segment, wire.Length)));
        List<byte> body = [];
        while (decoder.Read(ref input, out MsrpEvent next) == OperationStatus.Done)
        {
            Assert.That(next.Head.Fault, Is.Null);
            body.AddRange(next.Body.ToArray());
            if (next.Kind == MsrpEventKind.End)
            {
                chunks.Add(new Chunked(
                    Encoding.ASCII.GetString(next.Head.TransactionId),
                    next.Head.MessageId!,
                    next.Head.ContentType!.ToString(),
                    next.Head.ByteRange!.Value,
                    next.Continuation,
                    [.. body]));
                body.Clear();
            }
        }

        Assert.That(decoder.IsIdle && input.IsEmpty, Is.True);
        return chunks;
    }

    private sealed record Chunked(string TransactionId, string MessageId, string Type, ByteRange Range, MsrpContinuation Continuation, byte[] Body);

    /// <summary>An output whose buffers are short unless more is asked for.</summary>
    private sealed class SmallRooms(int room) : IBufferWriter<byte>
    {
        private readonly byte[] _buffer = new byte[4096];

        public List<byte> Written { get; } = [];

        public void Advance(int count) => Written.AddRange(_buffer.AsSpan(0, count));

        public Memory<byte> GetMemory(int sizeHint = 0) => _buffer.AsMemory(0, Math.Max(room, sizeHint));

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
