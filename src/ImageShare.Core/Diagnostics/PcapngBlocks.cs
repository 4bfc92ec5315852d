using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ImageShare.Core.Diagnostics;

/// <summary>
/// Writes the blocks of a pcapng file (draft-ietf-opsawg-pcapng §4): one section, one interface that carries IP packets without a link layer, and packets with
/// nanoseconds, direction and comment. Stateless.
/// </summary>
internal static class PcapngBlocks
{
    private const int LinkTypeRaw = 101;
    private const ushort Comment = 1;

    /// <summary>The section header and the interface.</summary>
    public static byte[] Start(string application)
    {
        var output = new ArrayBufferWriter<byte>(256);
        int at = Begin(output, 0x0A0D0D0A);
        Write32(output, 0x1A2B3C4D);
        Write16(output, 1);
        Write16(output, 0);

        // The length of the section is not known.
        Write32(output, uint.MaxValue);
        Write32(output, uint.MaxValue);
        Option(output, 4, Encoding.UTF8.GetBytes(application));
        Option(output, 0, []);
        byte[] section = End(output, at);

        output.ResetWrittenCount();
        at = Begin(output, 1);
        Write16(output, LinkTypeRaw);
        Write16(output, 0);
        Write32(output, 0);
        Option(output, 2, "imageshare"u8);
        Option(output, 3, "Messages of ImageShare.Core; the IP, UDP and TCP headers are made up from the addresses and ports"u8);

        // if_tsresol: units of 10^-9 s.
        Option(output, 9, [9]);
        Option(output, 0, []);
        return [.. section, .. End(output, at)];
    }

    /// <summary>An enhanced packet block.</summary>
    public static byte[] Packet(DateTimeOffset time, bool isOutgoing, string? comment, ReadOnlySpan<byte> packet)
    {
        var output = new ArrayBufferWriter<byte>(packet.Length + 128);
        int at = Begin(output, 6);
        ulong nanoseconds = (ulong)Math.Max(0, (time - DateTimeOffset.UnixEpoch).Ticks) * TimeSpan.NanosecondsPerTick;
        Write32(output, 0);
        Write32(output, (uint)(nanoseconds >> 32));
        Write32(output, (uint)nanoseconds);
        Write32(output, (uint)packet.Length);
        Write32(output, (uint)packet.Length);
        output.Write(packet);
        Pad(output, packet.Length);
        if (comment is not null)
        {
            Option(output, Comment, Encoding.UTF8.GetBytes(comment));
        }

        // epb_flags: the direction.
        Option(output, 2, [(byte)(isOutgoing ? 2 : 1), 0, 0, 0]);
        Option(output, 0, []);
        return End(output, at);
    }

    /// <summary>An interface statistics block with the number of packets that are missing.</summary>
    public static byte[] Missing(DateTimeOffset time, long count)
    {
        var output = new ArrayBufferWriter<byte>(64);
        int at = Begin(output, 5);
        ulong nanoseconds = (ulong)Math.Max(0, (time - DateTimeOffset.UnixEpoch).Ticks) * TimeSpan.NanosecondsPerTick;
        Write32(output, 0);
        Write32(output, (uint)(nanoseconds >> 32));
        Write32(output, (uint)nanoseconds);
        byte[] value = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(value, count);
        Option(output, 5, value);
        Option(output, 0, []);
        return End(output, at);
    }

    private static int Begin(ArrayBufferWriter<byte> output, uint type)
    {
        Write32(output, type);
        Write32(output, 0);
        return output.WrittenCount - 8;
    }

    // The length stands before and behind the content.
    private static byte[] End(ArrayBufferWriter<byte> output, int start)
    {
        int length = output.WrittenCount - start + 4;
        Write32(output, (uint)length);
        byte[] block = output.WrittenSpan[start..].ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(4), length);
        return block;
    }

    private static void Option(ArrayBufferWriter<byte> output, ushort code, ReadOnlySpan<byte> value)
    {
        value = value[..Math.Min(value.Length, ushort.MaxValue)];
        Write16(output, code);
        Write16(output, (ushort)value.Length);
        output.Write(value);
        Pad(output, value.Length);
    }

    private static void Pad(ArrayBufferWriter<byte> output, int length) => output.Write("\0\0\0"u8[..(-length & 3)]);

    private static void Write16(ArrayBufferWriter<byte> output, ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(output.GetSpan(2), value);
        output.Advance(2);
    }

    private static void Write32(ArrayBufferWriter<byte> output, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(output.GetSpan(4), value);
        output.Advance(4);
    }
}
