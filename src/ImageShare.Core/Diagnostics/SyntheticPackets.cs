using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace ImageShare.Core.Diagnostics;

/// <summary>
/// Puts messages into the IP packets they could have come in: UDP datagrams, and TCP segments whose sequence numbers continue per connection and direction.
/// Not thread-safe.
/// </summary>
internal sealed class SyntheticPackets
{
    /// <summary>The most bytes of a message in one TCP segment; a longer one has several.</summary>
    public const int MaxSegment = 60_000;

    // Both directions of a connection have one each. When there are more, the one that was quiet for longest is forgotten: its numbers start again.
    private const int MaxStreams = 16_384;
    private const int MaxDatagram = 65_507;
    private const byte Udp = 17;
    private const byte Tcp = 6;

    private readonly Dictionary<(IPEndPoint From, IPEndPoint To), LinkedListNode<Stream>> _streams = [];
    private readonly LinkedList<Stream> _byUse = [];
    private ushort _id;

    /// <summary>A datagram.</summary>
    public byte[] Datagram(IPEndPoint from, IPEndPoint to, ReadOnlySpan<byte> message)
    {
        message = message[..Math.Min(message.Length, MaxDatagram)];
        byte[] packet = Begin(from, to, Udp, 8 + message.Length, out int at);
        Span<byte> udp = packet.AsSpan(at);
        BinaryPrimitives.WriteUInt16BigEndian(udp, (ushort)from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], (ushort)to.Port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)udp.Length);
        message.CopyTo(udp[8..]);
        ushort sum = Checksum(from, to, Udp, udp);

        // A sum of zero says that there is none (RFC 768).
        BinaryPrimitives.WriteUInt16BigEndian(udp[6..], sum == 0 ? ushort.MaxValue : sum);
        return packet;
    }

    /// <summary>The next segments of a connection.</summary>
    public IEnumerable<byte[]> Segments(IPEndPoint from, IPEndPoint to, ReadOnlyMemory<byte> message)
    {
        Stream sending = Find(from, to);
        Stream receiving = Find(to, from);
        for (int done = 0; done < message.Length;)
        {
            ReadOnlyMemory<byte> part = message.Slice(done, Math.Min(MaxSegment, message.Length - done));
            yield return Segment(from, to, sending.Next, receiving.Next, part.Span);
            done += part.Length;
            sending.Next += (uint)part.Length;
        }
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>Both ends in one family; an end that is not known is the unspecified address.</summary>
    public static (IPEndPoint Local, IPEndPoint Remote) Ends(IPEndPoint? local, IPEndPoint remote)
    {
        var far = new IPEndPoint(Plain(remote.Address), remote.Port);
        IPAddress? near = local is null ? null : Plain(local.Address);
        if (near is null || near.AddressFamily != far.AddressFamily)
        {
            near = far.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
        }

        return (new IPEndPoint(near, local?.Port ?? 0), far);
    }

    private byte[] Segment(IPEndPoint from, IPEndPoint to, uint number, uint expected, ReadOnlySpan<byte> message)
    {
        byte[] packet = Begin(from, to, Tcp, 20 + message.Length, out int at);
        Span<byte> tcp = packet.AsSpan(at);
        BinaryPrimitives.WriteUInt16BigEndian(tcp, (ushort)from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], (ushort)to.Port);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], number);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], expected);
        tcp[12] = 5 << 4;

        // PSH, ACK.
        tcp[13] = 0x18;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], ushort.MaxValue);
        message.CopyTo(tcp[20..]);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[16..], Checksum(from, to, Tcp, tcp));
        return packet;
    }

    private byte[] Begin(IPEndPoint from, IPEndPoint to, byte protocol, int length, out int at)
    {
        bool isV6 = from.AddressFamily == AddressFamily.InterNetworkV6;
        at = isV6 ? 40 : 20;
        byte[] packet = new byte[at + length];
        if (isV6)
        {
            packet[0] = 6 << 4;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)length);
            packet[6] = protocol;
            packet[7] = 64;
            from.Address.TryWriteBytes(packet.AsSpan(8), out _);
            to.Address.TryWriteBytes(packet.AsSpan(24), out _);
            return packet;
        }

        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), _id++);

        // Do not fragment.
        packet[6] = 0x40;
        packet[8] = 64;
        packet[9] = protocol;
        from.Address.TryWriteBytes(packet.AsSpan(12), out _);
        to.Address.TryWriteBytes(packet.AsSpan(16), out _);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), Fold(Sum(packet.AsSpan(0, 20))));
        return packet;
    }

    // RFC 768 and RFC 9293 §3.1 with the pseudo header; RFC 8200 §8.1 for IPv6 gives the same sum.
    private static ushort Checksum(IPEndPoint from, IPEndPoint to, byte protocol, ReadOnlySpan<byte> content)
    {
        Span<byte> addresses = stackalloc byte[32];
        from.Address.TryWriteBytes(addresses, out int first);
        to.Address.TryWriteBytes(addresses[first..], out int second);
        return Fold(Sum(addresses[..(first + second)]) + protocol + (ulong)content.Length + Sum(content));
    }

    private static ulong Sum(ReadOnlySpan<byte> bytes)
    {
        ulong sum = 0;
        while (bytes.Length >= 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
            bytes = bytes[2..];
        }

        return bytes.IsEmpty ? sum : sum + ((ulong)bytes[0] << 8);
    }

    private static ushort Fold(ulong sum)
    {
        while (sum > ushort.MaxValue)
        {
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        }

        return (ushort)~sum;
    }

    private Stream Find(IPEndPoint from, IPEndPoint to)
    {
        if (_streams.TryGetValue((from, to), out LinkedListNode<Stream>? node))
        {
            _byUse.Remove(node);
            _byUse.AddLast(node);
            return node.Value;
        }

        if (_streams.Count >= MaxStreams)
        {
            _streams.Remove(_byUse.First!.Value.Key);
            _byUse.RemoveFirst();
        }

        node = _byUse.AddLast(new Stream((from, to)));
        _streams.Add((from, to), node);
        return node.Value;
    }

    private sealed class Stream((IPEndPoint From, IPEndPoint To) key)
    {
        public (IPEndPoint From, IPEndPoint To) Key => key;

        /// <summary>The sequence number of the next byte.</summary>
        public uint Next { get; set; } = 1;
    }
}
