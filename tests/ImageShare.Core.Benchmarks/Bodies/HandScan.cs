using System.Buffers.Text;
using System.Text;

namespace ImageShare.Core.Benchmarks.Bodies;

/// <summary>The least that finds a file in an offer: no limits, no warnings, nothing kept. What there is to lose to.</summary>
internal static class HandScan
{
    public static int Offer(ReadOnlySpan<byte> octets)
    {
        string name = string.Empty, path = string.Empty, id = string.Empty;
        long size = 0;
        byte[] hash = [];
        int direction = 0;
        while (!octets.IsEmpty)
        {
            int end = octets.IndexOf("\r\n"u8);
            ReadOnlySpan<byte> line = end < 0 ? octets : octets[..end];
            octets = end < 0 ? default : octets[(end + 2)..];
            if (line.StartsWith("a=file-selector:"u8))
            {
                Selector(line[16..], ref name, ref size, ref hash);
            }
            else if (line.StartsWith("a=path:"u8))
            {
                path = Encoding.ASCII.GetString(line[7..]);
            }
            else if (line.StartsWith("a=file-transfer-id:"u8))
            {
                id = Encoding.ASCII.GetString(line[19..]);
            }
            else if (line.SequenceEqual("a=sendonly"u8))
            {
                direction = 1;
            }
        }

        return name.Length + (int)size + hash.Length + id.Length + path.Length + direction;
    }

    private static void Selector(ReadOnlySpan<byte> text, ref string name, ref long size, ref byte[] hash)
    {
        int at = text.IndexOf("name:\""u8);
        ReadOnlySpan<byte> rest = text[(at + 6)..];
        name = Encoding.UTF8.GetString(rest[..rest.IndexOf((byte)'"')]);
        _ = Utf8Parser.TryParse(text[(text.IndexOf(" size:"u8) + 6)..], out size, out _);
        rest = text[(text.IndexOf("sha-1:"u8) + 6)..];
        hash = new byte[20];
        for (int i = 0; i < hash.Length; i++)
        {
            Convert.FromHexString(rest.Slice(i * 3, 2), hash.AsSpan(i, 1), out _, out _);
        }
    }
}
