using System.Buffers.Binary;

namespace ImageShare.Cli.Metadata;

/// <summary>Reads the numbers and the boxes of a HEIF structure (ISO/IEC 14496-12 §4.2) that is in memory.</summary>
internal ref struct HeifBoxes(Span<byte> bytes)
{
    /// <summary>What has not been read yet.</summary>
    public Span<byte> Rest { get; private set; } = bytes;

    /// <summary>A number of 0, 1, 2, 4 or 8 bytes.</summary>
    public ulong Read(int size)
    {
        ReadOnlySpan<byte> there = Rest;
        if (there.Length < size)
        {
            throw HeifMetadata.Damaged();
        }

        ulong number = size switch
        {
            0 => 0,
            1 => there[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(there),
            4 => BinaryPrimitives.ReadUInt32BigEndian(there),
            8 => BinaryPrimitives.ReadUInt64BigEndian(there),
            _ => throw HeifMetadata.Damaged(),
        };
        Rest = Rest[size..];
        return number;
    }

    /// <summary>Reads the version of a full box, and skips its flags.</summary>
    public int ReadVersion() => (int)(Read(4) >> 24);

    /// <summary>The next box: its type, which can be changed, and its content.</summary>
    public bool TryRead(out Span<byte> type, out Span<byte> content)
    {
        type = content = default;
        if (Rest.IsEmpty)
        {
            return false;
        }

        Span<byte> box = Rest;
        ulong size = Read(4);
        int head = size == 1 ? 16 : 8;
        _ = Read(4);
        size = size == 1 ? Read(8) : size == 0 ? (ulong)box.Length : size;
        if (size < (ulong)head || size > (ulong)box.Length)
        {
            throw HeifMetadata.Damaged();
        }

        type = box.Slice(4, 4);
        content = box[head..(int)size];
        Rest = box[(int)size..];
        return true;
    }
}
