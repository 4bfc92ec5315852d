using System.Buffers.Binary;

namespace ImageShare.Cli.Metadata;

/// <summary>
/// HEIC and AVIF (ISO/IEC 23008-12): boxes, of which one, meta, says which bytes of the file belong to what. Those of pictures are copied; all others are
/// overwritten with zeros, so that none moves: Exif, XMP, what a film needs, what makers add. The orientation is not in Exif here.
/// </summary>
internal static class HeifMetadata
{
    // A photograph of 64 tiles takes about 4000.
    private const int LongestMeta = 1024 * 1024;

    private const int MostExif = 16;

    // Offset of the TIFF header, and a TIFF structure with an empty directory.
    private static ReadOnlySpan<byte> EmptyExif => [0, 0, 0, 0, (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0];

    public static bool IsHeif(ReadOnlySpan<byte> start) =>
        start.Length >= 12 && start[4..].StartsWith("ftyp"u8)
        && (start[8..].StartsWith("heic"u8) || start[8..].StartsWith("heix"u8) || start[8..].StartsWith("mif1"u8) || start[8..].StartsWith("avif"u8));

    public static void Remove(PictureReader source, Stream to)
    {
        long begin = to.Position, at = 0;
        HeifItems? items = null;
        List<(long Begin, long End)> data = [];
        Span<byte> head = stackalloc byte[16];
        while (!source.Peek().IsEmpty)
        {
            Span<byte> size = head[..8];
            source.Read(size);
            long length = BinaryPrimitives.ReadUInt32BigEndian(size);
            if (length == 1)
            {
                size = head;
                source.Read(size[8..]);
                length = BinaryPrimitives.ReadInt64BigEndian(size[8..]);
            }

            // 0: the last box, to the end of the file.
            length = length == 0 ? long.MaxValue : length - size.Length;
            if (length < 0)
            {
                throw Damaged();
            }

            at += size.Length;
            Span<byte> type = size.Slice(4, 4);
            if (type.SequenceEqual("meta"u8) && items is null && length <= LongestMeta)
            {
                using var content = new MemoryStream();
                source.Copy(length, content);
                Span<byte> meta = content.GetBuffer().AsSpan(0, (int)content.Length);
                items = HeifItems.ReadAndClean(meta);
                to.Write(size);
                to.Write(meta);
            }
            else if (type.SequenceEqual("ftyp"u8) && at == size.Length && length <= LongestMeta)
            {
                to.Write(size);
                source.Copy(length, to);
            }
            else if (type.SequenceEqual("meta"u8) || type.SequenceEqual("ftyp"u8) || type.SequenceEqual("moov"u8) || items is null)
            {
                // A film, or its data before their description.
                throw Damaged();
            }
            else
            {
                bool isData = type.SequenceEqual("mdat"u8);
                (isData ? "mdat"u8 : "free"u8).CopyTo(type);
                to.Write(size);
                length = CopyKept(source, length, at, isData ? items.Kept : [], to);
                if (isData)
                {
                    data.Add((at, at + length));
                }
            }

            at += length;
        }

        if (items is null)
        {
            throw Damaged();
        }

        WriteEmptyExif(items, data, begin, to);
        to.Position = begin + at;
    }

    public static MetadataException Damaged() => new("the HEIC or AVIF is damaged or of an unusual structure, so what is in it cannot be told.");

    // Copies what is in these ranges of the file, and writes zeros for all else. A length of long.MaxValue is all that is left.
    private static long CopyKept(PictureReader source, long length, long at, IReadOnlyList<(long Begin, long End)> kept, Stream to)
    {
        Span<byte> zeros = stackalloc byte[4096];
        zeros.Clear();
        long copied = 0;
        int next = 0;
        while (copied < length)
        {
            ReadOnlySpan<byte> there = source.Peek();
            if (there.IsEmpty)
            {
                return length == long.MaxValue ? copied : throw PictureReader.Truncated();
            }

            while (next < kept.Count && kept[next].End <= at + copied)
            {
                next++;
            }

            (long begin, long end) = next < kept.Count ? kept[next] : (long.MaxValue, long.MaxValue);
            bool isKept = begin <= at + copied;
            long most = Math.Min(Math.Min(there.Length, length - copied), isKept ? end - (at + copied) : Math.Min(zeros.Length, begin - (at + copied)));
            there = there[..(int)most];
            to.Write(isKept ? there : zeros[..there.Length]);
            source.Skip(there.Length);
            copied += there.Length;
        }

        return copied;
    }

    // Readers that follow the item find a structure that they can read.
    private static void WriteEmptyExif(HeifItems items, List<(long Begin, long End)> data, long begin, Stream to)
    {
        foreach ((long at, long length) in items.Exif.Take(MostExif))
        {
            long end = at + EmptyExif.Length;
            if (length >= EmptyExif.Length && data.Exists(box => at >= box.Begin && end <= box.End) && items.Kept.All(kept => end <= kept.Begin || at >= kept.End))
            {
                to.Position = begin + at;
                to.Write(EmptyExif);
            }
        }
    }
}
