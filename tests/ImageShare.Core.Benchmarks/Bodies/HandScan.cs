using System.Buffers.Text;
using System.Text;

namespace ImageShare.Core.Benchmarks.Bodies;

/// <summary>The least that finds a file in an offer and an icon in a body: no limits, no warnings, nothing kept. What there is to lose to.</summary>
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

    public static int Icon(ReadOnlySpan<byte> octets, string boundary)
    {
        Span<byte> delimiter = stackalloc byte[80];
        int length = Encoding.ASCII.GetBytes("\r\n--" + boundary, delimiter);
        delimiter = delimiter[..length];
        ReadOnlySpan<byte> first = octets[(octets.IndexOf("\r\n\r\n"u8) + 4)..];
        int end = first.IndexOf(delimiter);
        ReadOnlySpan<byte> second = first[(end + delimiter.Length)..];
        second = second[(second.IndexOf("\r\n\r\n"u8) + 4)..];
        second = second[..second.IndexOf(delimiter)];
        byte[] icon = new byte[Base64.GetMaxDecodedFromUtf8Length(second.Length)];
        Base64.DecodeFromUtf8(second, icon, out _, out int written);
        return end + written;
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
