using System.Buffers.Binary;
using System.IO.Compression;
using ImageShare.Cli.Pictures;
using ImageShare.Core.Tests.Cli.Metadata;
using SkiaSharp;

namespace ImageShare.Core.Tests.Cli.Pictures;

/// <summary>Small pictures of large ones, for terminals and icons; and pictures that claim more than a machine has.</summary>
[TestFixture]
[Category("Cli")]
public sealed class PictureDecoderTests
{
    [TestCase(SKEncodedImageFormat.Jpeg)]
    [TestCase(SKEncodedImageFormat.Png)]
    [TestCase(SKEncodedImageFormat.Webp)]
    public void A_picture_becomes_small_and_keeps_its_proportions(SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(400, 200);
        bitmap.Erase(SKColors.Blue);
        using (var canvas = new SKCanvas(bitmap))
        using (var paint = new SKPaint { Color = SKColors.Red })
        {
            canvas.DrawRect(0, 0, 200, 200, paint);
        }

        using SKData data = bitmap.Encode(format, 95);
        Raster small = Decode(data.ToArray(), 40, 40);
        Assert.That((small.Width, small.Height), Is.EqualTo((40, 20)));
        Assert.Multiple(() =>
        {
            Assert.That(small[3, 10].ToArray(), Is.EqualTo((byte[])[255, 0, 0]).Within(8), "left");
            Assert.That(small[36, 10].ToArray(), Is.EqualTo((byte[])[0, 0, 255]).Within(8), "right");
        });
    }

    [Test]
    public void A_small_picture_is_not_made_larger()
    {
        Raster small = Decode(MetadataPictures.Encode(SKEncodedImageFormat.Png), 1000, 1000);
        Assert.That((small.Width, small.Height), Is.EqualTo((61, 37)));
        Assert.That(small[10, 5].ToArray(), Is.EqualTo((byte[])[40, 30, 50]));
    }

    [Test]
    public void Transparent_is_white()
    {
        using var bitmap = new SKBitmap(4, 4, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        bitmap.Erase(new SKColor(0, 0, 255, 128));
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        Assert.That(Decode(data.ToArray(), 1, 1)[0, 0].ToArray(), Is.EqualTo((byte[])[127, 127, 255]).Within(1));
    }

    [Test]
    public void It_is_the_way_up_that_its_Exif_says()
    {
        // Skia's codecs do not turn pictures, but its images do.
        for (int orientation = 1; orientation <= 8; orientation++)
        {
            byte[] picture = [0xFF, 0xD8, .. MetadataPictures.Segment(0xE1, [.. "Exif\0\0"u8, .. MetadataPictures.Exif(orientation, isLittle: true)]), .. MetadataPictures.Encode(SKEncodedImageFormat.Jpeg)[2..]];
            Raster small = Decode(picture, 61, 61);
            using SKImage image = SKImage.FromEncodedData(picture);
            using SKBitmap turned = SKBitmap.FromImage(image);
            Assert.That((small.Width, small.Height), Is.EqualTo((turned.Width, turned.Height)), $"{orientation}");
            foreach ((int x, int y) in (ReadOnlySpan<(int, int)>)[(2, 2), (small.Width - 3, 2), (2, small.Height - 3)])
            {
                SKColor pixel = turned.GetPixel(x, y);
                Assert.That(small[x, y].ToArray(), Is.EqualTo((byte[])[pixel.Red, pixel.Green, pixel.Blue]).Within(6), $"{orientation} at {x}, {y}");
            }
        }
    }

    [Test]
    public void A_PNG_that_claims_billions_of_pixels_takes_no_memory()
    {
        byte[] head = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, 100_000);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), 100_000);
        head[8] = 8;
        head[9] = 6;
        AssertRefused(Png(head, 1000), "too many pixels");

        // Not too many pixels to be looked at, but too many at once.
        BinaryPrimitives.WriteInt32BigEndian(head, 12_000);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), 12_000);
        AssertRefused(Png(head, 1000), "too many pixels");
    }

    [Test]
    public void A_progressive_JPEG_that_claims_many_pixels_takes_no_memory()
    {
        byte[] jpeg = [0xFF, 0xD8, .. MetadataPictures.Segment(0xC2, 8, 0x3A, 0x98, 0x3A, 0x98, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0), .. MetadataPictures.Segment(0xDA, 3, 1, 0, 2, 0, 3, 0, 0, 0, 0), 0, 0];
        AssertRefused(jpeg, "too many pixels");
    }

    [Test]
    public void A_WebP_that_claims_many_pixels_takes_no_memory()
    {
        byte[] plain = MetadataPictures.Encode(SKEncodedImageFormat.Webp, quality: 90);
        int frame = plain.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A]);
        BinaryPrimitives.WriteUInt16LittleEndian(plain.AsSpan(frame + 3), 16_000);
        BinaryPrimitives.WriteUInt16LittleEndian(plain.AsSpan(frame + 5), 16_000);
        AssertRefused(plain, "too many pixels");
    }

    [TestCase("")]
    [TestCase("not a picture, but words")]
    public void What_is_no_picture_is_refused(string content) => AssertRefused(System.Text.Encoding.ASCII.GetBytes(content), "cannot be decoded");

    [Test]
    public void A_truncated_picture_is_shown_as_far_as_it_goes()
    {
        byte[] jpeg = MetadataPictures.Encode(SKEncodedImageFormat.Jpeg, 400, 400);
        Raster small = Decode(jpeg[..(jpeg.Length / 2)], 20, 20);
        Assert.That((small.Width, small.Height), Is.EqualTo((20, 20)));
    }

    [Test]
    public void Random_changes_never_do_more_than_refuse()
    {
        var random = new Random(7);
        foreach (SKEncodedImageFormat format in (SKEncodedImageFormat[])[SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Png, SKEncodedImageFormat.Webp])
        {
            byte[] plain = MetadataPictures.Encode(format);
            for (int i = 0; i < 300; i++)
            {
                byte[] changed = [.. plain];
                for (int n = random.Next(1, 8); n > 0; n--)
                {
                    changed[random.Next(changed.Length)] = (byte)random.Next(256);
                }

                try
                {
                    Raster small = Decode(changed, 16, 16);
                    Assert.That((small.Width, small.Height), Is.LessThanOrEqualTo((16, 16)));
                }
                catch (PictureException e)
                {
                    Assert.That(e.Message, Is.Not.Empty);
                }
            }
        }
    }

    [Test]
    public void An_icon_is_small_in_pixels_and_in_bytes()
    {
        byte[] photo = MetadataPictures.Encode(SKEncodedImageFormat.Png, 700, 500);
        byte[] icon = IconEncoder.Encode(Decode(photo, IconEncoder.Side, IconEncoder.Side), 8192)!;
        using SKCodec codec = SKCodec.Create(new MemoryStream(icon));
        Assert.Multiple(() =>
        {
            Assert.That(icon, Has.Length.LessThanOrEqualTo(8192));
            Assert.That(codec.EncodedFormat, Is.EqualTo(SKEncodedImageFormat.Jpeg));
            Assert.That((codec.Info.Width, codec.Info.Height), Is.EqualTo((96, 69)));
        });
        Assert.That(IconEncoder.Encode(Decode(photo, 96, 96), 100), Is.Null, "Nothing fits into 100 bytes.");
    }

    private static Raster Decode(byte[] picture, int width, int height) => PictureDecoder.Decode(new MemoryStream(picture), width, height);

    private static void AssertRefused(byte[] picture, string words)
    {
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        long before = self.PeakWorkingSet64;
        Assert.That(() => Decode(picture, 20, 20), Throws.TypeOf<PictureException>().With.Message.Contains(words));
        self.Refresh();
        Assert.That(self.PeakWorkingSet64 - before, Is.LessThan(64_000_000), "bytes of memory");
    }

    private static byte[] Png(byte[] head, int zeros)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(new byte[zeros]);
        }

        return
        [
            0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10,
            .. MetadataPictures.Chunk("IHDR", head),
            .. MetadataPictures.Chunk("IDAT", packed.ToArray()),
            .. MetadataPictures.Chunk("IEND"),
        ];
    }
}
