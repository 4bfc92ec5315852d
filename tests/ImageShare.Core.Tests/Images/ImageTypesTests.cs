using System.Text;
using ImageShare.Core.Images;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Images;

/// <summary>Which extensions and first bytes belong to which image type.</summary>
[TestFixture]
public sealed class ImageTypesTests
{
    [TestCase("image/jpeg", ".jpg", ".jpeg", ".jpe", ".jfif")]
    [TestCase("image/jpg", ".jpg")]
    [TestCase("image/pjpeg", ".jpg")]
    [TestCase("image/png", ".png")]
    [TestCase("image/x-png", ".png")]
    [TestCase("image/gif", ".gif")]
    [TestCase("image/bmp", ".bmp", ".dib")]
    [TestCase("image/x-bmp", ".bmp")]
    [TestCase("image/x-ms-bmp", ".bmp")]
    [TestCase("image/webp", ".webp")]
    [TestCase("image/heic", ".heic", ".heif")]
    [TestCase("image/heif", ".heif", ".heic")]
    [TestCase("image/avif", ".avif")]
    [TestCase("image/tiff", ".tif", ".tiff")]
    [TestCase("IMAGE/PNG", ".png")]
    public void A_type_has_extensions_and_the_first_is_written(string type, string written, params string[] others)
    {
        var media = MediaType.Parse(type);
        Assert.Multiple(() =>
        {
            Assert.That(ImageTypes.ExtensionOf(media), Is.EqualTo(written));
            foreach (string extension in (string[])[written, .. others])
            {
                Assert.That(ImageTypes.Fits(media, extension), Is.True, extension);
                Assert.That(ImageTypes.Fits(media, extension.ToUpperInvariant()), Is.True, extension);
                Assert.That(ImageTypes.Fits(null, extension), Is.True, extension);
                Assert.That(ImageTypes.Fits(media, extension[1..]), Is.False, extension);
            }

            Assert.That(ImageTypes.Fits(media, ".bin"), Is.False);
        });
    }

    [TestCase("application/png")]
    [TestCase("image/svg+xml")]
    [TestCase(null)]
    public void Other_types_have_none(string? type)
    {
        MediaType? media = type is null ? null : MediaType.Parse(type);
        Assert.Multiple(() =>
        {
            Assert.That(ImageTypes.ExtensionOf(media), Is.EqualTo(".bin"));
            Assert.That(ImageTypes.Fits(media, ".bin"), Is.False);
            Assert.That(ImageTypes.Fits(media, ".png"), Is.EqualTo(type is null), "without a type, every known extension fits");
        });
    }

    [TestCase(".jpeg", "image/jpeg")]
    [TestCase(".png", "image/png")]
    [TestCase(".GIF", "image/gif")]
    [TestCase(".dib", "image/bmp")]
    [TestCase(".webp", "image/webp")]
    [TestCase(".heic", "image/heic")]
    [TestCase(".heif", "image/heic")]
    [TestCase(".avif", "image/avif")]
    [TestCase(".tiff", "image/tiff")]
    [TestCase(".svg", null)]
    [TestCase("", null)]
    public void An_extension_names_a_type(string extension, string? type) => Assert.That(ImageTypes.FromExtension(extension)?.Essence, Is.EqualTo(type));

    [TestCase("ff d8 ff", "jpeg")]
    [TestCase("ff d8", null)]
    [TestCase("ff d8 fe", null)]
    [TestCase("89 'PNG' 0d 0a 1a 0a", "png")]
    [TestCase("89 'PNG' 0d 0a 1a", null)]
    [TestCase("89 'PNG' 0a 0a 1a 0a", null)]
    [TestCase("'GIF87a'", "gif")]
    [TestCase("'GIF89a'", "gif")]
    [TestCase("'GIF88a'", null)]
    [TestCase("'RIFF' 00 00 00 00 'WEBP'", "webp")]
    [TestCase("'RIFF' 00 00 00 00 'WEB'", null)]
    [TestCase("'RIFF' 00 00 00 00 'WAVE'", null)]
    [TestCase("'XIFF' 00 00 00 00 'WEBP'", null)]
    [TestCase("'II' 2a 00", "tiff")]
    [TestCase("'MM' 00 2a", "tiff")]
    [TestCase("'II' 00 2a", null)]
    [TestCase("'MM' 2a 00", null)]
    [TestCase("00 00 00 18 'ftypheic'", "heic")]
    [TestCase("00 00 00 18 'ftypheix'", "heic")]
    [TestCase("00 00 00 18 'ftyphevc'", "heic")]
    [TestCase("00 00 00 18 'ftypmif1'", "heif")]
    [TestCase("00 00 00 18 'ftypmsf1'", "heif")]
    [TestCase("00 00 00 18 'ftypavif'", "avif")]
    [TestCase("00 00 00 18 'ftypmp42'", null)]
    [TestCase("00 00 00 18 'ftypavi'", null)]
    [TestCase("00 00 00 18 'xtypavif'", null)]
    [TestCase("'BM' 01 02 03 04 00 00 00 00 05 06 07 08", "bmp")]
    [TestCase("'BM' 01 02 03 04 00 00 00 00 05 06 07", null)]
    [TestCase("'BM' 01 02 03 04 01 00 00 00 05 06 07 08", null)]
    [TestCase("'BM' 01 02 03 04 00 00 00 01 05 06 07 08", null)]
    [TestCase("'BX' 01 02 03 04 00 00 00 00 05 06 07 08", null)]
    [TestCase("", null)]
    public void The_first_bytes_show_the_type(string text, string? subtype) =>
        Assert.That(ImageTypes.Recognize(Bytes(text))?.Essence, Is.EqualTo(subtype is null ? null : $"image/{subtype}"));

    [TestCase("image/heif", "image/heic", null)]
    [TestCase("image/heic", "image/heif", null)]
    [TestCase("image/heic", "image/avif", "TypeMismatch")]
    [TestCase("image/avif", "image/heic", "TypeMismatch")]
    [TestCase("image/png", "image/heif", "TypeMismatch")]
    [TestCase("image/x-png", "image/png", null)]
    [TestCase("image/png", null, "TypeNotRecognized")]
    [TestCase("application/pdf", null, null)]
    [TestCase("application/pdf", "image/png", "TypeMismatch")]
    [TestCase(null, "image/png", null)]
    public void A_warning_says_how_the_announced_type_differs_from_the_detected_one(string? announced, string? detected, string? warning) => Assert.That(
        ImageTypes.Compare(announced is null ? null : MediaType.Parse(announced), detected is null ? null : MediaType.Parse(detected)), Is.EqualTo(warning));

    [TestCase("image/jpeg", "image/jpg", true)]
    [TestCase("image/pjpeg", "image/jpg", true)]
    [TestCase("image/png;a=b", "IMAGE/PNG", true)]
    [TestCase("image/png", "image/gif", false)]
    [TestCase("image/png", "application/png", false)]
    [TestCase("text/plain", "text/plain", true)]
    [TestCase("text/plain", "text/html", false)]
    [TestCase("image/svg+xml", "image/x-unheard-of", false)]
    [TestCase("image/png", null, false)]
    public void A_type_is_the_same_as_its_aliases(string one, string? other, bool same) =>
        Assert.That(ImageTypes.AreSame(MediaType.Parse(one), other is null ? null : MediaType.Parse(other)), Is.EqualTo(same));

    private static byte[] Bytes(string text) =>
    [
        .. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(static word => word[0] == '\'' ? Encoding.ASCII.GetBytes(word.Trim('\'')) : Convert.FromHexString(word)),
    ];
}
