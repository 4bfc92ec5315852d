using System.Globalization;
using System.Net;
using System.Text;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Cli.Captures;

/// <summary>The messages in a pcap or pcapng file, of tcpdump, of Wireshark or of --trace. One after the other, in bounded memory.</summary>
internal static class CaptureFile
{
    // Both directions of a connection are a flow each.
    private const int MaxFlows = 1024;

    /// <summary>What to say of a capture or trace without messages.</summary>
    public const string NothingFound = "There is no SIP and no MSRP in it; capture on the ports of the share, without TLS.";

    /// <summary>Reads on as far as it is asked to.</summary>
    /// <exception cref="CaptureException">While reading: the file is not what it says.</exception>
    public static IEnumerable<CapturedMessage> Read(Stream file)
    {
        var flows = new Dictionary<(IPEndPoint From, IPEndPoint To), TcpFlow>();
        var early = new EarlyBytes();
        foreach (CapturedPacket packet in new PacketFileReader(file).Read())
        {
            if (!TransportPacket.TryRead(packet, out TransportPacket transport))
            {
                continue;
            }

            if (!transport.IsTcp)
            {
                if (ReadDatagram(transport) is { } datagram)
                {
                    yield return datagram with { Time = packet.Time, Offset = packet.Offset };
                }

                continue;
            }

            if (!flows.TryGetValue((transport.From, transport.To), out TcpFlow? flow))
            {
                if (flows.Count >= MaxFlows)
                {
                    throw new CaptureException(string.Create(
                        CultureInfo.InvariantCulture, $"The capture has more than {MaxFlows / 2} TCP connections; keep those of the share (tcpdump -r FILE -w LESS host ADDRESS)."));
                }

                flow = new TcpFlow(transport.From, transport.To, early);
                flows.Add((transport.From, transport.To), flow);
            }

            foreach (CapturedMessage message in flow.Take(transport, packet.Time, packet.Offset))
            {
                yield return message;
            }
        }
    }

    private static CapturedMessage? ReadDatagram(in TransportPacket packet)
    {
        ReadOnlySpan<byte> bytes = packet.Payload.Span.TrimStart("\r\n"u8);
        int end = bytes.IndexOf("\r\n"u8);
        ReadOnlySpan<byte> line = end < 0 ? default : bytes[..end];
        if (!line.StartsWith("SIP/2.0 "u8) && !line.EndsWith(" SIP/2.0"u8))
        {
            return null;
        }

        byte[] raw = bytes.ToArray();
        bool isRead = SipReader.TryReadDatagram(raw, null, out SipMessage? message, out SipReadError? error);
        return new CapturedMessage
        {
            From = packet.From,
            To = packet.To,
            Transport = "UDP",
            StartLine = Encoding.UTF8.GetString(line),
            Bytes = raw,
            BodyLength = isRead ? message!.Body.Length : 0,
            Length = raw.Length,
            Problem = isRead ? null : string.Create(CultureInfo.InvariantCulture, $"not read: {error?.Code}"),
        };
    }
}
