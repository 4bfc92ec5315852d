using System.Globalization;
using System.Text;

namespace ImageShare.Cli.Pictures;

/// <summary>Draws a picture with the character "upper half block": each cell shows two pixels, one in the colour of the text and one in that behind it.</summary>
internal static class HalfBlocks
{
    /// <summary>The lines, without their ends.</summary>
    public static IEnumerable<string> Draw(Raster picture, ColorDepth depth)
    {
        for (int y = 0; y < picture.Height; y += 2)
        {
            var line = new StringBuilder();
            string last = string.Empty;
            for (int x = 0; x < picture.Width; x++)
            {
                string colors = y + 1 < picture.Height
                    ? $"\e[{Color(38, picture[x, y], depth)};{Color(48, picture[x, y + 1], depth)}m"
                    : $"\e[{Color(38, picture[x, y], depth)}m";
                line.Append(colors == last ? string.Empty : colors).Append('▀');
                last = colors;
            }

            yield return line.Append("\e[0m").ToString();
        }
    }

    /// <summary>What the terminal named by the environment shows.</summary>
    /// <param name="variable">Reads a variable of the environment.</param>
    public static ColorDepth DepthOf(Func<string, string?> variable)
    {
        // no-color.org: any value but the empty one.
        if (!string.IsNullOrEmpty(variable("NO_COLOR")) || variable("TERM") is "dumb")
        {
            return ColorDepth.None;
        }

        return variable("COLORTERM") is "truecolor" or "24bit" || !string.IsNullOrEmpty(variable("WT_SESSION")) ? ColorDepth.True
            : variable("TERM") is { } term && (term.Contains("256color", StringComparison.Ordinal) || term.Contains("kitty", StringComparison.Ordinal)) ? ColorDepth.Palette
            : ColorDepth.None;
    }

    private static string Color(int kind, ReadOnlySpan<byte> rgb, ColorDepth depth) => depth == ColorDepth.True
        ? string.Create(CultureInfo.InvariantCulture, $"{kind};2;{rgb[0]};{rgb[1]};{rgb[2]}")
        : string.Create(CultureInfo.InvariantCulture, $"{kind};5;{Palette(rgb[0], rgb[1], rgb[2])}");

    // The nearest of a cube of 6 × 6 × 6 colours and of 24 greys.
    private static int Palette(int red, int green, int blue)
    {
        (int r, int g, int b) = (Step(red), Step(green), Step(blue));
        int grey = Math.Clamp((((red + green + blue) / 3) - 3) / 10, 0, 23);
        int level = 8 + (grey * 10);
        return Distance(level, level, level) < Distance(Level(r), Level(g), Level(b)) ? 232 + grey : 16 + (36 * r) + (6 * g) + b;

        int Distance(int otherRed, int otherGreen, int otherBlue) =>
            ((red - otherRed) * (red - otherRed)) + ((green - otherGreen) * (green - otherGreen)) + ((blue - otherBlue) * (blue - otherBlue));

        static int Level(int step) => step == 0 ? 0 : 55 + (step * 40);
        static int Step(int value) => value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40;
    }
}
