using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Msrp.Transfers;

[TestFixture]
public sealed class BytesInMemoryTests
{
    [Test]
    public void All_octets_come_in_their_order_and_a_small_chunk_is_never_torn()
    {
        Gen<(int Length, int Whole, int Seed)> cases =
            from length in Gen.Choose(0, 3000)
            from whole in Gen.Elements(1, 7, 100, 512)
            from seed in Gen.Choose(0, int.MaxValue)
            select (length, whole, seed);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var random = new Random(c.Seed);
            byte[] data = new byte[c.Length];
            random.NextBytes(data);
            var octets = new BytesInMemory(Cut(data, random), c.Whole);
            List<byte> taken = [];
            while (octets.Ready is { IsEmpty: false } ready)
            {
                if (ready.Length < Math.Min(c.Whole, data.Length - taken.Count))
                {
                    return false;
                }

                // A chunk, or what an interruption leaves of one.
                int count = random.Next(4) == 0 ? random.Next(1, ready.Length + 1) : Math.Min(ready.Length, c.Whole);
                taken.AddRange(ready[..count]);
                octets.Advance(count);
            }

            return taken.SequenceEqual(data);
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public async Task What_is_in_memory_is_there_at_once_and_can_be_sent_again()
    {
        byte[] data = [1, 2, 3, 4, 5];
        MsrpOutgoingContent content = MsrpOutgoingContent.FromSequence(new MediaType("image", "png"), Segments.Join(Segments.Cut(data, 2))) with { ChunkSize = 2 };
        Assert.That(content.Length, Is.EqualTo(5));
        for (int i = 0; i < 2; i++)
        {
            var octets = new BytesInMemory(content.Bytes!.Value, 2);
            Assert.That(await octets.FillAsync(static () => { }, CancellationToken.None), Is.True);
            List<byte> taken = [];
            while (octets.Ready is { IsEmpty: false } ready)
            {
                taken.Add(ready[0]);
                octets.Advance(1);
            }

            Assert.That(taken, Is.EqualTo(data));
        }

        // Whoever reads it as any other source gets the same.
        byte[] read = new byte[9];
        Assert.That(await content.Read(read.AsMemory(0, 3), CancellationToken.None), Is.EqualTo(3));
        Assert.That(await content.Read(read.AsMemory(3), CancellationToken.None), Is.EqualTo(2));
        Assert.That(await content.Read(read, CancellationToken.None), Is.Zero);
        Assert.That(read[..5], Is.EqualTo(data));
    }

    private static ReadOnlySequence<byte> Cut(byte[] data, Random random)
    {
        var parts = new List<byte[]>();
        for (int at = 0; at < data.Length;)
        {
            int length = Math.Min(data.Length - at, random.Next(3) == 0 ? random.Next(0, 4) : random.Next(0, 900));
            parts.Add(data[at..(at + length)]);
            at += length;
        }

        return Segments.Join(parts.Select(static p => new ReadOnlyMemory<byte>(p)));
    }
}
