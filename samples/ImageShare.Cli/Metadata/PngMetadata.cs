using System.Buffers.Binary;

namespace ImageShare.Cli.Metadata;

/// <summary>
/// PNG (third edition): a signature, and chunks of length, type, data and CRC. The chunks that a decoder needs for the pixels and their colours are copied, of
/// animations too. Of eXIf, the orientation stays. All other ancillary chunks are dropped: text, times, what only one program knows.
/// </summary>
internal static class PngMetadata
{
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    // Length, type; and the CRC after the data.
    private const int HeadLength = 8;
    private const int CrcLength = 4;

    public static void Remove(PictureReader source, Stream to)
    {
        source.Skip(Signature.Length);
        to.Write(Signature);
        bool isFirst = true, hasExif = false;
        Span<byte> head = stackalloc byte[HeadLength];
        while (true)
        {
            source.Read(head);
            uint length = BinaryPrimitives.ReadUInt32BigEndian(head);
            ReadOnlySpan<byte> type = head[4..];

            // §5.3: at most 2^31-1. IHDR is first, and the only one.
            if (length > int.MaxValue || isFirst != type.SequenceEqual("IHDR"u8))
            {
                throw Damaged();
            }

            isFirst = false;
            bool isExif = type.SequenceEqual("eXIf"u8);
            if (isExif && !hasExif && source.Peek((int)Math.Min(length, ExifOrientation.MostRead)) is var there)
            {
                hasExif = true;
                WriteOrientation(ExifOrientation.Read(there[..(int)Math.Min(length, (uint)there.Length)]), to);
            }

            if (IsKept(type))
            {
                to.Write(head);
                source.Copy(length + (long)CrcLength, to);
            }
            else if ((type[0] & 0x20) != 0)
            {
                source.Copy(length + (long)CrcLength, null);
            }
            else
            {
                // A critical chunk that is not known: no decoder can read the picture without it (§14.2).
                throw Damaged();
            }

            if (type.SequenceEqual("IEND"u8))
            {
                // What follows is not part of the picture.
                return;
            }
        }
    }

    private static bool IsKept(ReadOnlySpan<byte> type) =>
        type.SequenceEqual("IHDR"u8) || type.SequenceEqual("PLTE"u8) || type.SequenceEqual("IDAT"u8) || type.SequenceEqual("IEND"u8)
        || type.SequenceEqual("tRNS"u8) || type.SequenceEqual("bKGD"u8) || type.SequenceEqual("pHYs"u8) || type.SequenceEqual("sBIT"u8)
        || type.SequenceEqual("iCCP"u8) || type.SequenceEqual("sRGB"u8) || type.SequenceEqual("gAMA"u8) || type.SequenceEqual("cHRM"u8)
        || type.SequenceEqual("cICP"u8) || type.SequenceEqual("mDCV"u8) || type.SequenceEqual("cLLI"u8)
        || type.SequenceEqual("acTL"u8) || type.SequenceEqual("fcTL"u8) || type.SequenceEqual("fdAT"u8);

    private static void WriteOrientation(byte orientation, Stream to)
    {
        if (orientation == 1)
        {
            return;
        }

        Span<byte> chunk = stackalloc byte[HeadLength + ExifOrientation.Size + CrcLength];
        BinaryPrimitives.WriteUInt32BigEndian(chunk, ExifOrientation.Size);
        "eXIf"u8.CopyTo(chunk[4..]);
        ExifOrientation.Write(chunk[HeadLength..], orientation);
        BinaryPrimitives.WriteUInt32BigEndian(chunk[^CrcLength..], Crc(chunk[4..^CrcLength]));
        to.Write(chunk);
    }

    // Annex D, bit by bit: it is used for 30 bytes.
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
            }
        }

        return ~crc;
    }

    private static MetadataException Damaged() => new("the PNG is damaged, so what is in it cannot be told; choose an undamaged file.");
}
