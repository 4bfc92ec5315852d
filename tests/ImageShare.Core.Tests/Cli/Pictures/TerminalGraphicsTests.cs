using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;
using ImageShare.Cli.Pictures;
using ImageShare.Cli.Reporting;
using ImageShare.Cli.Terminals;

namespace ImageShare.Core.Tests.Cli.Pictures;

/// <summary>Pictures as pixels for a terminal, and which terminals get them.</summary>
[TestFixture]
[Category("Cli")]
public sealed partial class TerminalGraphicsTests
{
    [TestCase(1, 1)]
    [TestCase(33, 7)]
    [TestCase(160, 90)]
    public void Kitty_gets_the_pixels_in_parts_that_it_reads(int width, int height)
    {
        Raster picture = Noise(width, height);
        Match[] parts = [.. KittyPart().Matches(KittyGraphics.Draw(picture, 12)).Cast<Match>()];
        Assert.Multiple(() =>
        {
            Assert.That(string.Concat(parts.Select(static part => part.Value)), Is.EqualTo(KittyGraphics.Draw(picture, 12)), "Nothing stands between the parts.");
            Assert.That(parts[0].Groups[1].Value, Does.StartWith($"a=T,f=24,o=z,s={width},v={height},c=12,q=2,m="));
            Assert.That(parts.Select(static part => part.Groups[1].Value[^1]), Is.EqualTo(Enumerable.Repeat('1', parts.Length - 1).Append('0')));
            Assert.That(parts.Select(static part => part.Groups[1].Value), Is.All.Contain("q=2"), "No answer comes, which would be taken for keys.");
            Assert.That(parts.Select(static part => part.Groups[2].Length), Is.All.InRange(1, 4096));
            Assert.That(parts.SkipLast(1).Select(static part => part.Groups[2].Length % 4), Is.All.Zero);
        });
        using var zlib = new ZLibStream(new MemoryStream(Convert.FromBase64String(string.Concat(parts.Select(static part => part.Groups[2].Value)))), CompressionMode.Decompress);
        using var pixels = new MemoryStream();
        zlib.CopyTo(pixels);
        Assert.That(pixels.ToArray(), Is.EqualTo(picture.Pixels));
    }

    [Test]
    public void A_picture_of_one_colour_is_a_run_for_each_band() => Assert.That(
        SixelGraphics.Draw(new Raster(5, 8, [.. Enumerable.Repeat((byte[])[255, 0, 0], 40).SelectMany(static p => p)])),
        Is.EqualTo("\eP0;1q\"1;1;5;8#210;2;100;0;0#210!5~-#210!5B\e\\"));

    [TestCase(1, 1)]
    [TestCase(2, 13)]
    [TestCase(40, 30)]
    public void Sixels_are_the_picture_in_fewer_colours(int width, int height)
    {
        Raster picture = Noise(width, height);
        byte[] shown = Decode(SixelGraphics.Draw(picture), width, height);
        double difference = Enumerable.Range(0, 3).Max(channel => Math.Abs(Mean(shown, channel) - Mean(picture.Pixels, channel)));
        Assert.That(shown, Is.All.Not.EqualTo(1), "Each pixel has a colour.");
        Assert.That(difference, Is.LessThan(width * height > 100 ? 4 : 30));

        static double Mean(byte[] pixels, int channel) => pixels.Where((_, i) => i % 3 == channel).Average(static b => (double)b);
    }

    [TestCase("\e_Gi=31;OK\e\\\e[6;18;9t\e[?62;c", true, false, 9, 18)]
    [TestCase("\e[?62;4;22c", false, true, 10, 20)]
    [TestCase("x\e[6;0;9t\e[?64;1;2;4c", false, true, 10, 20)]
    [TestCase("\e[?4c", false, false, 10, 20)]
    [TestCase("\e[6;99999999999;9t\e[?1;2;44c", false, false, 10, 20)]
    [TestCase("", false, false, 10, 20)]
    public void The_answer_of_a_terminal_is_read(string answer, bool hasKitty, bool hasSixel, int cellWidth, int cellHeight)
    {
        Assert.That(TerminalAnswer.Parse(answer), Is.EqualTo(new TerminalAnswer(hasKitty, hasSixel, cellWidth, cellHeight)));
        Assert.That(TerminalAnswer.IsComplete(answer), Is.EqualTo(answer.Length > 0));
    }

    [TestCase("auto", "TERM=xterm-256color", "kitty sixel", ExpectedResult = "Kitty")]
    [TestCase("auto", "TERM=xterm-256color", "sixel", ExpectedResult = "Sixel")]
    [TestCase("auto", "TERM=xterm-256color", "", ExpectedResult = "Blocks")]
    [TestCase("auto", "TERM=vt340", "", ExpectedResult = "None")]
    [TestCase("auto", "TERM=xterm-kitty", "", ExpectedResult = "Kitty")]
    [TestCase("blocks", "TERM=xterm-kitty", "never", ExpectedResult = "Blocks")]
    [TestCase("sixel", "TERM=xterm-kitty", "kitty", ExpectedResult = "Sixel")]
    [TestCase("kitty", "TERM=xterm", "", ExpectedResult = "Kitty")]
    [TestCase("none", "TERM=xterm-kitty", "never", ExpectedResult = "None")]
    [TestCase("kitty", "TERM=xterm-kitty NO_COLOR=1", "never", ExpectedResult = "None")]
    [TestCase("sixel", "TERM=dumb", "never", ExpectedResult = "None")]
    public string The_form_is_what_was_asked_for_and_what_the_terminal_has(string wanted, string environment, string has)
    {
        Dictionary<string, string> variables = environment.Split(' ').Select(static v => v.Split('=')).ToDictionary(static v => v[0], static v => v[1]);
        return PictureStyle.Choose(
            wanted,
            isUtf8: true,
            variables.GetValueOrDefault,
            () => has == "never" ? throw new InvalidOperationException("It is not asked.") : TerminalAnswer.None with { HasKitty = has.Contains("kitty", StringComparison.Ordinal), HasSixel = has.Contains("sixel", StringComparison.Ordinal) }).Form.ToString();
    }

    private static Raster Noise(int width, int height)
    {
        byte[] pixels = new byte[width * height * 3];
        new Random(width).NextBytes(pixels);
        return new Raster(width, height, pixels);
    }

    // Only what the program writes. A pixel that gets no colour stays 1, which no colour of the cube has.
    private static byte[] Decode(string sixels, int width, int height)
    {
        byte[] pixels = [.. Enumerable.Repeat((byte)1, width * height * 3)];
        var colors = new Dictionary<int, byte[]>();
        int x = 0, top = 0, color = 0;
        foreach (Match token in SixelToken().Matches(sixels[(sixels.IndexOf('q', StringComparison.Ordinal) + 1)..^2]))
        {
            int[] numbers = [.. Number().Matches(token.Value).Cast<Match>().Select(static n => int.Parse(n.Value, CultureInfo.InvariantCulture))];
            switch (token.Value[0])
            {
                case '"':
                    Assert.That(numbers, Is.EqualTo((int[])[1, 1, width, height]));
                    break;
                case '#' when numbers.Length == 5:
                    colors[numbers[0]] = [.. numbers[2..].Select(static n => (byte)(n * 255 / 100))];
                    break;
                case '#':
                    color = numbers[0];
                    break;
                case '$':
                    x = 0;
                    break;
                case '-':
                    (x, top) = (0, top + 6);
                    break;
                default:
                    for (int run = numbers.FirstOrDefault(1); run > 0; run--, x++)
                    {
                        for (int bit = 0; bit < 6; bit++)
                        {
                            if (((token.Value[^1] - '?') >> bit & 1) != 0)
                            {
                                colors[color].CopyTo(pixels, (((top + bit) * width) + x) * 3);
                            }
                        }
                    }

                    break;
            }
        }

        return pixels;
    }

    [GeneratedRegex(@"\e_G([^;]*);([A-Za-z0-9+/=]*)\e\\")]
    private static partial Regex KittyPart();

    [GeneratedRegex("[\"#][0-9;]+|![0-9]+[?-~]|[$?-~-]")]
    private static partial Regex SixelToken();

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Number();
}
