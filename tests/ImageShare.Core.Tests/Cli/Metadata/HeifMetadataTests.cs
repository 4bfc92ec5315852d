using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImageShare.Cli.Metadata;

namespace ImageShare.Core.Tests.Cli.Metadata;

/// <summary>What <c>send --strip-metadata</c> does to HEIC and AVIF. Skia does not decode them, so the bytes of the picture are compared.</summary>
[TestFixture]
[Category("Cli")]
public sealed class HeifMetadataTests
{
    private const string Pixels = "compressed pixels";
    private const string Tile = "more of them";

    [TestCase("heic", 0)]
    [TestCase("heic", 1)]
    [TestCase("avif", 0)]
    [TestCase("mif1", 2)]
    public void Only_the_picture_stays(string brand, int version)
    {
        byte[] picture = Picture(brand, version);
        byte[] copy = PictureMetadataTests.Strip(picture);
        string text = Encoding.Latin1.GetString(copy);
        Assert.Multiple(() =>
        {
            Assert.That(copy, Has.Length.EqualTo(picture.Length));
            Assert.That(At(copy, Pixels), Is.Positive.And.EqualTo(At(picture, Pixels)));
            Assert.That(At(copy, Tile), Is.Positive.And.EqualTo(At(picture, Tile)));
            Assert.That(At(picture, MetadataPictures.Place), Is.Positive);
            foreach (string gone in (string[])[MetadataPictures.Place, "xmpmeta", "a title", "unreferenced", "film", "a secret of its maker", "text in a box", "IMG of Bob"])
            {
                Assert.That(text.Contains(gone, StringComparison.Ordinal), Is.False, gone);
            }

            Assert.That(text, Does.Contain("mime" + new string(' ', 10) + "\0application/rdf+xml\0"), "What follows the name of an item.");
            Assert.That(copy[..24], Is.EqualTo(picture[..24]), "The file type.");
            Assert.That(PictureMetadataTests.Strip(copy), Is.EqualTo(copy));
        });
    }

    [Test]
    public void Readers_of_Exif_find_an_empty_directory()
    {
        byte[] picture = Picture("heic", 1);
        byte[] copy = PictureMetadataTests.Strip(picture);
        int exif = At(picture, "II*\0") - 4;
        Assert.That(copy[exif..(exif + 18)], Is.EqualTo((byte[])[0, 0, 0, 0, (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0]));
    }

    [Test]
    public void A_sequence_of_pictures_is_refused() => Assert.That(
        () => PictureMetadataTests.Strip([.. Picture("heic", 1), .. Box("moov", "a film"u8)]), Throws.TypeOf<MetadataException>());

    [Test]
    public void Data_before_their_description_are_refused() => Assert.That(
        () => PictureMetadataTests.Strip([.. Box("ftyp", "heic0000mif1"u8), .. Box("mdat", "pixels"u8)]), Throws.TypeOf<MetadataException>());

    [Test]
    public void Extents_without_end_take_neither_time_nor_memory()
    {
        // Each of 65535 items has 65535 extents that take no bytes.
        byte[] locations = [0, 0, 0, 0, 0, 0, 0xFF, 0xFF, .. Enumerable.Repeat((byte[])[0, 1, 0, 0, 0xFF, 0xFF], 2000).SelectMany(static b => b)];
        Assert.That(() => PictureMetadataTests.Strip(WithMeta("heic", locations, [])), Throws.TypeOf<MetadataException>());
    }

    [Test]
    public void However_bytes_are_changed_the_copy_is_no_larger_and_stays_as_it_is()
    {
        byte[] picture = Picture("heic", 1);
        Prop.ForAll(
            Gen.Choose(0, picture.Length - 1).Zip(Gen.OneOf(Gen.Choose(0, 255), Gen.Choose(0, 3))).ListOf().ToArbitrary(),
            changes =>
            {
                byte[] changed = [.. picture];
                foreach ((int at, int value) in changes)
                {
                    changed[at] = (byte)value;
                }

                return DamagedPictureTests.IsStableOrRefused(changed);
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
        for (int length = 0; length < picture.Length; length++)
        {
            Assert.That(DamagedPictureTests.IsStableOrRefused(picture[..length]), Is.True, $"{length}");
        }
    }

    private static byte[] Picture(string brand, int version)
    {
        byte[] exif = [0, 0, 0, 0, .. MetadataPictures.Exif(6, isLittle: true)];
        byte[] xmp = [.. "<x:xmpmeta/>"u8];
        byte[] data = [.. Latin(Pixels), .. exif, .. xmp, .. "unreferenced"u8, .. Latin(Tile)];

        // The offsets have the same size whatever they are, so the place of the data is known after one try.
        byte[] without = WithMeta(brand, Locations(version, 0, exif.Length, xmp.Length), data);
        return WithMeta(brand, Locations(version, At(without, Pixels), exif.Length, xmp.Length), data);
    }

    private static byte[] WithMeta(string brand, byte[] locations, byte[] data)
    {
        byte[] meta =
        [
            0, 0, 0, 0,
            .. Box("hdlr", [0, 0, 0, 0, 0, 0, 0, 0, .. "pict"u8, .. new byte[13]]),
            .. Box("pitm", 0, 0, 0, 0, 0, 1),
            .. Box("iinf", [0, 0, 0, 0, 0, 4, .. Item(1, "hvc1"), .. Item(2, "Exif"), .. Item(3, "mime", "IMG of Bob\0application/rdf+xml"), .. Item(4, "hvc1", "IMG of Bob")]),
            .. Box("iloc", locations),
            .. Box("iprp", [.. Box("ipco", [.. Box("ispe", 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 9), .. Box("udes", [0, 0, 0, 0, .. "a title"u8])]), .. Box("ipma", 0, 0, 0, 0, 0, 0, 0, 0)]),
            .. Box("xml ", [0, 0, 0, 0, .. "text in a box"u8]),
        ];
        return
        [
            .. Box("ftyp", [.. Latin(brand), 0, 0, 0, 0, .. "mif1"u8]),
            .. Box("meta", meta),
            .. Box("uuid", "a secret of its maker"u8),
            .. Box("mdat", data),
            .. Box("mpvd", "film"u8),
        ];
    }

    // Version 0 has no construction method; version 2 has ids of four bytes.
    private static byte[] Locations(int version, int at, int exif, int xmp)
    {
        byte[] numbers = [(byte)version, 0, 0, 0, 0x44, 0x40, .. Id(4)];
        int place = at;
        foreach ((int id, int length) in (ReadOnlySpan<(int, int)>)[(1, Pixels.Length), (2, exif), (3, xmp), (0, "unreferenced".Length), (4, Tile.Length)])
        {
            if (id > 0)
            {
                // The base, then the offset from it.
                numbers = [.. numbers, .. Id(id), .. version == 0 ? (byte[])[] : [0, 0], 0, 0, .. Number(place - 1), 0, 1, .. Number(1), .. Number(length)];
            }

            place += length;
        }

        return numbers;

        byte[] Id(int id) => version == 2 ? Number(id) : [0, (byte)id];
    }

    private static byte[] Item(byte id, string type, string name = "") => Box("infe", [2, 0, 0, 0, 0, id, 0, 0, .. Latin(type), .. Latin(name), 0]);

    private static byte[] Box(string type, params ReadOnlySpan<byte> content) => [.. Number(content.Length + 8), .. Latin(type), .. content];

    private static byte[] Number(int number)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    private static byte[] Latin(string text) => Encoding.Latin1.GetBytes(text);

    private static int At(byte[] bytes, string text) => bytes.AsSpan().IndexOf(Latin(text));
}
