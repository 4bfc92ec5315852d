using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace ImageShare.Cli.Pictures;

/// <summary>A picture for the graphics protocol of kitty (sw.kovidgoyal.net/kitty/graphics-protocol): its pixels, compressed, in escape sequences of at most 4096 characters of Base64.</summary>
internal static class KittyGraphics
{
    /// <summary>Asks whether the terminal has it, without showing anything. One that has it not is silent.</summary>
    public const string Query = "\e_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\e\\";

    private const int LongestPart = 4096;

    /// <param name="picture">The picture.</param>
    /// <param name="columns">The cells that it is wide; its height follows.</param>
    public static string Draw(Raster picture, int columns)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(picture.Pixels);
        }

        string data = Convert.ToBase64String(compressed.GetBuffer(), 0, (int)compressed.Length);
        var text = new StringBuilder();
        for (int at = 0; at < data.Length; at += LongestPart)
        {
            // q=2: no answer, which would come where keys are read.
            string what = at == 0 ? string.Create(CultureInfo.InvariantCulture, $"a=T,f=24,o=z,s={picture.Width},v={picture.Height},c={columns},q=2,") : "q=2,";
            int length = Math.Min(LongestPart, data.Length - at);
            text.Append("\e_G").Append(what).Append(at + length < data.Length ? "m=1;" : "m=0;").Append(data, at, length).Append("\e\\");
        }

        return text.ToString();
    }

    /// <summary>Whether the environment names a terminal that has it.</summary>
    /// <param name="variable">Reads a variable of the environment.</param>
    public static bool IsNamedBy(Func<string, string?> variable) =>
        variable("TERM") is "xterm-kitty" or "xterm-ghostty" || variable("TERM_PROGRAM") is "ghostty" or "WezTerm";
}
