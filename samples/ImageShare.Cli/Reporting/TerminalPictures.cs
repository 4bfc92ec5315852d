using ImageShare.Cli.Pictures;
using ImageShare.Cli.Terminals;

namespace ImageShare.Cli.Reporting;

/// <summary>Pictures as lines for a terminal that can show them; no lines for any other.</summary>
internal sealed class TerminalPictures(bool isWanted)
{
    private const int IconWidth = 32;
    private const int IconRows = 8;
    private const int PictureWidth = 64;

    // An icon comes from anyone who can send an INVITE, and is decoded before this side has accepted anything.
    private const long MostIconPixels = 2_000_000;

    private readonly ColorDepth _depth = isWanted && !Console.IsOutputRedirected && TerminalText.IsUtf8 ? HalfBlocks.DepthOf(Environment.GetEnvironmentVariable) : ColorDepth.None;

    /// <summary>The icon of an invitation; nothing if it cannot be decoded.</summary>
    public string[] OfIcon(ReadOnlyMemory<byte> icon) => _depth == ColorDepth.None
        ? []
        : Draw(() => new MemoryStream(icon.ToArray(), writable: false), IconWidth, IconRows, MostIconPixels);

    /// <summary>A received image, as large as the terminal has room for.</summary>
    public string[] OfFile(string path) => _depth == ColorDepth.None
        ? []
        : Draw(() => File.OpenRead(path), PictureWidth, Math.Max(1, StandardTerminal.Rows / 2), DecodingCost.MostPixels);

    private string[] Draw(Func<Stream> open, int width, int rows, long mostPixels)
    {
        try
        {
            using Stream stream = open();
            Raster picture = PictureDecoder.Decode(stream, Math.Max(1, Math.Min(width, StandardTerminal.Columns - 3)), rows * 2, mostPixels);
            return [.. HalfBlocks.Draw(picture, _depth).Select(static line => "  " + line)];
        }
        catch (Exception e) when (e is PictureException or IOException or UnauthorizedAccessException)
        {
            return [$"  (It is not shown here: it {(e is PictureException ? e.Message : "cannot be read")}.)"];
        }
    }
}
