using System.Buffers.Binary;

namespace ImageShare.Cli.Pictures;

/// <summary>
/// How a picture is stored, from its first bytes, as far as it decides what decoding it costs. A picture of a few hundred bytes can claim to have billions of
/// pixels; whether its decoder keeps all of them in memory depends on the format.
/// </summary>
internal static class DecodingCost
{
    /// <summary>The most memory that one picture may need.</summary>
    public const long MostBytes = 128L * 1024 * 1024;

    /// <summary>The most pixels, also if they are not all in memory at once: decoding takes time for each.</summary>
    public const long MostPixels = 256_000_000;

    /// <summary>The bytes of memory that a decoder needs for each pixel besides its result: 0 if it works row by row.</summary>
    public static int BytesPerPixel(ReadOnlySpan<byte> start) =>
        start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]) ? IsBaseline(start) ? 0 : 6
        : start.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']) ? start.Length > 28 && start[28] == 0 ? 0 : 8
        : 4;

    // A progressive JPEG is complete only after its last scan: two bytes for each coefficient, of which a pixel has up to three.
    private static bool IsBaseline(ReadOnlySpan<byte> start)
    {
        for (int at = 2; at + 4 <= start.Length && start[at] == 0xFF;)
        {
            byte marker = start[at + 1];
            if (marker == 0xFF)
            {
                at++;
            }
            else if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                return marker is 0xC0 or 0xC1;
            }
            else
            {
                at += 2 + BinaryPrimitives.ReadUInt16BigEndian(start[(at + 2)..]);
            }
        }

        return false;
    }
}
