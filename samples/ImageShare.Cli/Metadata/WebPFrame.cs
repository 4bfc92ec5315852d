using System.Buffers.Binary;

namespace ImageShare.Cli.Metadata;

/// <summary>A frame of an animated WebP (RFC 9649 §2.7.1.1): where and how long it is shown, then chunks. Those of its picture are copied; unknown ones are dropped.</summary>
internal static class WebPFrame
{
    private const int HeadLength = 8;
    private const int SettingsLength = 16;

    /// <summary>Copies a frame whose type and length have been read.</summary>
    public static void Copy(PictureReader source, long length, Stream to)
    {
        long begin = to.Position;
        Span<byte> head = stackalloc byte[HeadLength];
        "ANMF"u8.CopyTo(head);
        to.Write(head);
        long left = length - SettingsLength;
        if (left < 0)
        {
            throw WebPMetadata.Damaged();
        }

        source.Copy(SettingsLength, to);
        while (left >= HeadLength)
        {
            source.Read(head);
            long size = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
            left -= HeadLength + size;
            if (left < 0)
            {
                throw WebPMetadata.Damaged();
            }

            long padding = Math.Min(left, size & 1);
            left -= padding;
            bool isKept = head.StartsWith("VP8 "u8) || head.StartsWith("VP8L"u8) || head.StartsWith("ALPH"u8);
            if (isKept)
            {
                to.Write(head);
            }

            source.Copy(size + padding, isKept ? to : null);
        }

        // Too short for a chunk.
        source.Copy(left, null);
        Complete(to, begin);
    }

    private static void Complete(Stream to, long begin)
    {
        long length = to.Position - begin - HeadLength;
        if ((length & 1) != 0)
        {
            to.WriteByte(0);
        }

        long end = to.Position;
        Span<byte> size = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(size, (uint)length);
        to.Position = begin + 4;
        to.Write(size);
        to.Position = end;
    }
}
