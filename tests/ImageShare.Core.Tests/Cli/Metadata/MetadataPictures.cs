using System.Buffers.Binary;
using SkiaSharp;

namespace ImageShare.Core.Tests.Cli.Metadata;

/// <summary>Pictures with metadata, and what is in a picture.</summary>
internal static class MetadataPictures
{
    /// <summary>Stands where the place of a photograph does.</summary>
    public const string Place = "GPS-47.3769N-8.5417E";

    /// <summary>A picture with detail in each corner, so that a turn or a changed pixel shows.</summary>
    public static byte[] Encode(SKEncodedImageFormat format, int width = 61, int height = 37, int quality = 90)
    {
        using var bitmap = new SKBitmap(width, height);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                bitmap.SetPixel(x, y, new SKColor((byte)(x * 4), (byte)(y * 6), (byte)(x * y), 255));
            }
        }

        using SKData data = bitmap.Encode(format, quality);
        return data.ToArray();
    }

    public static byte[] Pixels(byte[] picture)
    {
        using SKBitmap bitmap = SKBitmap.Decode(picture);
        Assert.That(bitmap, Is.Not.Null, "It is decoded.");
        return bitmap.Bytes;
    }

    /// <summary>The orientation, 1 to 8.</summary>
    public static int Origin(byte[] picture)
    {
        // Skia does not look into the eXIf of a PNG.
        if (picture.AsSpan().IndexOf("eXIfMM\0*"u8) is > 0 and var at)
        {
            return picture[at + 4 + 19];
        }

        using SKCodec codec = SKCodec.Create(new MemoryStream(picture));
        return (int)codec.EncodedOrigin;
    }

    /// <summary>A TIFF structure as cameras write it: the orientation among other tags, and a directory with the place.</summary>
    public static byte[] Exif(int orientation, bool isLittle)
    {
        byte[] tiff = new byte[26 + 24 + 18 + Place.Length];
        (isLittle ? "II*\0"u8 : "MM\0*"u8).CopyTo(tiff);
        Write32(tiff, 4, 8);
        Write16(tiff, 8, 3);
        Entry(10, 0x010F, 2, 4, 0x41424300);
        Entry(22, 0x0112, 3, 1, isLittle ? (uint)orientation : (uint)orientation << 16);
        Entry(34, 0x8825, 4, 1, 50);
        Write16(tiff, 50, 1);
        Entry(52, 0x0002, 2, (uint)Place.Length, 68);
        System.Text.Encoding.ASCII.GetBytes(Place, tiff.AsSpan(68));
        return tiff;

        void Entry(int at, ushort tag, ushort type, uint count, uint value)
        {
            Write16(tiff, at, tag);
            Write16(tiff, at + 2, type);
            Write32(tiff, at + 4, count);
            Write32(tiff, at + 8, value);
        }

        void Write16(byte[] to, int at, ushort value)
        {
            if (isLittle)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(to.AsSpan(at), value);
            }
            else
            {
                BinaryPrimitives.WriteUInt16BigEndian(to.AsSpan(at), value);
            }
        }

        void Write32(byte[] to, int at, uint value)
        {
            if (isLittle)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(to.AsSpan(at), value);
            }
            else
            {
                BinaryPrimitives.WriteUInt32BigEndian(to.AsSpan(at), value);
            }
        }
    }

    public static byte[] Segment(byte marker, params ReadOnlySpan<byte> content)
    {
        byte[] segment = [0xFF, marker, 0, 0, .. content];
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)(content.Length + 2));
        return segment;
    }

    public static byte[] Chunk(string type, params ReadOnlySpan<byte> content)
    {
        byte[] chunk = [0, 0, 0, 0, .. System.Text.Encoding.ASCII.GetBytes(type), .. content, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc(chunk.AsSpan(4, chunk.Length - 8)));
        return chunk;
    }

    public static byte[] Riff(string type, params ReadOnlySpan<byte> content)
    {
        byte[] chunk = [.. System.Text.Encoding.ASCII.GetBytes(type), 0, 0, 0, 0, .. content, .. new byte[content.Length & 1]];
        BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(4), content.Length);
        return chunk;
    }

    /// <summary>The CRC of a chunk (PNG annex D).</summary>
    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }

    /// <summary>The types of the chunks of a PNG, after checking their CRCs.</summary>
    public static List<string> ChunksOf(byte[] png)
    {
        List<string> types = [];
        for (int at = 8; at < png.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            types.Add(System.Text.Encoding.ASCII.GetString(png, at + 4, 4));
            Assert.That(BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at + 8 + length)), Is.EqualTo(Crc(png.AsSpan(at + 4, length + 4))), types[^1]);
            at += 12 + length;
        }

        return types;
    }
}
