using ImageShare.Cli.Pictures;
using ImageShare.Cli.Terminals;

namespace ImageShare.Cli.Reporting;

/// <summary>Pictures as lines for a terminal that can show them; no lines for any other.</summary>
internal sealed class TerminalPictures(PictureStyle style)
{
    private const int IconWidth = 32;
    private const int IconRows = 8;
    private const int PictureWidth = 64;

    // More pixels show no more in that many cells, and each takes up to four bytes on its way.
    private const int MostPixelsInRow = 800;

    // An icon comes from anyone who can send an INVITE, and is decoded before this side has accepted anything.
    private const long MostIconPixels = 2_000_000;

    /// <summary>The icon of an invitation; nothing if it cannot be decoded.</summary>
    public string[] OfIcon(ReadOnlyMemory<byte> icon) => style.Form == PictureForm.None
        ? []
        : Draw(() => new MemoryStream(icon.ToArray(), writable: false), IconWidth, IconRows, MostIconPixels);

    /// <summary>A received image, as large as the terminal has room for.</summary>
    public string[] OfFile(string path) => style.Form == PictureForm.None
        ? []
        : Draw(() => File.OpenRead(path), PictureWidth, Math.Max(1, StandardTerminal.Rows / 2), DecodingCost.MostPixels);

    private string[] Draw(Func<Stream> open, int width, int rows, long mostPixels)
    {
        try
        {
            using Stream stream = open();
            width = Math.Max(1, Math.Min(width, StandardTerminal.Columns - 3));
            if (style.Form == PictureForm.Blocks)
            {
                return [.. HalfBlocks.Draw(PictureDecoder.Decode(stream, width, rows * 2, mostPixels), style.Depth).Select(static line => "  " + line)];
            }

            (int cellWidth, int cellHeight) = (style.Terminal.CellWidth, style.Terminal.CellHeight);
            Raster picture = PictureDecoder.Decode(stream, Math.Min(MostPixelsInRow, width * cellWidth), rows * cellHeight, mostPixels);
            return ["  " + (style.Form == PictureForm.Sixel ? SixelGraphics.Draw(picture) : KittyGraphics.Draw(picture, Math.Clamp((picture.Width + cellWidth - 1) / cellWidth, 1, width)))];
        }
        catch (Exception e) when (e is PictureException or IOException or UnauthorizedAccessException)
        {
            return [$"  (It is not shown here: it {(e is PictureException ? e.Message : "cannot be read")}.)"];
        }
    }
}
