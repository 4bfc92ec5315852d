using System.Buffers.Binary;

namespace ImageShare.Cli.Metadata;

/// <summary>How a picture is to be turned (Exif 2.32 §4.6.4, tag 0x0112): the only tag that stays, because without it the picture would lie on its side.</summary>
internal static class ExifOrientation
{
    /// <summary>The most bytes of Exif that are looked at. The first directory stands at the beginning, and the tag near its start.</summary>
    public const int MostRead = 4096;

    /// <summary>The size of what <see cref="Write"/> writes: a TIFF header and a directory with one entry.</summary>
    public const int Size = 26;

    private const ushort Tag = 0x0112;
    private const byte Short = 3;

    /// <summary>Finds the orientation in the TIFF structure of an Exif block.</summary>
    /// <returns>2 to 8; 1, which is upright, if there is none or it cannot be read.</returns>
    public static byte Read(ReadOnlySpan<byte> tiff)
    {
        bool isLittle = tiff.StartsWith("II*\0"u8);
        if (tiff.Length < Size || (!isLittle && !tiff.StartsWith("MM\0*"u8)))
        {
            return 1;
        }

        uint offset = isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (offset > tiff.Length - 2)
        {
            return 1;
        }

        ReadOnlySpan<byte> directory = tiff[(int)offset..];
        int count = UInt16(directory, isLittle);
        for (directory = directory[2..]; count > 0 && directory.Length >= 12; count--, directory = directory[12..])
        {
            if (UInt16(directory, isLittle) == Tag)
            {
                return UInt16(directory[2..], isLittle) == Short && UInt16(directory[8..], isLittle) is >= 2 and <= 8 and var value ? (byte)value : (byte)1;
            }
        }

        return 1;
    }

    /// <summary>Writes an Exif block with this orientation and nothing else.</summary>
    public static void Write(Span<byte> tiff, byte orientation)
    {
        ReadOnlySpan<byte> block =
        [
            (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8,
            0, 1,
            0x01, 0x12, 0, Short, 0, 0, 0, 1, 0, orientation, 0, 0,
            0, 0, 0, 0,
        ];
        block.CopyTo(tiff);
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, bool isLittle) =>
        isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
