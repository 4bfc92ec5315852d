using System.Buffers.Binary;

namespace ImageShare.Cli.Metadata;

/// <summary>
/// JPEG (ITU-T T.81 annex B): segments up to the first scan, then scans with segments between them. Only what a decoder needs is copied: frame, tables, scans,
/// JFIF (without its thumbnail), the ICC profile, and Adobe's colour transform. What follows the end of the image, as the second picture of an MPF file or the
/// film of a "motion photo", is dropped.
/// </summary>
internal static class JpegMetadata
{
    public static ReadOnlySpan<byte> Signature => [0xFF, Soi, 0xFF];

    private const byte Soi = 0xD8;
    private const byte Eoi = 0xD9;
    private const byte Sos = 0xDA;

    private static ReadOnlySpan<byte> Exif => "Exif\0\0"u8;

    public static void Remove(PictureReader source, Stream to)
    {
        source.Skip(2);
        to.Write([0xFF, Soi]);
        bool hasFrame = false, hasScan = false, hasExif = false;
        while (NextMarker(source, hasScan) is { } marker)
        {
            if (marker == Eoi)
            {
                if (!hasScan)
                {
                    throw Damaged();
                }

                to.Write([0xFF, Eoi]);
                return;
            }

            int length = source.ReadUInt16() - 2;
            if (length < 0)
            {
                throw Damaged();
            }

            switch (marker)
            {
                case 0xE1 when !hasExif && source.Peek(Math.Min(length, ExifOrientation.MostRead)) is var there && there.StartsWith(Exif) && length >= Exif.Length:
                    hasExif = true;
                    WriteOrientation(ExifOrientation.Read(there[Exif.Length..Math.Min(there.Length, length)]), to);
                    source.Copy(length, null);
                    break;
                case 0xE0 when length >= 14 && source.Peek(14) is { Length: >= 14 } jfif && jfif.StartsWith("JFIF\0"u8):
                    WriteJfif(source, length, to);
                    break;
                case 0xE2 when length >= 12 && source.Peek(12).StartsWith("ICC_PROFILE\0"u8):
                case 0xEE when length >= 12 && source.Peek(12).StartsWith("Adobe"u8):
                    CopySegment(source, marker, length, to);
                    break;
                case Sos:
                    if (!hasFrame)
                    {
                        throw Damaged();
                    }

                    hasScan = true;
                    CopySegment(source, marker, length, to);
                    CopyScan(source, to);
                    break;
                case >= 0xC0 and <= 0xCF:
                    hasFrame |= marker is not (0xC4 or 0xC8 or 0xCC);
                    CopySegment(source, marker, length, to);
                    break;
                case >= 0xDB and <= 0xDF:
                    CopySegment(source, marker, length, to);
                    break;
                case < 0xE0:
                    throw Damaged();
                default:
                    // Exif, XMP, IPTC, comments, what only one maker knows.
                    source.Copy(length, null);
                    break;
            }
        }
    }

    /// <summary>The next marker; null at the end of a file that lacks its end marker, which decoders accept.</summary>
    private static byte? NextMarker(PictureReader source, bool mayEnd)
    {
        int next = source.ReadByte();
        if (next < 0 && mayEnd)
        {
            return null;
        }

        if (next != 0xFF)
        {
            throw next < 0 ? PictureReader.Truncated() : Damaged();
        }

        // Any number of fill bytes may stand before a marker (B.1.1.2).
        do
        {
            next = source.ReadByte();
        }
        while (next == 0xFF);
        return next switch
        {
            < 0 when mayEnd => null,
            < 0 => throw PictureReader.Truncated(),
            _ => (byte)next,
        };
    }

    private static void CopySegment(PictureReader source, byte marker, int length, Stream to)
    {
        Span<byte> head = [0xFF, marker, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(head[2..], (ushort)(length + 2));
        to.Write(head);
        source.Copy(length, to);
    }

    // Entropy-coded data: in it, FF is followed by 0 or is a restart marker (B.1.1.5); anything else begins the next segment and stays unread.
    private static void CopyScan(PictureReader source, Stream to)
    {
        while (source.Peek(2) is { IsEmpty: false } there)
        {
            int at = there.IndexOf((byte)0xFF);
            int count = at > 0 ? at
                : at < 0 ? there.Length
                : there.Length == 1 ? 1
                : there[1] is 0 or (>= 0xD0 and <= 0xD7) ? 2
                : 0;
            if (count == 0)
            {
                return;
            }

            to.Write(there[..count]);
            source.Skip(count);
        }
    }

    private static void WriteJfif(PictureReader source, int length, Stream to)
    {
        Span<byte> segment = [0xFF, 0xE0, 0, 16, .. source.Peek(14)[..12], 0, 0];
        source.Copy(length, null);
        to.Write(segment);
    }

    private static void WriteOrientation(byte orientation, Stream to)
    {
        if (orientation == 1)
        {
            return;
        }

        Span<byte> segment = stackalloc byte[4 + 6 + ExifOrientation.Size];
        segment[0] = 0xFF;
        segment[1] = 0xE1;
        BinaryPrimitives.WriteUInt16BigEndian(segment[2..], (ushort)(segment.Length - 2));
        Exif.CopyTo(segment[4..]);
        ExifOrientation.Write(segment[10..], orientation);
        to.Write(segment);
    }

    private static MetadataException Damaged() => new("the JPEG is damaged, so what is in it cannot be told; choose an undamaged file.");
}
