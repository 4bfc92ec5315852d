using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using ImageShare.Cli.Metadata;
using SkiaSharp;

namespace ImageShare.Core.Tests.Cli.Metadata;

/// <summary>Pictures that are damaged, made to do harm, or large.</summary>
[TestFixture]
[Category("Cli")]
public sealed class DamagedPictureTests
{
    private static readonly byte[][] Pictures =
    [
        PictureMetadataTests.Jpeg(MetadataPictures.Exif(6, true)),
        PictureMetadataTests.Png(MetadataPictures.Exif(6, false)),
        PictureMetadataTests.WebP(MetadataPictures.Exif(6, true)),
        MetadataPictures.Encode(SKEncodedImageFormat.Webp, quality: 100),
    ];

    [Test]
    public void However_bytes_are_changed_the_copy_is_readable_again_and_not_larger() => Prop.ForAll(
        Gen.Choose(0, Pictures.Length - 1).SelectMany(static n => Gen.Choose(0, Pictures[n].Length - 1).Zip(Gen.Choose(0, 255)).ListOf().Select(changes => (n, changes))).ToArbitrary(),
        static c =>
        {
            byte[] picture = [.. Pictures[c.n]];
            foreach ((int at, int value) in c.changes)
            {
                picture[at] = (byte)value;
            }

            return IsStableOrRefused(picture);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Test]
    public void However_short_it_is_cut_the_copy_is_readable_again_and_not_larger()
    {
        foreach (byte[] picture in Pictures)
        {
            for (int length = 0; length < picture.Length; length++)
            {
                Assert.That(IsStableOrRefused(picture[..length]), Is.True, $"{length} of {picture.Length}");
            }
        }
    }

    [Test]
    public void A_picture_that_ends_too_early_is_refused()
    {
        byte[] jpeg = PictureMetadataTests.Jpeg(MetadataPictures.Exif(6, true));
        Assert.Multiple(() =>
        {
            Assert.That(() => PictureMetadataTests.Strip(jpeg[..30]), Throws.TypeOf<MetadataException>().With.Message.Contains("too early"));
            Assert.That(() => PictureMetadataTests.Strip([0xFF, 0xD8, 0xFF, 0xD9]), Throws.TypeOf<MetadataException>().With.Message.Contains("damaged"));
            Assert.That(() => PictureMetadataTests.Strip(MetadataPictures.Encode(SKEncodedImageFormat.Png)[..^1]), Throws.TypeOf<MetadataException>());
            Assert.That(() => PictureMetadataTests.Strip(MetadataPictures.Encode(SKEncodedImageFormat.Webp)[..^3]), Throws.TypeOf<MetadataException>());
        });
    }

    [Test]
    public void A_critical_chunk_that_is_not_known_is_refused()
    {
        byte[] plain = MetadataPictures.Encode(SKEncodedImageFormat.Png);
        byte[] picture = [.. plain[..33], .. MetadataPictures.Chunk("CgBI", 0, 0, 0, 0), .. plain[33..]];
        Assert.That(() => PictureMetadataTests.Strip(picture), Throws.TypeOf<MetadataException>());
    }

    [TestCase(0x0112u)]
    [TestCase(uint.MaxValue)]
    public void Exif_that_points_outside_itself_has_no_orientation(uint offset)
    {
        byte[] exif = MetadataPictures.Exif(6, true);
        BinaryPrimitives.WriteUInt32LittleEndian(exif.AsSpan(4), offset);
        byte[] copy = PictureMetadataTests.Strip(PictureMetadataTests.Jpeg(exif));
        Assert.That(MetadataPictures.Origin(copy), Is.EqualTo(1));
    }

    [Test]
    public void A_length_in_the_picture_allocates_nothing()
    {
        byte[] start = MetadataPictures.Encode(SKEncodedImageFormat.Png)[..33];
        byte[][] hostile =
        [
            [.. start, 0x7F, 0xFF, 0xFF, 0xFF, .. "tEXt"u8, 1],
            [.. start, 0x7F, 0xFF, 0xFF, 0xFF, .. "eXIf"u8, 1],
            [.. start, 0xFF, 0xFF, 0xFF, 0xFF, .. "IDAT"u8, 1],
            [.. "RIFF"u8, 0xFF, 0xFF, 0xFF, 0xFF, .. "WEBPEXIF"u8, 0xF0, 0xFF, 0xFF, 0xFF, 1],
            [.. "RIFF"u8, 0xFF, 0xFF, 0xFF, 0xFF, .. "WEBPVP8 "u8, 0xF0, 0xFF, 0xFF, 0xFF, 1],
            [0xFF, 0xD8, 0xFF, 0xE1, 0xFF, 0xFF, .. "Exif\0\0"u8],
        ];
        foreach (byte[] picture in hostile)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.That(() => PictureMetadataTests.Strip(picture), Throws.TypeOf<MetadataException>());
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1_000_000));
        }
    }

    [Test]
    public void A_large_picture_needs_no_more_memory_than_a_small_one()
    {
        const long Size = 300_000_000;
        byte[] head = [.. MetadataPictures.Encode(SKEncodedImageFormat.Png)[..33], .. new byte[4], .. "IDAT"u8];
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(33), (uint)Size);
        byte[] tail = [0, 0, 0, 0, .. MetadataPictures.Chunk("tEXt", 1, 2, 3), .. MetadataPictures.Chunk("IEND")];
        using var from = new PaddedStream(head, Size, tail);
        using var to = new CountingStream();
        long before = GC.GetAllocatedBytesForCurrentThread();
        PictureMetadata.Remove(from, to);
        Assert.That(to.Length, Is.EqualTo(head.Length + Size + 4 + 12));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(200_000));
    }

    [Test]
    public void Work_ends_when_it_is_cancelled()
    {
        using var from = new PaddedStream([.. MetadataPictures.Encode(SKEncodedImageFormat.Jpeg)[..^2]], 100_000_000, [0xFF, 0xD9]);
        using var to = new CountingStream();
        Assert.That(() => PictureMetadata.Remove(from, to, new CancellationToken(canceled: true)), Throws.InstanceOf<OperationCanceledException>());
    }

    internal static bool IsStableOrRefused(byte[] picture)
    {
        byte[] copy;
        try
        {
            copy = PictureMetadataTests.Strip(picture);
        }
        catch (MetadataException)
        {
            return true;
        }

        return copy.Length <= picture.Length && PictureMetadataTests.Strip(copy).AsSpan().SequenceEqual(copy);
    }

    /// <summary>Bytes, many zeros, bytes.</summary>
    private sealed class PaddedStream(byte[] head, long zeros, byte[] tail) : MemoryStream
    {
        private long _at;

        public override int Read(Span<byte> buffer)
        {
            int count = 0;
            for (; count < buffer.Length && _at < head.Length; count++)
            {
                buffer[count] = head[_at++];
            }

            if (_at >= head.Length && _at < head.Length + zeros)
            {
                int some = (int)Math.Min(buffer.Length - count, head.Length + zeros - _at);
                buffer.Slice(count, some).Clear();
                count += some;
                _at += some;
            }

            for (; count < buffer.Length && _at >= head.Length + zeros && _at < head.Length + zeros + tail.Length; count++)
            {
                buffer[count] = tail[_at++ - head.Length - zeros];
            }

            return count;
        }
    }

    private sealed class CountingStream : MemoryStream
    {
        private long _length;

        public override long Length => _length;

        public override void Write(ReadOnlySpan<byte> buffer) => _length += buffer.Length;

        public override void Write(byte[] buffer, int offset, int count) => _length += count;
    }
}
