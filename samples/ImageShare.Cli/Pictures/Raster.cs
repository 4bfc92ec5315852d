namespace ImageShare.Cli.Pictures;

/// <summary>A small decoded picture: three bytes (red, green, blue) for each pixel, rows from the top.</summary>
internal sealed class Raster(int width, int height, byte[] pixels)
{
    public int Width => width;

    public int Height => height;

    public byte[] Pixels => pixels;

    public ReadOnlySpan<byte> this[int x, int y] => pixels.AsSpan(((y * width) + x) * 3, 3);

    /// <summary>The picture the way up that its Exif orientation names, 1 to 8 (Exif 2.32 §4.6.4).</summary>
    public Raster Turn(int orientation)
    {
        if (orientation is < 2 or > 8)
        {
            return this;
        }

        (int newWidth, int newHeight) = orientation >= 5 ? (height, width) : (width, height);
        byte[] turned = new byte[pixels.Length];
        for (int y = 0; y < newHeight; y++)
        {
            for (int x = 0; x < newWidth; x++)
            {
                (int fromX, int fromY) = orientation switch
                {
                    2 => (width - 1 - x, y),
                    3 => (width - 1 - x, height - 1 - y),
                    4 => (x, height - 1 - y),
                    5 => (y, x),
                    6 => (y, height - 1 - x),
                    7 => (width - 1 - y, height - 1 - x),
                    _ => (width - 1 - y, x),
                };
                this[fromX, fromY].CopyTo(turned.AsSpan(((y * newWidth) + x) * 3));
            }
        }

        return new Raster(newWidth, newHeight, turned);
    }
}
