using System.Buffers.Binary;
using System.Globalization;

namespace ImageShare.Cli.Captures;

/// <summary>A packet of a capture file.</summary>
/// <param name="Time">When it was captured.</param>
/// <param name="LinkType">What its first header is.</param>
/// <param name="Bytes">As much of it as was captured.</param>
/// <param name="Offset">Where in the file it is.</param>
internal readonly record struct CapturedPacket(DateTimeOffset? Time, int LinkType, byte[] Bytes, long Offset);

/// <summary>
/// Reads the packets of pcap and pcapng files (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng) one after the other, in either byte order. Holds one packet at a time.
/// </summary>
internal sealed class PacketFileReader(Stream file)
{
    /// <summary>The largest block or packet: more than any link carries.</summary>
    private const int MaxBlock = 1024 * 1024;
    private const int MaxInterfaces = 1024;

    private readonly List<(int LinkType, ulong UnitsPerSecond)> _interfaces = [];
    private readonly byte[] _word = new byte[4];
    private bool _isBigEndian;
    private long _offset;

    public static bool IsCapture(ReadOnlySpan<byte> start) => start.Length >= 4
        && BinaryPrimitives.ReadUInt32BigEndian(start) is 0x0A0D0D0A or 0xA1B2C3D4 or 0xD4C3B2A1 or 0xA1B23C4D or 0x4D3CB2A1;

    public IEnumerable<CapturedPacket> Read()
    {
        uint magic = TryReadWord() ?? throw Wrong("is empty");
        return !IsCapture(_word) ? throw Wrong("begins neither as pcap nor as pcapng does", 0)
            : magic == 0x0A0D0D0A ? ReadBlocks() : ReadRecords(magic);
    }

    // pcap: a header, then records.
    private IEnumerable<CapturedPacket> ReadRecords(uint magic)
    {
        _isBigEndian = magic is 0xA1B2C3D4 or 0xA1B23C4D;
        bool hasNanoseconds = magic is 0xA1B23C4D or 0x4D3CB2A1;
        byte[] header = ReadExactly(20, "the file header");

        // The upper bits say how long a frame check sequence is.
        int linkType = (int)(Word(header, 16) & 0x0FFFFFFF);
        while (true)
        {
            long at = _offset;
            if (TryReadWord() is not { } first)
            {
                yield break;
            }

            uint seconds = _isBigEndian ? first : BinaryPrimitives.ReverseEndianness(first);
            byte[] rest = ReadExactly(12, "a packet header");
            uint length = Word(rest, 4);
            if (length > MaxBlock)
            {
                throw Wrong($"says that a packet has {length} bytes", at);
            }

            long ticks = Word(rest, 0) * (hasNanoseconds ? 1L : 1000L) / TimeSpan.NanosecondsPerTick;
            yield return new CapturedPacket(DateTimeOffset.UnixEpoch.AddSeconds(seconds).AddTicks(ticks), linkType, ReadExactly((int)length, "a packet"), at);
        }
    }

    // pcapng: blocks, of which sections, interfaces and packets matter.
    private IEnumerable<CapturedPacket> ReadBlocks()
    {
        uint? type = 0x0A0D0D0A;
        while (type is not null)
        {
            long at = _offset - 4;
            byte[] lengthBytes = ReadExactly(4, "a block");
            byte[] order = [];
            if (type == 0x0A0D0D0A)
            {
                order = ReadExactly(4, "a section header");
                _isBigEndian = BinaryPrimitives.ReadUInt32BigEndian(order) switch
                {
                    0x1A2B3C4D => true,
                    0x4D3C2B1A => false,
                    _ => throw Wrong("has a section header without a byte order", at),
                };
                _interfaces.Clear();
            }

            uint length = Word(lengthBytes, 0);
            if (length < 12 + order.Length || length > MaxBlock || length % 4 != 0)
            {
                throw Wrong($"has a block of {length} bytes", at);
            }

            byte[] body = ReadExactly((int)length - 12 - order.Length, "a block");
            if (Word(ReadExactly(4, "the end of a block"), 0) != length)
            {
                throw Wrong("has a block whose two lengths differ", at);
            }

            uint kind = _isBigEndian || type == 0x0A0D0D0A ? type.Value : BinaryPrimitives.ReverseEndianness(type.Value);
            if (kind == 1)
            {
                AddInterface(body, at);
            }
            else if (kind is 6 or 3)
            {
                yield return kind == 6 ? ReadEnhanced(body, at) : ReadSimple(body, at);
            }

            type = TryReadWord();
        }
    }

    private void AddInterface(byte[] body, long at)
    {
        if (body.Length < 8 || _interfaces.Count >= MaxInterfaces)
        {
            throw Wrong("has an interface that cannot be read", at);
        }

        ulong units = 1_000_000;
        for (int i = 8; i + 4 <= body.Length;)
        {
            int code = Half(body, i);
            int length = Half(body, i + 2);
            if (code == 0 || i + 4 + length > body.Length)
            {
                break;
            }

            if (code == 9 && length == 1)
            {
                // if_tsresol: a power of ten, or of two.
                int power = body[i + 4] & 0x7F;
                units = (body[i + 4] & 0x80) != 0 ? 1UL << Math.Min(power, 62) : (ulong)Math.Pow(10, Math.Min(power, 18));
            }

            i += 4 + ((length + 3) & ~3);
        }

        _interfaces.Add((Half(body, 0), units));
    }

    private CapturedPacket ReadEnhanced(byte[] body, long at)
    {
        if (body.Length < 20 || Word(body, 0) >= _interfaces.Count || Word(body, 12) > body.Length - 20)
        {
            throw Wrong("has a packet block that cannot be read", at);
        }

        (int linkType, ulong units) = _interfaces[(int)Word(body, 0)];
        ulong time = ((ulong)Word(body, 4) << 32) | Word(body, 8);
        ulong seconds = time / units;
        long ticks = (long)((UInt128)(time % units) * TimeSpan.TicksPerSecond / units);
        DateTimeOffset? when = seconds < 200_000_000_000 ? DateTimeOffset.UnixEpoch.AddSeconds(seconds).AddTicks(ticks) : null;
        return new CapturedPacket(when, linkType, body[20..(20 + (int)Word(body, 12))], at);
    }

    private CapturedPacket ReadSimple(byte[] body, long at)
    {
        if (body.Length < 4 || _interfaces.Count == 0)
        {
            throw Wrong("has a packet block that cannot be read", at);
        }

        return new CapturedPacket(null, _interfaces[0].LinkType, body[4..(4 + (int)Math.Min(Word(body, 0), body.Length - 4))], at);
    }

    // In the byte order of the file's first word: as it stands there.
    private uint? TryReadWord()
    {
        int read = file.ReadAtLeast(_word, 4, throwOnEndOfStream: false);
        if (read is > 0 and < 4)
        {
            throw Wrong("ends inside a header; it was cut off");
        }

        _offset += read;
        return read == 0 ? null : BinaryPrimitives.ReadUInt32BigEndian(_word);
    }

    private byte[] ReadExactly(int count, string what)
    {
        byte[] bytes = new byte[count];
        int read = file.ReadAtLeast(bytes, count, throwOnEndOfStream: false);
        _offset += read;
        return read == count ? bytes : throw Wrong($"ends inside {what}; it was cut off");
    }

    private uint Word(byte[] bytes, int at) =>
        _isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at)) : BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    private int Half(byte[] bytes, int at) =>
        _isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at)) : BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    private CaptureException Wrong(string what, long? at = null) => new(string.Create(CultureInfo.InvariantCulture, $"The capture {what}, at byte {at ?? _offset}."), at ?? _offset);
}
