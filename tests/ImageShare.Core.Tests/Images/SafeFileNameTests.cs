using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Images;

[TestFixture]
[Category("FT-004")]
public sealed class SafeFileNameTests
{
    /// <summary>Names that were used to attack or happened to break receivers, and what becomes of them as a JPEG.</summary>
    internal static readonly (string? Suggested, string Safe)[] Table =
    [
        ("../../etc/passwd", "passwd.jpg"),
        ("..\\..\\boot.ini", "boot.ini.jpg"),
        ("/etc/shadow", "shadow.jpg"),
        ("C:\\Windows\\x.dll", "x.dll.jpg"),
        ("C:x.jpg", "C_x.jpg"),
        ("\\\\srv\\share\\x", "x.jpg"),
        ("a/b.jpg", "b.jpg"),
        ("a\\b.jpg", "b.jpg"),
        (".", "image.jpg"),
        ("..", "image.jpg"),
        ("...", "image.jpg"),
        ("", "image.jpg"),
        (null, "image.jpg"),
        (" ", "image.jpg"),
        ("a/", "image.jpg"),
        ("CON", "_CON.jpg"),
        ("con.jpg", "_con.jpg"),
        ("CLOCK$", "_CLOCK$.jpg"),
        ("CONIN$.jpg", "_CONIN$.jpg"),
        ("conout$", "_conout$.jpg"),
        ("NUL.png", "_NUL.png.jpg"),
        ("nul .jpg", "_nul .jpg"),
        ("aux.tar.jpg", "_aux.tar.jpg"),
        ("COM1", "_COM1.jpg"),
        ("COM10", "COM10.jpg"),
        ("LPT\u00b9.jpg", "_LPT\u00b9.jpg"),
        ("x.jpg:ads", "x.jpg_ads.jpg"),
        ("x.jpg::$DATA", "x.jpg__$DATA.jpg"),
        ("x.jpg.", "x.jpg"),
        ("x.jpg ", "x.jpg"),
        ("x.jpg. . .", "x.jpg"),
        ("x\0.exe", "x_.exe.jpg"),
        ("x\r\nBcc: y", "x__Bcc_ y.jpg"),
        ("x%00.jpg", "x%00.jpg"),
        ("%2e%2e%2fx", "%2e%2e%2fx.jpg"),
        ("x\u202egpj.exe", "xgpj.exe.jpg"),
        ("\u2066x\u2069\u200f\ufeff.jpg", "x.jpg"),
        ("photo.jpg.exe", "photo.jpg.exe.jpg"),
        ("photo.jpg.lnk", "photo.jpg.lnk.jpg"),
        ("photo.png", "photo.png.jpg"),
        ("photo.JPEG", "photo.JPEG"),
        ("desktop.ini", "desktop.ini.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("~root", "root.jpg"),
        ("-rf", "rf.jpg"),
        (" .-~x.jpg", "x.jpg"),
        ("$(id).jpg", "$(id).jpg"),
        ("`id`.jpg", "`id`.jpg"),
        ("e\u0301.jpg", "\u00e9.jpg"),
        ("\u00e9.jpg", "\u00e9.jpg"),
        ("\"quoted\".jpg", "_quoted_.jpg"),
        ("a<b>|c?*.jpg", "a_b__c__.jpg"),
        ("Screenshot 2015-09-30 00:15:23.png", "Screenshot 2015-09-30 00_15_23.png.jpg"),
        ("+8617820500132(46)(36).jpg", "+8617820500132(46)(36).jpg"),
        ("Image 18.png", "Image 18.png.jpg"),
        ("a name with spaces.jpg", "a name with spaces.jpg"),
        ("\ud800x.jpg", "\ufffdx.jpg"),
        ("\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67.jpg", "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67.jpg"),
        ("x\u2028y\u00a0z.jpg", "xy z.jpg"),
        (new string('a', 300), new string('a', 251) + ".jpg"),
        (new string('a', 300) + ".jpg", new string('a', 251) + ".jpg"),
        (Emoji(200) + ".jpg", Emoji(62) + ".jpg"),
        (new string('n', 70) + ".jpg", new string('n', 70) + ".jpg"),
        (new string('/', 100_000) + new string('.', 100_000) + "x", "image.jpg"),
    ];

    private static readonly SearchValues<char> Forbidden = SearchValues.Create("/\\:*?\"<>|\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u2028\u2029");
    private static readonly string[] Devices = ["CON", "PRN", "AUX", "NUL", "COM1", "LPT1", "LPT\u00b9"];
    private static readonly MediaType Jpeg = new("image", "jpeg");

    [TestCaseSource(nameof(Table))]
    public void Every_name_of_the_table_becomes_safe((string? Suggested, string Safe) row)
    {
        Assert.That(SafeFileName.From(row.Suggested, Jpeg), Is.EqualTo(row.Safe));
        AssertSafe(row.Safe);
    }

    [TestCase("cat.png", "image/png", "cat.png")]
    [TestCase("", "image/png", "image.png")]
    [TestCase("cat", "image/x-png", "cat.png")]
    [TestCase("cat.heif", "image/heic", "cat.heif")]
    [TestCase("cat.tif", "IMAGE/TIFF", "cat.tif")]
    [TestCase("cat.svg", "image/svg+xml", "cat.svg.bin")]
    [TestCase("cat.exe", "application/x-msdownload", "cat.exe.bin")]
    [TestCase("cat.jpg", null, "cat.jpg")]
    [TestCase("cat.jpg.lnk", null, "cat.jpg.lnk.bin")]
    [TestCase("cat", null, "cat.bin")]
    [TestCase(null, null, "image.bin")]
    [TestCase("cat.a name with spaces", "image/png", "cat.a name with spaces.png")]
    public void The_extension_fits_the_type(string? suggested, string? type, string safe) =>
        Assert.That(SafeFileName.From(suggested, type is null ? null : MediaType.Parse(type)), Is.EqualTo(safe));

    [Test]
    [Category("SEC-001")]
    public void Anything_becomes_safe_and_stays_what_it_became()
    {
        Gen<string> nasty = Gen.Elements("ab.-~ /\\:*?\"<>|\0\r\n\u202e\u0301\u00b9\ud83d\udc31\ufffe%$CONnul1".ToCharArray()).ListOf().Select(c => new string([.. c]));
        Prop.ForAll(Gen.OneOf(nasty, ArbMap.Default.GeneratorFor<string>().Select(s => s ?? string.Empty)).ToArbitrary(), name =>
        {
            string safe = SafeFileName.From(name, Jpeg);
            AssertSafe(safe);
            return SafeFileName.From(safe, Jpeg) == safe;
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    [Category("SEC-001")]
    public void Every_single_character_becomes_safe()
    {
        List<string> unsafeNames = [];
        for (int c = 0; c <= 0x10FFFF; c += c is > 0x3000 and < 0xD700 ? 97 : c is > 0x11000 and < 0x1FF00 ? 251 : c is > 0x20100 and < 0xDFF00 ? 9973 : 1)
        {
            string name = c is >= 0xD800 and < 0xE000 ? ((char)c).ToString() : char.ConvertFromUtf32(c);
            string safe = SafeFileName.From(name, Jpeg);
            if (!IsSafe(safe))
            {
                unsafeNames.Add(safe);
            }
        }

        Assert.That(unsafeNames, Is.Empty);
    }

    [Test]
    public void A_number_goes_before_the_extension_and_keeps_the_length() => Assert.Multiple(() =>
    {
        Assert.That(SafeFileName.WithSuffix("cat.png", "2"), Is.EqualTo("cat (2).png"));
        Assert.That(SafeFileName.WithSuffix("cat", "2"), Is.EqualTo("cat (2)"));
        string longest = SafeFileName.From(Emoji(200), Jpeg);
        Assert.That(SafeFileName.WithSuffix(longest, "1000"), Does.EndWith(" (1000).jpg").And.Matches<string>(n => Encoding.UTF8.GetByteCount(n ?? "") <= 255));
    });

    internal static void AssertSafe(string name) => Assert.That(IsSafe(name), Is.True, name);

    private static bool IsSafe(string name) =>
        name.Length > 0
        && !name.AsSpan().ContainsAny(Forbidden) && !name.Any(char.IsControl)
        && name[0] is not ('.' or '-' or ' ' or '~') && name[^1] is not ('.' or ' ')
        && Encoding.UTF8.GetByteCount(name) <= 255
        && !Devices.Contains(name.Split('.')[0].TrimEnd(), StringComparer.OrdinalIgnoreCase);

    private static string Emoji(int count) => string.Concat(Enumerable.Repeat("\ud83d\udc31", count));
}
