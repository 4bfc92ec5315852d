using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Images;

/// <summary>Descriptions, hashes and stored images as values: what they accept, and when two are equal.</summary>
[TestFixture]
public sealed class ImageValueTests
{
    private static readonly DateTimeOffset Date = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly MediaType Png = new("image", "png");

    private static readonly ImageDescription Cat = new()
    {
        Name = "cat.png",
        Type = Png,
        Size = 7,
        Sha1 = new string('A', 40),
        Created = Date,
        Modified = Date,
        Read = Date,
    };

    private static readonly StoredImage Stored = new()
    {
        Name = "cat.png",
        Path = "/inbox/cat.png",
        Size = 7,
        Sha1 = new string('A', 40),
        IsVerified = true,
        DetectedType = Png,
        OriginalName = "../cat.png",
    };

    private static readonly TestCaseData<ImageDescription>[] OtherDescriptions =
    [
        new TestCaseData<ImageDescription>(Cat with { Name = "dog.png" }).SetArgDisplayNames("name"),
        new TestCaseData<ImageDescription>(Cat with { Type = new MediaType("image", "gif") }).SetArgDisplayNames("type"),
        new TestCaseData<ImageDescription>(Cat with { Size = 8 }).SetArgDisplayNames("size"),
        new TestCaseData<ImageDescription>(Cat with { Sha1 = new string('B', 40) }).SetArgDisplayNames("hash"),
        new TestCaseData<ImageDescription>(Cat with { Created = null }).SetArgDisplayNames("created"),
        new TestCaseData<ImageDescription>(Cat with { Modified = Date.AddSeconds(1) }).SetArgDisplayNames("modified"),
        new TestCaseData<ImageDescription>(Cat with { Read = null }).SetArgDisplayNames("read"),
    ];

    private static readonly TestCaseData<StoredImage>[] OtherStoredImages =
    [
        new TestCaseData<StoredImage>(Stored with { Name = "dog.png" }).SetArgDisplayNames("name"),
        new TestCaseData<StoredImage>(Stored with { Path = null }).SetArgDisplayNames("path"),
        new TestCaseData<StoredImage>(Stored with { Size = 8 }).SetArgDisplayNames("size"),
        new TestCaseData<StoredImage>(Stored with { Sha1 = null }).SetArgDisplayNames("hash"),
        new TestCaseData<StoredImage>(Stored with { IsVerified = false }).SetArgDisplayNames("verified"),
        new TestCaseData<StoredImage>(Stored with { DetectedType = null }).SetArgDisplayNames("type"),
        new TestCaseData<StoredImage>(Stored with { OriginalName = null }).SetArgDisplayNames("original name"),
    ];

    [TestCaseSource(nameof(OtherDescriptions))]
    public void Descriptions_that_differ_in_one_property_are_not_equal(ImageDescription other) => Assert.Multiple(() =>
    {
        Assert.That(Cat.Equals(other), Is.False);
        Assert.That(other.Equals(Cat), Is.False);
    });

    [Test]
    public void Descriptions_are_equal_if_only_one_knows_the_sha_256() => Assert.Multiple(() =>
    {
        ImageDescription same = Cat with { Sha256 = new string('C', 64) };
        Assert.That(Cat.Equals(same), Is.True);
        Assert.That(same.GetHashCode(), Is.EqualTo(Cat.GetHashCode()));
        Assert.That(Cat.Equals(null), Is.False);
    });

    [Test]
    public void The_hashes_of_a_description_are_kept_in_upper_case()
    {
        ImageDescription description = Cat with { Sha1 = string.Concat(Enumerable.Repeat("0123456789abcDEF", 3))[..40], Sha256 = string.Concat(Enumerable.Repeat("0123456789abcDEF", 4)) };
        Assert.Multiple(() =>
        {
            Assert.That(description.Sha1, Is.EqualTo("0123456789ABCDEF0123456789ABCDEF01234567"));
            Assert.That(description.Sha256, Is.EqualTo("0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"));
            Assert.That((Cat with { Sha256 = null }).Sha256, Is.Null);
        });
    }

    [TestCase("", 40)]
    [TestCase("A", 39)]
    [TestCase("A", 41)]
    [TestCase("G", 40)]
    [TestCase(":", 40)]
    [TestCase("A", 64)]
    public void Text_that_is_not_a_SHA_1_is_refused(string digit, int count) => Assert.That(
        () => Cat with { Sha1 = string.Concat(Enumerable.Repeat(digit, count)) },
        Throws.TypeOf<ArgumentException>().With.Message.Contains("Sha1 must be 40 hex digits"));

    [TestCase("A", 40)]
    [TestCase("A", 63)]
    [TestCase("A", 65)]
    [TestCase("G", 64)]
    public void Text_that_is_not_a_SHA_256_is_refused(string digit, int count) => Assert.That(
        () => Cat with { Sha256 = string.Concat(Enumerable.Repeat(digit, count)) },
        Throws.TypeOf<ArgumentException>().With.Message.Contains("Sha256 must be 64 hex digits"));

    [Test]
    public void A_description_needs_a_hash() =>
        Assert.That(() => Cat with { Sha1 = null! }, Throws.TypeOf<ArgumentNullException>().With.Property("ParamName").EqualTo("Sha1"));

    [TestCaseSource(nameof(OtherStoredImages))]
    public void Stored_images_that_differ_in_one_property_are_not_equal(StoredImage other) => Assert.Multiple(() =>
    {
        Assert.That(Stored.Equals(other), Is.False);
        Assert.That(other.Equals(Stored), Is.False);
    });

    [Test]
    public void Stored_images_are_equal_whatever_keeps_their_bytes() => Assert.Multiple(() =>
    {
        StoredImage same = Stored with { Content = new byte[7] };
        Assert.That(Stored.Equals(same), Is.True);
        Assert.That(same.GetHashCode(), Is.EqualTo(Stored.GetHashCode()));
        Assert.That(Stored.Equals(null), Is.False);
    });

    [Test]
    public void Hashes_are_equal_if_algorithm_and_bytes_are() => Assert.Multiple(() =>
    {
        var hash = new ImageHash("sha-1", [1, 2, 3]);
        Assert.That(hash.Equals(new ImageHash("sha-1", [1, 2, 3])), Is.True);
        Assert.That(hash.GetHashCode(), Is.EqualTo(new ImageHash("sha-1", [1, 2, 3]).GetHashCode()));
        Assert.That(hash.Equals(new ImageHash("sha-256", [1, 2, 3])), Is.False);
        Assert.That(hash.Equals(new ImageHash("sha-1", [1, 2, 4])), Is.False);
        Assert.That(hash.Equals(new ImageHash("sha-1", [])), Is.False);
        Assert.That(hash.Equals(null), Is.False);
        Assert.That(new ImageHash("sha-1", default).GetHashCode(), Is.EqualTo(new ImageHash("sha-1", []).GetHashCode()));
        Assert.That(ImageHash.OfSha1(new string('A', 40)), Is.EqualTo(new ImageHash("sha-1", [.. Enumerable.Repeat((byte)0xAA, 20)])));
    });

    [Test]
    public void A_hash_without_bytes_is_an_unsupported_hash() => Assert.Multiple(() =>
    {
        Assert.That(new ImageHash("sha-1", default), Is.EqualTo(new ImageHash("sha-1", [])));
        Assert.That(new ImageHash("sha-1", [1]) with { Value = default }, Is.EqualTo(new ImageHash("sha-1", [])));
        Assert.That(new ImageSelector { Hashes = [new ImageHash("sha-1", default)] }.IsEmpty, Is.True);
    });

    [Test]
    public void An_incoming_image_without_hashes_has_an_empty_list() => Assert.That(new IncomingImage { Hashes = default }.Hashes.IsDefault, Is.False);

    [Test]
    public void A_hash_without_octets_is_empty_however_it_is_made() => Assert.Multiple(() =>
    {
        var hash = new ImageHash("sha-1", [1, 2]);
        Assert.That((hash with { Value = default }).Value.IsDefault, Is.False);
        Assert.That((hash with { Value = [3] }).Value, Is.EqualTo(new byte[] { 3 }));
        Assert.That(new ImageHash("sha-1", default).Value.IsDefault, Is.False);
    });

    [TestCase("0123456789abcdefABCDEF0123456789abcdefAB", true)]
    [TestCase("0123456789abcdefABCDEF0123456789abcdefAg", false)]
    [TestCase("0123456789abcdefABCDEF0123456789abcdefA", false)]
    public void A_hash_is_hex_digits_only(string hex, bool isTaken) => Assert.That(
        () => Cat with { Sha1 = hex }, isTaken ? Throws.Nothing : Throws.ArgumentException.With.Message.Contains("40 hex digits"));
}
