using System.Globalization;
using System.Text;

namespace ImageShare.Cli.Pictures;

/// <summary>
/// A picture as sixels (DEC STD 070 §9, VT330/VT340 graphics manual): bands of six rows, in each of them one run of characters for each colour. The colours are those of a fixed
/// cube, dithered (Floyd and Steinberg), because terminals have 256 of them.
/// </summary>
internal static class SixelGraphics
{
    private const int Rows = 6;

    // 252 colours: the eye sees most steps of green.
    private static readonly int[] Levels = [6, 7, 6];

    public static string Draw(Raster picture)
    {
        byte[] colors = Reduce(picture);
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"\eP0;1q\"1;1;{picture.Width};{picture.Height}"));
        foreach (byte color in colors.Distinct().Order())
        {
            (int red, int rest) = Math.DivRem(color, Levels[1] * Levels[2]);
            (int green, int blue) = Math.DivRem(rest, Levels[2]);
            text.Append(CultureInfo.InvariantCulture, $"#{color};2;{Percent(red, 0)};{Percent(green, 1)};{Percent(blue, 2)}");
        }

        for (int top = 0; top < picture.Height; top += Rows)
        {
            text.Append(top == 0 ? string.Empty : "-");
            ReadOnlySpan<byte> band = colors.AsSpan(top * picture.Width, Math.Min(Rows, picture.Height - top) * picture.Width);
            DrawBand(band, picture.Width, text);
        }

        return text.Append("\e\\").ToString();

        static int Percent(int level, int channel) => level * 100 / (Levels[channel] - 1);
    }

    private static void DrawBand(ReadOnlySpan<byte> band, int width, StringBuilder text)
    {
        bool isFirst = true;
        foreach (byte color in band.ToArray().Distinct().Order())
        {
            // Back to the left edge.
            text.Append(isFirst ? string.Empty : "$").Append(CultureInfo.InvariantCulture, $"#{color}");
            isFirst = false;
            int run = 0, last = 0;
            for (int x = 0; x < width; x++)
            {
                int bits = 0;
                for (int at = x, bit = 1; at < band.Length; at += width, bit <<= 1)
                {
                    bits |= band[at] == color ? bit : 0;
                }

                if (bits != last && run > 0)
                {
                    Append(text, last, run);
                    run = 0;
                }

                last = bits;
                run++;
            }

            if (last != 0)
            {
                Append(text, last, run);
            }
        }
    }

    private static void Append(StringBuilder text, int bits, int run)
    {
        char sixel = (char)('?' + bits);
        if (run > 3)
        {
            text.Append(CultureInfo.InvariantCulture, $"!{run}{sixel}");
        }
        else
        {
            text.Append(sixel, run);
        }
    }

    // What a colour differs from the nearest one of the cube is added to the pixels that follow.
    private static byte[] Reduce(Raster picture)
    {
        byte[] colors = new byte[picture.Width * picture.Height];
        int[] here = new int[(picture.Width + 2) * 3], below = new int[here.Length];
        for (int y = 0; y < picture.Height; y++)
        {
            for (int x = 0; x < picture.Width; x++)
            {
                int color = 0;
                for (int channel = 0; channel < 3; channel++)
                {
                    int at = ((x + 1) * 3) + channel, steps = Levels[channel] - 1;
                    int wanted = Math.Clamp(picture[x, y][channel] + (here[at] / 16), 0, 255);
                    int level = ((wanted * steps) + 127) / 255;
                    int error = wanted - (level * 255 / steps);
                    color = (color * Levels[channel]) + level;
                    here[at + 3] += error * 7;
                    below[at - 3] += error * 3;
                    below[at] += error * 5;
                    below[at + 3] += error;
                }

                colors[(y * picture.Width) + x] = (byte)color;
            }

            (here, below) = (below, here);
            Array.Clear(below);
        }

        return colors;
    }
}
