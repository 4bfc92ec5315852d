namespace ImageShare.Cli.Metadata;

/// <summary>
/// The items of a HEIF picture (ISO/IEC 14496-12 §8.11): which bytes of the file belong to pictures, and which to Exif. Everything else in the structure that
/// is not needed to decode it is overwritten.
/// </summary>
internal sealed class HeifItems
{
    // A box of extents without sizes takes no bytes for each.
    private const int MostExtents = 100_000;

    private readonly HashSet<ulong> _pictures = [];
    private readonly HashSet<ulong> _exif = [];
    private readonly List<(long Begin, long End)> _kept = [];
    private readonly List<(long Begin, long End)> _keptInside = [];
    private ulong _primary;
    private int _extents;

    private HeifItems()
    {
    }

    /// <summary>The bytes of the file that belong to pictures, in order, without overlaps.</summary>
    public IReadOnlyList<(long Begin, long End)> Kept => _kept;

    /// <summary>Where the Exif items begin, and their lengths.</summary>
    public List<(long Begin, long Length)> Exif { get; } = [];

    /// <summary>Reads the content of a meta box, and overwrites what is not needed in it.</summary>
    public static HeifItems ReadAndClean(Span<byte> meta)
    {
        var items = new HeifItems();
        var boxes = new HeifBoxes(meta);
        _ = boxes.ReadVersion();
        Span<byte> locations = default;
        Span<byte> inside = default;
        while (boxes.TryRead(out Span<byte> type, out Span<byte> content))
        {
            if (type.SequenceEqual("iinf"u8))
            {
                items.ReadTypes(content);
            }
            else if (type.SequenceEqual("pitm"u8))
            {
                var fields = new HeifBoxes(content);
                items._primary = fields.Read(fields.ReadVersion() == 0 ? 2 : 4);
            }
            else if (type.SequenceEqual("iloc"u8))
            {
                locations = content;
            }
            else if (type.SequenceEqual("idat"u8))
            {
                inside = content;
            }
            else if (type.SequenceEqual("iprp"u8))
            {
                CleanProperties(content);
            }
            else if (!type.SequenceEqual("hdlr"u8) && !type.SequenceEqual("iref"u8) && !type.SequenceEqual("grpl"u8) && !type.SequenceEqual("dinf"u8))
            {
                Clear(type, content);
            }
        }

        if (!items._pictures.Contains(items._primary))
        {
            throw HeifMetadata.Damaged();
        }

        items.ReadLocations(locations);
        Merge(items._kept);
        Merge(items._keptInside);
        ClearOthers(inside, items._keptInside);
        return items;
    }

    private void ReadTypes(Span<byte> content)
    {
        var boxes = new HeifBoxes(content);
        _ = boxes.Read(boxes.ReadVersion() == 0 ? 2 : 4);
        while (boxes.TryRead(out _, out Span<byte> entry))
        {
            var fields = new HeifBoxes(entry);
            int version = fields.ReadVersion();
            if (version < 2)
            {
                // Without a type: not a picture.
                _ = fields.Read(4);
                ClearName(fields.Rest);
                continue;
            }

            ulong id = fields.Read(version == 2 ? 2 : 4);
            _ = fields.Read(2);
            ReadOnlySpan<byte> type = fields.Rest;
            ClearName(fields.Rest[Math.Min(4, type.Length)..]);
            if (type.StartsWith("Exif"u8))
            {
                _exif.Add(id);
            }
            else if (IsPicture(type))
            {
                _pictures.Add(id);
            }
        }
    }

    // With spaces: what follows its zero stays where it is.
    private static void ClearName(Span<byte> name)
    {
        int end = name.IndexOf((byte)0);
        name[..(end < 0 ? name.Length : end)].Fill((byte)' ');
    }

    private static bool IsPicture(ReadOnlySpan<byte> type) =>
        type.StartsWith("hvc1"u8) || type.StartsWith("av01"u8) || type.StartsWith("grid"u8) || type.StartsWith("iden"u8) || type.StartsWith("iovl"u8)
        || type.StartsWith("tmap"u8) || type.StartsWith("avc1"u8) || type.StartsWith("jpeg"u8) || type.StartsWith("vvc1"u8) || type.StartsWith("hvt1"u8)
        || type.StartsWith("j2k1"u8) || type.StartsWith("mski"u8);

    private void ReadLocations(Span<byte> content)
    {
        var fields = new HeifBoxes(content);
        int version = fields.ReadVersion();
        int sizes = (int)fields.Read(2);
        (int offsetSize, int lengthSize, int baseSize, int indexSize) = (sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15, version == 0 ? 0 : sizes & 15);
        for (ulong left = fields.Read(version < 2 ? 2 : 4); left > 0; left--)
        {
            ulong id = fields.Read(version < 2 ? 2 : 4);
            int method = version == 0 ? 0 : (int)fields.Read(2) & 15;
            ulong reference = fields.Read(2);
            ulong begin = fields.Read(baseSize);
            for (ulong extents = fields.Read(2); extents > 0; extents--)
            {
                _ = fields.Read(indexSize);
                ulong offset = fields.Read(offsetSize);
                Add(id, method, reference, begin + offset, fields.Read(lengthSize));
            }
        }
    }

    private void Add(ulong id, int method, ulong reference, ulong begin, ulong length)
    {
        // Length 0 is the whole file.
        if (++_extents > MostExtents || length == 0 || begin > long.MaxValue / 2 || length > long.MaxValue / 2)
        {
            throw HeifMetadata.Damaged();
        }

        if (reference != 0 || method > 1)
        {
            // In another file, or made of other items.
            return;
        }

        if (_pictures.Contains(id))
        {
            (method == 0 ? _kept : _keptInside).Add(((long)begin, (long)(begin + length)));
        }
        else if (method == 0 && _exif.Contains(id))
        {
            Exif.Add(((long)begin, (long)length));
        }
    }

    private static void CleanProperties(Span<byte> content)
    {
        var boxes = new HeifBoxes(content);
        while (boxes.TryRead(out Span<byte> type, out Span<byte> container))
        {
            if (!type.SequenceEqual("ipco"u8))
            {
                continue;
            }

            var properties = new HeifBoxes(container);
            while (properties.TryRead(out Span<byte> property, out Span<byte> value))
            {
                // Names and descriptions by the user, the times of taking and changing, what only one program knows.
                if (property.SequenceEqual("udes"u8) || property.SequenceEqual("crtt"u8) || property.SequenceEqual("mdft"u8) || property.SequenceEqual("uuid"u8))
                {
                    Clear(property, value);
                }
            }
        }
    }

    private static void Clear(Span<byte> type, Span<byte> content)
    {
        "free"u8.CopyTo(type);
        content.Clear();
    }

    private static void Merge(List<(long Begin, long End)> ranges)
    {
        ranges.Sort();
        int count = 0;
        foreach ((long begin, long end) in ranges.ToArray())
        {
            if (count > 0 && begin <= ranges[count - 1].End)
            {
                ranges[count - 1] = (ranges[count - 1].Begin, Math.Max(end, ranges[count - 1].End));
            }
            else
            {
                ranges[count++] = (begin, end);
            }
        }

        ranges.RemoveRange(count, ranges.Count - count);
    }

    private static void ClearOthers(Span<byte> content, List<(long Begin, long End)> kept)
    {
        int at = 0;
        foreach ((long begin, long end) in kept)
        {
            content[at..(int)Math.Clamp(begin, at, content.Length)].Clear();
            at = (int)Math.Clamp(end, at, content.Length);
        }

        content[at..].Clear();
    }
}
