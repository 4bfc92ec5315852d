using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sdp.FileTransfer;

[TestFixture]
public sealed class FileSelectorTests
{
    private const string Sha1 = "4A:FB:E2:01:A9:0B:C0:6F:EB:C7:23:BD:2E:26:21:A6:5D:2B:6C:DB";

    [TestCase("name:\"a b.png\" type:image/png size:7", "name:\"a b.png\" type:image/png size:7")]
    [TestCase("  size:7\t\ttype:image/png   NAME:\"a b.png\"  ", "name:\"a b.png\" type:image/png size:7")]
    [TestCase("size:7 color:red name:\"x\" shape:\"a b\"", "name:\"x\" size:7 color:red shape:\"a b\"")]
    [TestCase("\"My cool picture.jpg\" type:image/jpeg", "name:\"My cool picture.jpg\" type:image/jpeg")]
    [TestCase("name:cat.jpg", "name:\"cat.jpg\"")]
    [TestCase("type:jpeg size:1", "size:1 type:jpeg")]
    [TestCase("name:\"\" size:1", "size:1 name:\"\"")]
    [TestCase("name:\"a\" name:\"b\"", "name:\"a\" name:\"b\"")]
    [Category("FT-001")]
    public void Reads_selectors_in_any_order_and_keeps_unknown_ones(string text, string printed)
    {
        FileSelector selector = Parse(text);
        Assert.Multiple(() =>
        {
            Assert.That(selector.ToString(), Is.EqualTo(printed));
            Assert.That(Parse(printed), Is.EqualTo(selector));
        });
    }

    [TestCase("")]
    [TestCase("   ")]
    [TestCase("name:\"open")]
    [TestCase("name:\"")]
    [TestCase("\"")]
    [TestCase("name:\"a\"b\"")]
    [TestCase("name:\"a\"b\"c\"")]
    [TestCase("size:")]
    [TestCase("size:-1")]
    [TestCase("size:+1")]
    [TestCase("size:1k")]
    [TestCase("size:0x10")]
    [TestCase("size:9223372036854775808")]
    [Category("FT-005")]
    public void Refuses_what_cannot_be_a_selector(string text) =>
        Assert.That(FileSelector.TryParse(Encoding.UTF8.GetBytes(text), out _), Is.False);

    [TestCase("size:0", 0)]
    [TestCase("size:9223372036854775807", long.MaxValue)]
    [Category("FT-005")]
    public void Sizes_reach_to_the_largest_number(string text, long size) => Assert.That(Parse(text).Size, Is.EqualTo(size));

    [TestCase("quo\"te.png", "quo%22te.png")]
    [TestCase("100%.png", "100%25.png")]
    [TestCase("%41.png", "%2541.png")]
    [TestCase(" two  spaces ", " two  spaces ")]
    [TestCase("猫.png", "猫.png")]
    [TestCase("🐈.png", "🐈.png")]
    [TestCase("...hidden", "...hidden")]
    [TestCase("a\r\nb\0c", "a%0D%0Ab%00c")]
    [TestCase("a/b\\c", "a%2Fb%5Cc")]
    [Category("FT-002")]
    public void Names_are_escaped_once_and_unescaped_once(string name, string escaped)
    {
        string written = new FileSelector { Name = name }.ToString();
        Assert.Multiple(() =>
        {
            Assert.That(written, Is.EqualTo($"name:\"{escaped}\""));
            Assert.That(Parse(written).Name, Is.EqualTo(name));
        });
    }

    [TestCase("name:\"%\"", "%")]
    [TestCase("name:\"%2\"", "%2")]
    [TestCase("name:\"%zz%4\"", "%zz%4")]
    [TestCase("name:\"%2522\"", "%22")]
    [TestCase("name:\"a\\b\"", "a\\b")]
    [Category("FT-002")]
    public void A_percent_sign_that_escapes_nothing_stays(string text, string name) => Assert.That(Parse(text).Name, Is.EqualTo(name));

    [Test]
    [Category("FT-002")]
    public void Any_name_comes_back() => Prop.ForAll(ArbMap.Default.GeneratorFor<string>().ToArbitrary(), text =>
    {
        string name = new([.. (text ?? string.Empty).Where(c => !char.IsSurrogate(c))]);
        return name.Length == 0 || Parse(new FileSelector { Name = name }.ToString()).Name == name;
    }).QuickCheckThrowOnFailure();

    [Test]
    [Category("FT-006")]
    public void Type_parameters_are_quoted_and_percent_escaped()
    {
        FileSelector selector = Parse("type:text/plain;charset=\"utf-8\";x=\"a%22 b\"");
        Assert.Multiple(() =>
        {
            Assert.That(selector.Type!.Essence, Is.EqualTo("text/plain"));
            Assert.That(selector.Type.Parameters.GetValue("charset"), Is.EqualTo("utf-8"));
            Assert.That(selector.Type.Parameters.GetValue("x"), Is.EqualTo("a\" b"));
            Assert.That(new FileSelector { Type = MediaType.Parse("text/plain;charset=utf-8;x=\"a\\\" b\"") }.ToString(),
                Is.EqualTo("type:text/plain;charset=\"utf-8\";x=\"a%22 b\""));
            Assert.That(Parse("type:text/plain;charset=utf-8").Type!.Parameters.GetValue("charset"), Is.EqualTo("utf-8"));
        });
    }

    [TestCase("hash:sha-1:" + Sha1)]
    [TestCase("hash:SHA-1:" + Sha1)]
    [TestCase("hash:sha1:4a:fb:e2:01:a9:0b:c0:6f:eb:c7:23:bd:2e:26:21:a6:5d:2b:6c:db")]
    [TestCase("hash:sha-1:4AFBE201A90BC06FEBC723BD2E2621A65D2B6CDB")]
    [Category("FT-007")]
    public void Reads_a_sha1_in_every_spelling(string text)
    {
        FileSelector selector = Parse(text);
        FileHash hash = selector.Hashes.Single();
        Assert.Multiple(() =>
        {
            Assert.That(hash.KnownName, Is.EqualTo("sha-1"));
            Assert.That(hash.Value, Is.EqualTo(Convert.FromHexString("4AFBE201A90BC06FEBC723BD2E2621A65D2B6CDB")));
            Assert.That(selector.Sha1, Is.EqualTo("4AFBE201A90BC06FEBC723BD2E2621A65D2B6CDB"));
        });
    }

    [Test]
    [Category("FT-007")]
    public void Writes_upper_case_octets_with_colons() =>
        Assert.That(
            new FileSelector { Hashes = [new FileHash("sha-1", [.. Convert.FromHexString("4afbe201a90bc06febc723bd2e2621a65d2b6cdb")])] }.ToString(),
            Is.EqualTo("hash:sha-1:" + Sha1));

    [Test]
    [Category("FT-007")]
    [Category("FT-031")]
    public void The_strongest_known_hash_wins_and_unusable_ones_are_kept_aside()
    {
        string sha256 = string.Join(':', Enumerable.Repeat("0A", 32));
        FileSelector selector = Parse($"hash:md5:00:11 hash:sha-1:{Sha1} hash:sha-256:{sha256} hash:sha-512:00:11 hash:sha-1:zz hash:x");
        Assert.Multiple(() =>
        {
            Assert.That(selector.Hashes, Has.Length.EqualTo(4));
            Assert.That(selector.OtherSelectors, Is.EqualTo((string[])["hash:sha-1:zz", "hash:x"]));
            Assert.That(selector.StrongestKnownHash!.KnownName, Is.EqualTo("sha-256"));
            Assert.That(selector.Sha1, Is.Not.Null);
            Assert.That(Parse("hash:md5:00:11 hash:sha-1:00").StrongestKnownHash, Is.Null);
        });
    }

    [TestCase("name:\"a\" size:1", "name:\"a\" size:1", true)]
    [TestCase("name:\"a\" size:1", "name:\"a\" size:1 hash:sha-1:" + Sha1, true)]
    [TestCase("name:\"a\"", "name:\"b\"", false)]
    [TestCase("name:\"a\"", "name:\"A\"", false)]
    [TestCase("size:1", "size:2", false)]
    [TestCase("size:1", "name:\"a\"", true)]
    [TestCase("type:image/png", "type:IMAGE/PNG", true)]
    [TestCase("type:image/png", "type:image/jpeg", false)]
    [TestCase("type:text/plain;charset=\"utf-8\"", "type:text/plain;charset=utf-8", true)]
    [TestCase("hash:sha-1:" + Sha1, "hash:SHA1:4AFBE201A90BC06FEBC723BD2E2621A65D2B6CDB", true)]
    [TestCase("hash:sha-1:" + Sha1, "hash:sha-1:00:FB:E2:01:A9:0B:C0:6F:EB:C7:23:BD:2E:26:21:A6:5D:2B:6C:DB", false)]
    [TestCase("hash:md5:00", "hash:sha-1:" + Sha1, true)]
    [Category("FT-032")]
    public void Same_file(string one, string other, bool expected) => Assert.Multiple(() =>
    {
        Assert.That(Parse(one).IsSameFileAs(Parse(other)), Is.EqualTo(expected));
        Assert.That(Parse(other).IsSameFileAs(Parse(one)), Is.EqualTo(expected));
    });

    [TestCase("name:a\"b")]
    [TestCase("name:\"a\"b\"")]
    [TestCase("name:a\"b\"")]
    [TestCase("name:a\"b c\"d size:1")]
    [TestCase("name:\"ab")]
    [TestCase("name:ab\" size:1")]
    [Category("FT-004")]
    public void A_quote_inside_a_name_makes_the_attribute_unreadable(string text) =>
        Assert.That(FileSelector.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out _), Is.False, "quotes are %22 in a name (RFC 5547 §6)");

    [Test]
    public void A_name_alone_does_not_push() => Assert.Multiple(() =>
    {
        Assert.That(new FileSelector { Name = "a" }.IsEnoughToPush, Is.False);
        Assert.That(new FileSelector { Size = 1 }.IsEnoughToPush, Is.True);
        Assert.That(new FileSelector { Type = new MediaType("image", "png") }.IsEnoughToPush, Is.True);
        Assert.That(Parse("hash:sha-1:" + Sha1).IsEnoughToPush, Is.True);
        Assert.That(() => new FileSelector().ToString(), Throws.TypeOf<ImageShareException>());
    });

    [TestCase("1-*", 1, null)]
    [TestCase("1-32349", 1, 32349L)]
    [TestCase(" 7-7 ", 7, 7L)]
    [Category("FT-039")]
    public void Ranges_are_read_and_printed(string text, long start, long? end)
    {
        Assert.That(FileRange.TryParse(Encoding.UTF8.GetBytes(text), out FileRange range), Is.True);
        Assert.Multiple(() =>
        {
            Assert.That(range, Is.EqualTo(new FileRange(start, end)));
            Assert.That(range.ToString(), Is.EqualTo(text.Trim()));
        });
    }

    [TestCase("0-5")]
    [TestCase("5-4")]
    [TestCase("*-4")]
    [TestCase("4")]
    [TestCase("4-")]
    [TestCase("4-5x")]
    [TestCase("4-*5")]
    [TestCase("-4-5")]
    [Category("FT-039")]
    public void Broken_ranges_are_refused(string text) => Assert.That(FileRange.TryParse(Encoding.UTF8.GetBytes(text), out _), Is.False);

    [Test]
    [Category("FT-039")]
    public void A_range_fits_inside_its_file() => Assert.Multiple(() =>
    {
        Assert.That(new FileRange(1, 10).Fits(10), Is.True);
        Assert.That(new FileRange(10).Fits(10), Is.True);
        Assert.That(new FileRange(1, 11).Fits(10), Is.False);
        Assert.That(new FileRange(11).Fits(10), Is.False);
        Assert.That(() => new FileRange(0).ToString(), Throws.TypeOf<ImageShareException>());
        Assert.That(() => new FileRange(5, 4).ToString(), Throws.TypeOf<ImageShareException>());
    });

    [Test]
    [Category("FT-010")]
    public void Transfer_ids_are_32_random_token_characters()
    {
        HashSet<string> ids = [.. Enumerable.Range(0, 1000).Select(_ => FileTransferId.Create().Value)];
        Assert.Multiple(() =>
        {
            Assert.That(ids, Has.Count.EqualTo(1000));
            Assert.That(ids, Has.All.Matches("^[A-Za-z0-9]{32}$"));
        });
    }

    private static FileSelector Parse(string text)
    {
        Assert.That(FileSelector.TryParse(Encoding.UTF8.GetBytes(text), out FileSelector? value), Is.True);
        return value!;
    }
}
