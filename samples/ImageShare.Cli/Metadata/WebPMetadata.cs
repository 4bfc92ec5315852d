using System.Buffers.Binary;

namespace ImageShare.Cli.Metadata;

/// <summary>
/// WebP (RFC 9649 §2): a RIFF file of chunks of type, length, data and a byte of padding. The chunks of the picture, its animation and its ICC profile are
/// copied; of EXIF, the orientation stays; XMP and unknown chunks are dropped. The flags in VP8X that name them are cleared.
/// </summary>
internal static class WebPMetadata
{
    private const int HeadLength = 8;
    private const byte ExifFlag = 0x08;
    private const byte XmpFlag = 0x04;

    public static bool IsWebP(ReadOnlySpan<byte> start) => start.Length >= 12 && start.StartsWith("RIFF"u8) && start[8..].StartsWith("WEBP"u8);

    public static void Remove(PictureReader source, Stream to)
    {
        long begin = to.Position;
        Span<byte> head = stackalloc byte[12];
        source.Read(head);
        to.Write(head);

        // The size does not count itself and the four bytes before it. What follows the RIFF file is not part of the picture.
        long left = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]) - 4L;
        long flagsAt = -1;
        byte flags = 0;
        bool hasPicture = false, hasExif = false;
        head = head[..HeadLength];
        while (left >= HeadLength)
        {
            source.Read(head);
            ReadOnlySpan<byte> type = head[..4];
            long length = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
            left -= HeadLength + length;
            if (left < 0)
            {
                throw Damaged();
            }

            // Some writers leave out the padding of the last chunk.
            long padding = Math.Min(left, length & 1);
            left -= padding;
            bool isExtended = type.SequenceEqual("VP8X"u8);
            if (isExtended)
            {
                if (length != 10 || flagsAt >= 0 || hasPicture || source.Peek(10) is not { Length: >= 10 } there)
                {
                    throw Damaged();
                }

                flags = (byte)(there[0] & ~(ExifFlag | XmpFlag));
                flagsAt = to.Position + HeadLength;
            }
            else if (type.SequenceEqual("EXIF"u8) && !hasExif)
            {
                hasExif = true;
                flags |= CopyOrientation(source, length, flagsAt >= 0, to);
                source.Copy(length + padding, null);
                continue;
            }

            if (type.SequenceEqual("ANMF"u8))
            {
                hasPicture = true;
                WebPFrame.Copy(source, length, to);
                source.Copy(padding, null);
                continue;
            }

            bool isPicture = type.SequenceEqual("VP8 "u8) || type.SequenceEqual("VP8L"u8);
            hasPicture |= isPicture;
            if (isPicture || isExtended || type.SequenceEqual("ALPH"u8) || type.SequenceEqual("ANIM"u8) || type.SequenceEqual("ICCP"u8))
            {
                to.Write(head);
                source.Copy(length + padding, to);
            }
            else
            {
                source.Copy(length + padding, null);
            }
        }

        if (!hasPicture)
        {
            throw Damaged();
        }

        Complete(to, begin, flagsAt, flags);
    }

    public static MetadataException Damaged() => new("the WebP is damaged, so what is in it cannot be told; choose an undamaged file.");

    // Some writers put the six bytes before it that JPEG has.
    private static byte CopyOrientation(PictureReader source, long length, bool isExtended, Stream to)
    {
        ReadOnlySpan<byte> exif = source.Peek((int)Math.Min(length, ExifOrientation.MostRead));
        exif = exif[..(int)Math.Min(exif.Length, length)];
        byte orientation = ExifOrientation.Read(exif.StartsWith("Exif\0\0"u8) ? exif[6..] : exif);
        if (orientation == 1 || !isExtended)
        {
            return 0;
        }

        Span<byte> chunk = stackalloc byte[HeadLength + ExifOrientation.Size];
        "EXIF"u8.CopyTo(chunk);
        BinaryPrimitives.WriteUInt32LittleEndian(chunk[4..], ExifOrientation.Size);
        ExifOrientation.Write(chunk[HeadLength..], orientation);
        to.Write(chunk);
        return ExifFlag;
    }

    private static void Complete(Stream to, long begin, long flagsAt, byte flags)
    {
        long end = to.Position;
        Span<byte> size = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(size, (uint)(end - begin - HeadLength));
        to.Position = begin + 4;
        to.Write(size);
        if (flagsAt >= 0)
        {
            to.Position = flagsAt;
            to.WriteByte(flags);
        }

        to.Position = end;
    }
}
