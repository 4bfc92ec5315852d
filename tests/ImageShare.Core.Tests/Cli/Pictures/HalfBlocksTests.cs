using ImageShare.Cli.Pictures;

namespace ImageShare.Core.Tests.Cli.Pictures;

/// <summary>Pictures as characters, and the terminals that get them.</summary>
[TestFixture]
[Category("Cli")]
public sealed class HalfBlocksTests
{
    private static readonly Raster Picture = new(2, 3, [255, 0, 0, 255, 0, 0, 0, 255, 0, 0, 255, 0, 10, 20, 30, 128, 128, 128]);

    [Test]
    public void Two_rows_are_one_line_and_the_last_one_stands_alone() => Assert.That(
        HalfBlocks.Draw(Picture, ColorDepth.True),
        Is.EqualTo((string[])["\e[38;2;255;0;0;48;2;0;255;0m▀▀\e[0m", "\e[38;2;10;20;30m▀\e[38;2;128;128;128m▀\e[0m"]));

    [Test]
    public void Colours_become_the_nearest_of_256() => Assert.That(
        HalfBlocks.Draw(Picture, ColorDepth.Palette),
        Is.EqualTo((string[])["\e[38;5;196;48;5;46m▀▀\e[0m", "\e[38;5;233m▀\e[38;5;244m▀\e[0m"]));

    [TestCase("TERM=xterm-256color", ExpectedResult = "Palette")]
    [TestCase("TERM=tmux-256color COLORTERM=truecolor", ExpectedResult = "True")]
    [TestCase("TERM=xterm-256color COLORTERM=truecolor NO_COLOR=1", ExpectedResult = "None")]
    [TestCase("TERM=dumb COLORTERM=truecolor", ExpectedResult = "None")]
    [TestCase("TERM=vt100", ExpectedResult = "None")]
    [TestCase("WT_SESSION=1", ExpectedResult = "True")]
    [TestCase("", ExpectedResult = "None")]
    public string The_environment_says_what_a_terminal_shows(string environment)
    {
        Dictionary<string, string> variables = environment.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static v => v.Split('=')).ToDictionary(static v => v[0], static v => v[1]);
        return HalfBlocks.DepthOf(variables.GetValueOrDefault).ToString();
    }

    // A B / C D / E F
    [TestCase(1, "ABCDEF", 2)]
    [TestCase(2, "BADCFE", 2)]
    [TestCase(3, "FEDCBA", 2)]
    [TestCase(4, "EFCDAB", 2)]
    [TestCase(5, "ACEBDF", 3)]
    [TestCase(6, "ECAFDB", 3)]
    [TestCase(7, "FDBECA", 3)]
    [TestCase(8, "BDFACE", 3)]
    public void A_turn_moves_each_pixel(int orientation, string expected, int width)
    {
        var picture = new Raster(2, 3, [.. "ABCDEF".SelectMany(static c => (byte[])[(byte)c, 0, 0])]);
        Raster turned = picture.Turn(orientation);
        Assert.That(turned.Width, Is.EqualTo(width));
        Assert.That(string.Concat(turned.Pixels.Where(static (_, i) => i % 3 == 0).Select(static b => (char)b)), Is.EqualTo(expected));
    }
}
