namespace ImageShare.Cli.Pictures;

/// <summary>Makes a picture smaller, row by row: each new pixel is the mean of those it covers. Transparent parts become white.</summary>
internal sealed class RasterReducer(int width, int height, int newWidth, int newHeight)
{
    private readonly ulong[] _sums = new ulong[newWidth * newHeight * 3];
    private readonly uint[] _counts = new uint[newWidth * newHeight];
    private int _row;

    /// <summary>The largest size inside a box that keeps the proportions and is not larger than the picture.</summary>
    public static (int Width, int Height) Fit(int width, int height, int mostWidth, int mostHeight)
    {
        double scale = Math.Min(1, Math.Min((double)mostWidth / width, (double)mostHeight / height));
        return (Math.Max(1, (int)Math.Round(width * scale)), Math.Max(1, (int)Math.Round(height * scale)));
    }

    /// <param name="row">Four bytes for each pixel: red, green, blue, each multiplied by the fourth, alpha.</param>
    public void Add(ReadOnlySpan<byte> row)
    {
        int y = (int)((long)_row++ * newHeight / height);
        for (int x = 0; x < width; x++)
        {
            int at = (y * newWidth) + (int)((long)x * newWidth / width);
            ReadOnlySpan<byte> pixel = row.Slice(x * 4, 4);
            int white = 255 - pixel[3];
            for (int i = 0; i < 3; i++)
            {
                _sums[(at * 3) + i] += (uint)Math.Min(255, pixel[i] + white);
            }

            _counts[at]++;
        }
    }

    public Raster End()
    {
        byte[] pixels = new byte[_sums.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)(_sums[i] / Math.Max(1, _counts[i / 3]));
        }

        return new Raster(newWidth, newHeight, pixels);
    }
}
