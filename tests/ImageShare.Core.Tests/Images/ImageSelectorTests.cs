using System.Collections.Immutable;
using System.Security.Cryptography;
using ImageShare.Core.Images;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Images;

/// <summary>What selects an image, and which of several hashes counts.</summary>
[TestFixture]
public sealed class ImageSelectorTests
{
    private static readonly byte[] Cat = TestImage.Png(100_000);
    private static readonly ImageHash Sha1Hash = new("sha-1", [.. SHA1.HashData(Cat)]);
    private static readonly ImageHash Sha256Hash = new("sha-256", [.. SHA256.HashData(Cat)]);
    private static readonly ImageHash Sha384Hash = new("sha-384", [.. SHA384.HashData(Cat)]);
    private static readonly ImageHash Sha512Hash = new("sha-512", [.. SHA512.HashData(Cat)]);
    private static readonly ImageHash Md5 = new("md5", [.. new byte[16]]);

    private static readonly TestCaseData<ImageSelector, bool>[] Emptiness =
    [
        new TestCaseData<ImageSelector, bool>(new ImageSelector(), true).SetArgDisplayNames("nothing"),
        new TestCaseData<ImageSelector, bool>(new ImageSelector { Hashes = default }, true).SetArgDisplayNames("default hashes"),
        new TestCaseData<ImageSelector, bool>(new ImageSelector { Hashes = [Md5] }, true).SetArgDisplayNames("an unsupported hash"),
        new TestCaseData<ImageSelector, bool>(new ImageSelector { Name = "cat.png" }, false).SetArgDisplayNames("a name"),
        new TestCaseData<ImageSelector, bool>(new ImageSelector { Type = new MediaType("image", "png") }, false).SetArgDisplayNames("a type"),
        new TestCaseData<ImageSelector, bool>(new ImageSelector { Size = 1 }, false).SetArgDisplayNames("a size"),
        new TestCaseData<ImageSelector, bool>(new ImageSelector { Hashes = [Sha1Hash] }, false).SetArgDisplayNames("a hash"),
    ];

    private static readonly TestCaseData<ImageSelector, ImageSelector, bool>[] Pairs =
    [
        Pair("nothing in common", new ImageSelector { Size = 1 }, new ImageSelector { Hashes = [Sha1Hash] }, false),
        Pair("the same size", new ImageSelector { Size = 1 }, new ImageSelector { Size = 1 }, false),
        Pair("another size", new ImageSelector { Size = 1 }, new ImageSelector { Size = 2 }, true),
        Pair("one size", new ImageSelector { Size = 1 }, new ImageSelector(), false),
        Pair("the same hash", new ImageSelector { Hashes = [Sha1Hash] }, new ImageSelector { Hashes = [Sha256Hash, Sha1Hash] }, false),
        Pair("another hash", new ImageSelector { Hashes = [Sha1Hash] }, new ImageSelector { Hashes = [Sha256Hash, Zeros("SHA1", 20)] }, true),
        Pair("hashes of different algorithms", new ImageSelector { Hashes = [Sha1Hash] }, new ImageSelector { Hashes = [Zeros("sha-256", 32)] }, false),
        Pair("unsupported hashes", new ImageSelector { Hashes = [Md5] }, new ImageSelector { Hashes = [new ImageHash("md5", [.. new byte[15], 1])] }, false),
        Pair("another name", new ImageSelector { Name = "a" }, new ImageSelector { Name = "b" }, false),
    ];

    [TestCaseSource(nameof(Emptiness))]
    public void A_selector_is_empty_if_nothing_in_it_can_be_compared(ImageSelector selector, bool isEmpty) => Assert.That(selector.IsEmpty, Is.EqualTo(isEmpty));

    [TestCaseSource(nameof(Pairs))]
    public void Selectors_contradict_each_other_if_no_image_has_the_sizes_and_hashes_of_both(ImageSelector one, ImageSelector other, bool contradict) => Assert.Multiple(() =>
    {
        Assert.That(one.Contradicts(other), Is.EqualTo(contradict));
        Assert.That(other.Contradicts(one), Is.EqualTo(contradict));
    });

    [TestCase(20, "sha-1")]
    [TestCase(32, "sha-256")]
    [TestCase(48, "sha-384")]
    [TestCase(64, "sha-512")]
    public void A_hash_is_recognized_by_its_length_with_and_without_colons(int bytes, string algorithm)
    {
        byte[] value = [.. Enumerable.Range(150, bytes).Select(static i => (byte)i)];
        foreach (string text in (string[])[Convert.ToHexString(value), Convert.ToHexStringLower(value), BitConverter.ToString(value).Replace('-', ':')])
        {
            Assert.That(ImageSelector.FromHash(text).Hashes, Is.EqualTo((ImageHash[])[new ImageHash(algorithm, [.. value])]), text);
        }
    }

    [TestCase("")]
    [TestCase("A")]
    [TestCase("AA")]
    [TestCase("no hash")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAG")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", Description = "MD5")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", Description = "SHA-224")]
    public void Other_text_is_not_a_hash(string text) => Assert.That(
        () => ImageSelector.FromHash(text), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidValue).And.Message.Contains("give the 40 hex digits"));

    [Test]
    public void A_hash_longer_than_any_supported_one_is_refused_too() => Assert.That(
        () => ImageSelector.FromHash(new string('A', 130)), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidValue));

    [Test]
    public void Selectors_are_equal_if_all_properties_are()
    {
        var selector = new ImageSelector { Name = "a", Type = new MediaType("image", "png"), Size = 1, Hashes = [Sha1Hash] };
        ImageSelector same = selector with { Hashes = [new ImageHash("sha-1", [.. Sha1Hash.Value])] };
        Assert.Multiple(() =>
        {
            Assert.That(selector.Equals(same), Is.True);
            Assert.That(selector.GetHashCode(), Is.EqualTo(same.GetHashCode()));
            Assert.That(selector.Equals(selector with { Name = "b" }), Is.False);
            Assert.That(selector.Equals(selector with { Type = null }), Is.False);
            Assert.That(selector.Equals(selector with { Size = 2 }), Is.False);
            Assert.That(selector.Equals(selector with { Hashes = [] }), Is.False);
            Assert.That(selector.Equals(selector with { Hashes = [Sha1Hash, Sha256Hash] }), Is.False);
            Assert.That(selector.Equals(selector with { Hashes = [Zeros("sha-1", 20)] }), Is.False);
            Assert.That(selector.Equals(selector with { Hashes = [new ImageHash("SHA-1", Sha1Hash.Value)] }), Is.False);
            Assert.That((selector with { Hashes = [Sha1Hash, Sha256Hash] }).Equals(selector with { Hashes = [Sha1Hash, Zeros("sha-256", 32)] }), Is.False);
            Assert.That(selector.Equals(null), Is.False);
        });
    }

    [Test]
    [Category("FT-031")]
    public void The_strongest_supported_hash_counts_wherever_it_stands()
    {
        ImageHash[] byStrength = [Md5, Sha1Hash, Sha256Hash, Sha384Hash, Sha512Hash];
        Assert.Multiple(() =>
        {
            Assert.That(ImageHashes.Strongest([]), Is.Null);
            Assert.That(ImageHashes.Strongest([Md5, new ImageHash("sha-512", [1])]), Is.Null);
            for (int count = 2; count <= byStrength.Length; count++)
            {
                ImmutableArray<ImageHash> hashes = [.. byStrength[..count]];
                Assert.That(ImageHashes.Strongest(hashes), Is.SameAs(byStrength[count - 1]));
                Assert.That(ImageHashes.Strongest([.. hashes.Reverse()]), Is.SameAs(byStrength[count - 1]));
            }
        });
    }

    [TestCase("sha-1", 20, "sha-1")]
    [TestCase("SHA1", 20, "sha-1")]
    [TestCase("Sha256", 32, "sha-256")]
    [TestCase("sha-384", 48, "sha-384")]
    [TestCase("SHA-512", 64, "sha-512")]
    [TestCase("sha-1", 32, null)]
    [TestCase("sha-256", 20, null)]
    [TestCase("md5", 16, null)]
    public void A_hash_has_the_registered_name_of_its_algorithm(string algorithm, int length, string? name) =>
        Assert.That(ImageHashes.KeyOf(Zeros(algorithm, length)), Is.EqualTo(name));

    [TestCase(null)]
    [TestCase("sha-1")]
    [TestCase("sha-256")]
    [TestCase("sha-384")]
    [TestCase("sha-512")]
    public async Task A_stream_is_hashed_with_SHA_1_and_the_wanted_algorithm(string? algorithm)
    {
        var hashes = await ImageHashes.ComputeAsync(new MemoryStream(Cat), algorithm, CancellationToken.None);
        Assert.That(hashes["sha-1"].AsSpan().ToArray(), Is.EqualTo(SHA1.HashData(Cat)));
        Assert.That(hashes, Has.Count.EqualTo(algorithm is null or "sha-1" ? 1 : 2));
        ImageHash wanted = new[] { Sha1Hash, Sha256Hash, Sha384Hash, Sha512Hash }.Single(h => h.Algorithm == (algorithm ?? "sha-1"));
        Assert.That(hashes[wanted.Algorithm].AsSpan().ToArray(), Is.EqualTo(wanted.Value.ToArray()));
    }

    [Test]
    public void A_received_image_is_checked_with_each_supported_algorithm([Values("sha-1", "sha-256", "sha-384", "sha-512")] string algorithm, [Values] bool isRight)
    {
        ImageHash hash = new[] { Sha1Hash, Sha256Hash, Sha384Hash, Sha512Hash }.Single(h => h.Algorithm == algorithm);
        using var hasher = new ImageHasher([hash]);
        Assert.That(hasher.CanVerify, Is.True);
        hasher.Append("something else"u8);
        hasher.Restart();
        hasher.Append(Cat.AsSpan(0, 50_000));
        hasher.Append(isRight ? Cat.AsSpan(50_000) : Cat.AsSpan(50_001));
        if (isRight)
        {
            Assert.That(hasher.Finish().AsSpan().ToArray(), Is.EqualTo(SHA1.HashData(Cat)), "the result is the SHA-1, whatever was checked");
        }
        else
        {
            Assert.That(() => hasher.Finish(), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.HashMismatch));
        }
    }

    private static ImageHash Zeros(string algorithm, int length) => new(algorithm, [.. new byte[length]]);

    private static TestCaseData<ImageSelector, ImageSelector, bool> Pair(string name, ImageSelector one, ImageSelector other, bool contradict) =>
        new TestCaseData<ImageSelector, ImageSelector, bool>(one, other, contradict).SetArgDisplayNames(name);
}
