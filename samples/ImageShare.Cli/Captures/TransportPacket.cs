using System.Buffers.Binary;
using System.Net;

namespace ImageShare.Cli.Captures;

/// <summary>What a packet carries over UDP or TCP.</summary>
/// <param name="IsTcp">Whether it is a TCP segment.</param>
/// <param name="From">The sender.</param>
/// <param name="To">The receiver.</param>
/// <param name="Sequence">The number of the first byte of a segment.</param>
/// <param name="StartsStream">Whether it is a SYN: the numbers begin here.</param>
/// <param name="Payload">As much as was captured.</param>
/// <param name="Length">How much it was on the wire.</param>
internal readonly record struct TransportPacket(bool IsTcp, IPEndPoint From, IPEndPoint To, uint Sequence, bool StartsStream, ReadOnlyMemory<byte> Payload, int Length)
{
    private const int Udp = 17;
    private const int Tcp = 6;

    /// <summary>Takes the headers off. False for what is not UDP or TCP over IP, for fragments, and for what is cut off inside a header.</summary>
    public static bool TryRead(in CapturedPacket packet, out TransportPacket transport)
    {
        transport = default;
        ReadOnlyMemory<byte> bytes = packet.Bytes;
        int ip = LinkHeader(bytes.Span, packet.LinkType);
        return ip >= 0 && ip < bytes.Length && TryReadIp(bytes[ip..], out transport);
    }

    // Where the IP header begins; -1 for anything else.
    private static int LinkHeader(ReadOnlySpan<byte> bytes, int linkType)
    {
        switch (linkType)
        {
            case 12 or 14 or 101 or 228 or 229:
                return 0;
            case 0 or 108:
                return 4;
            case 113 when bytes.Length >= 16:
                return IsIp(bytes[14..]) ? 16 : -1;
            case 276 when bytes.Length >= 20:
                return IsIp(bytes) ? 20 : -1;
            case 1:
                // Ethernet, with VLAN tags.
                int at = 12;
                while (bytes.Length >= at + 2 && BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]) is 0x8100 or 0x88A8)
                {
                    at += 4;
                }

                return bytes.Length >= at + 2 && IsIp(bytes[at..]) ? at + 2 : -1;
            default:
                return -1;
        }
    }

    private static bool IsIp(ReadOnlySpan<byte> type) => BinaryPrimitives.ReadUInt16BigEndian(type) is 0x0800 or 0x86DD;

    private static bool TryReadIp(ReadOnlyMemory<byte> packet, out TransportPacket transport)
    {
        transport = default;
        ReadOnlySpan<byte> bytes = packet.Span;
        if (bytes.Length >= 20 && bytes[0] >> 4 == 4)
        {
            int header = (bytes[0] & 15) * 4;
            int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);

            // The length is 0 where the network card cuts large segments; a fragment is not put together.
            length = length == 0 ? bytes.Length : length;
            bool isFragment = (BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]) & 0x3FFF) != 0;
            return header >= 20 && header <= bytes.Length && length >= header && !isFragment
                && TryReadTransport(packet, header, length, bytes[9], new IPAddress(bytes[12..16]), new IPAddress(bytes[16..20]), out transport);
        }

        if (bytes.Length >= 40 && bytes[0] >> 4 == 6)
        {
            int payload = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
            return TryReadTransport(packet, 40, payload == 0 ? bytes.Length : 40 + payload, bytes[6], new IPAddress(bytes[8..24]), new IPAddress(bytes[24..40]), out transport);
        }

        return false;
    }

    private static bool TryReadTransport(
        ReadOnlyMemory<byte> packet, int at, int end, int protocol, IPAddress source, IPAddress target, out TransportPacket transport)
    {
        transport = default;
        ReadOnlySpan<byte> header = packet.Span[at..];
        int captured = Math.Min(packet.Length, end);
        if (protocol == Udp && header.Length >= 8 && end >= at + 8)
        {
            (IPEndPoint from, IPEndPoint to) = Ends(header, source, target);
            int start = Math.Min(at + 8, captured);
            transport = new TransportPacket(false, from, to, 0, false, packet[start..captured], end - at - 8);
            return true;
        }

        int length = protocol == Tcp && header.Length >= 20 ? (header[12] >> 4) * 4 : 0;
        if (length < 20 || end < at + length)
        {
            return false;
        }

        (IPEndPoint sender, IPEndPoint receiver) = Ends(header, source, target);
        int data = Math.Min(at + length, captured);
        transport = new TransportPacket(
            true, sender, receiver, BinaryPrimitives.ReadUInt32BigEndian(header[4..]), (header[13] & 2) != 0, packet[data..captured], end - at - length);
        return true;
    }

    private static (IPEndPoint From, IPEndPoint To) Ends(ReadOnlySpan<byte> header, IPAddress source, IPAddress target) => (
        new IPEndPoint(source, BinaryPrimitives.ReadUInt16BigEndian(header)), new IPEndPoint(target, BinaryPrimitives.ReadUInt16BigEndian(header[2..])));
}
