using ImageShare.Cli.Metadata;
using SkiaSharp;

namespace ImageShare.Core.Tests.Cli.Metadata;

/// <summary>What <c>send --strip-metadata</c> takes out of a picture, and what it leaves.</summary>
[TestFixture]
[Category("Cli")]
public sealed class PictureMetadataTests
{
    private static readonly byte[] Icc = [.. "ICC_PROFILE\0"u8, 1, 1, .. Profile()];

    public static IEnumerable<TestCaseData> Pictures()
    {
        for (int orientation = 1; orientation <= 8; orientation++)
        {
            foreach (bool isLittle in (bool[])[false, true])
            {
                byte[] exif = MetadataPictures.Exif(orientation, isLittle);
                yield return new TestCaseData(Jpeg(exif), orientation).SetArgDisplayNames("JPEG", $"{orientation}", isLittle ? "II" : "MM");
                yield return new TestCaseData(Png(exif), orientation).SetArgDisplayNames("PNG", $"{orientation}", isLittle ? "II" : "MM");
                yield return new TestCaseData(WebP(exif), orientation).SetArgDisplayNames("WebP", $"{orientation}", isLittle ? "II" : "MM");
            }
        }
    }

    [TestCaseSource(nameof(Pictures))]
    public void The_place_is_gone_and_the_pixels_and_the_way_up_are_the_same(byte[] picture, int orientation)
    {
        byte[] copy = Strip(picture);
        Assert.Multiple(() =>
        {
            Assert.That(Contains(picture, MetadataPictures.Place), Is.True, "The picture has what is to be removed.");
            Assert.That(Contains(copy, MetadataPictures.Place), Is.False);
            Assert.That(Contains(copy, "xmpmeta") || Contains(copy, "8BIM") || Contains(copy, "a comment") || Contains(copy, "after the picture"), Is.False);
            Assert.That(copy, Has.Length.LessThan(picture.Length));
            Assert.That(MetadataPictures.Pixels(copy), Is.EqualTo(MetadataPictures.Pixels(picture)));
            Assert.That(MetadataPictures.Origin(copy), Is.EqualTo(orientation));
            Assert.That(Contains(copy, "Exif") || Contains(copy, "eXIf") || Contains(copy, "EXIF"), Is.EqualTo(orientation != 1), "An upright picture needs no Exif.");
            Assert.That(Strip(copy), Is.EqualTo(copy), "There is nothing more to remove.");
        });
    }

    [Test]
    public void The_colour_profile_stays()
    {
        byte[] jpeg = Strip(Jpeg(MetadataPictures.Exif(1, true)));
        Assert.That(jpeg.AsSpan().IndexOf(Icc), Is.Positive);
        using SKCodec codec = SKCodec.Create(new MemoryStream(jpeg));
        Assert.That(codec.Info.ColorSpace.IsSrgb, Is.False, "It is Display P3.");
        Assert.That(Contains(Strip(WebP(MetadataPictures.Exif(1, true))), "ICCP"), Is.True);
    }

    [Test]
    public void The_thumbnail_of_JFIF_goes_and_its_density_stays()
    {
        byte[] plain = MetadataPictures.Encode(SKEncodedImageFormat.Jpeg);
        byte[] thumbnail = new byte[3 * 16];
        thumbnail.AsSpan().Fill(0x5A);
        byte[] picture = [0xFF, 0xD8, .. MetadataPictures.Segment(0xE0, [.. "JFIF\0"u8, 1, 2, 1, 0, 72, 0, 72, 4, 4, .. thumbnail]), .. plain[2..]];
        Assert.That(Strip(picture)[..20], Is.EqualTo((byte[])[0xFF, 0xD8, .. MetadataPictures.Segment(0xE0, [.. "JFIF\0"u8, 1, 2, 1, 0, 72, 0, 72, 0, 0])]));
    }

    [Test]
    public void Of_a_PNG_stays_what_decoders_need()
    {
        byte[] copy = Strip(Png(MetadataPictures.Exif(6, true)));
        Assert.That(MetadataPictures.ChunksOf(copy).Distinct(), Is.EqualTo((string[])["IHDR", "eXIf", "pHYs", "IDAT", "IEND"]));
    }

    [Test]
    public void Progressive_JPEGs_and_restart_markers_are_copied()
    {
        // Two scans with a comment between them, the first with stuffing and a restart marker, and fill bytes before a marker.
        byte[] head = [0xFF, 0xD8, .. MetadataPictures.Segment(0xDB, 0, 1), .. MetadataPictures.Segment(0xC2, 8, 0, 1, 0, 1, 0)];
        byte[] first = [.. MetadataPictures.Segment(0xDA, 1, 2, 3), 1, 0xFF, 0, 2, 0xFF, 0xD0, 3];
        byte[] second = [.. MetadataPictures.Segment(0xC4, 9), .. MetadataPictures.Segment(0xDA, 4), 7, 0xFF, 0, 0xFF, 0xD9];
        Assert.That(
            Strip([.. head, .. first, 0xFF, 0xFF, .. MetadataPictures.Segment(0xFE, [.. "a comment"u8]), .. second]),
            Is.EqualTo((byte[])[.. head, .. first, .. second]));
    }

    [Test]
    public void A_JPEG_without_its_end_marker_is_copied_as_it_is()
    {
        byte[] plain = Strip(MetadataPictures.Encode(SKEncodedImageFormat.Jpeg))[..^2];
        Assert.That(Strip(plain), Is.EqualTo(plain));
        Assert.That(Strip([.. plain, 0xFF]), Is.EqualTo((byte[])[.. plain, 0xFF]));
    }

    [TestCase("GIF89a 0123456789", "this is a GIF")]
    [TestCase("BM 0123456789abcdef", "this is a BMP")]
    [TestCase("\0\0\0\u0018ftypisom0000", "this is a film")]
    [TestCase("II*\0 0123456789", "this is a TIFF")]
    [TestCase("", "no known image format")]
    [TestCase("hello", "no known image format")]
    public void Other_formats_are_named(string picture, string words) =>
        Assert.That(() => Strip(System.Text.Encoding.Latin1.GetBytes(picture)), Throws.TypeOf<MetadataException>().With.Message.Contains(words).And.Message.Contains("JPEG, PNG, WebP, HEIC, AVIF"));

    [TestCase(0)]
    [TestCase(1)]
    public void What_is_unknown_in_a_frame_of_an_animated_WebP_goes(int odd)
    {
        byte[] plain = MetadataPictures.Encode(SKEncodedImageFormat.Webp);
        byte[] image = plain[plain.AsSpan().IndexOf("VP8 "u8)..];
        byte[] expected = Animated([.. image], [.. image]);
        byte[] copy = Strip(Animated([.. MetadataPictures.Riff("none", [.. "a comment"u8, .. new byte[odd]]), .. image], [.. image, .. MetadataPictures.Riff("XMP ", [.. "<x:xmpmeta/>"u8])]));
        Assert.That(copy, Is.EqualTo(expected));
        Assert.That(Strip(copy), Is.EqualTo(copy));
        using SKCodec codec = SKCodec.Create(new MemoryStream(copy));
        Assert.That(codec.FrameCount, Is.EqualTo(2));
        Assert.That(() => Strip(Animated(image[..10], image)), Throws.TypeOf<MetadataException>());
        Assert.That(() => Strip(MetadataPictures.Riff("RIFF", [.. "WEBP"u8, .. MetadataPictures.Riff("ANMF", new byte[15])])), Throws.TypeOf<MetadataException>());
    }

    internal static byte[] Jpeg(byte[] exif)
    {
        byte[] plain = MetadataPictures.Encode(SKEncodedImageFormat.Jpeg);
        return
        [
            0xFF, 0xD8,
            .. MetadataPictures.Segment(0xE1, [.. "Exif\0\0"u8, .. exif]),
            .. MetadataPictures.Segment(0xE1, [.. "http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>"u8]),
            .. MetadataPictures.Segment(0xE2, Icc),
            .. MetadataPictures.Segment(0xE2, [.. "MPF\0"u8, 1, 2, 3]),
            .. MetadataPictures.Segment(0xED, [.. "Photoshop 3.0\08BIM"u8]),
            .. MetadataPictures.Segment(0xFE, [.. "a comment"u8]),
            .. plain[2..],
            .. "after the picture"u8,
        ];
    }

    internal static byte[] Png(byte[] exif)
    {
        byte[] plain = MetadataPictures.Encode(SKEncodedImageFormat.Png);
        return
        [
            .. plain[..33],
            .. MetadataPictures.Chunk("eXIf", exif),
            .. MetadataPictures.Chunk("tIME", 7, 230, 1, 2, 3, 4, 5),
            .. MetadataPictures.Chunk("tEXt", [.. "Comment\0a comment"u8]),
            .. MetadataPictures.Chunk("iTXt", [.. "XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta/>"u8]),
            .. MetadataPictures.Chunk("prVt", [.. "8BIM"u8]),
            .. MetadataPictures.Chunk("pHYs", 0, 0, 11, 19, 0, 0, 11, 19, 1),
            .. plain[33..].AsSpan(FirstIdat(plain) - 33),
            .. "after the picture"u8,
        ];
    }

    internal static byte[] WebP(byte[] exif)
    {
        byte[] plain = MetadataPictures.Encode(SKEncodedImageFormat.Webp);
        int picture = plain.AsSpan().IndexOf("VP8 "u8);
        byte[] chunks =
        [
            .. "WEBP"u8,
            .. MetadataPictures.Riff("VP8X", 0x2C, 0, 0, 0, 60, 0, 0, 36, 0, 0),
            .. MetadataPictures.Riff("ICCP", Profile()),
            .. plain[picture..],
            .. MetadataPictures.Riff("EXIF", exif),
            .. MetadataPictures.Riff("XMP ", [.. "<x:xmpmeta/> "u8]),
            .. MetadataPictures.Riff("none", [.. "a comment"u8]),
        ];
        return [.. MetadataPictures.Riff("RIFF", chunks), .. "after the picture"u8];
    }

    // 61 x 37 pixels, as the other pictures.
    private static byte[] Animated(byte[] first, byte[] second)
    {
        byte[] settings = [0, 0, 0, 0, 0, 0, 60, 0, 0, 36, 0, 0, 100, 0, 0, 0];
        return MetadataPictures.Riff(
            "RIFF",
            [
                .. "WEBP"u8,
                .. MetadataPictures.Riff("VP8X", 0x02, 0, 0, 0, 60, 0, 0, 36, 0, 0),
                .. MetadataPictures.Riff("ANIM", new byte[6]),
                .. MetadataPictures.Riff("ANMF", [.. settings, .. first]),
                .. MetadataPictures.Riff("ANMF", [.. settings, .. second]),
            ]);
    }

    internal static byte[] Strip(byte[] picture)
    {
        using var to = new MemoryStream();
        PictureMetadata.Remove(new MemoryStream(picture), to);
        return to.ToArray();
    }

    private static bool Contains(byte[] picture, string words) => picture.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(words)) >= 0;

    private static int FirstIdat(byte[] png) => png.AsSpan().IndexOf("IDAT"u8) - 4;

    private static byte[] Profile()
    {
        using SKColorSpace space = SKColorSpace.CreateRgb(SKColorSpaceTransferFn.Srgb, SKColorSpaceXyz.DisplayP3);
        using var bitmap = new SKBitmap(new SKImageInfo(1, 1, SKColorType.Rgba8888, SKAlphaType.Opaque, space));
        using SKData jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        ReadOnlySpan<byte> bytes = jpeg.AsSpan();
        int at = bytes.IndexOf("ICC_PROFILE\0"u8);
        return bytes.Slice(at + 14, System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(bytes[(at - 2)..]) - 16).ToArray();
    }
}
