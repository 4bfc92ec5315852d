using System.Text;

namespace ImageShare.Core.Tests.Sdp;

/// <summary>Damaged offers, the same in each run: bytes changed, and lines added and left out.</summary>
internal static class SdpDamage
{
    private static readonly byte[] Alphabet = Encoding.UTF8.GetBytes("\r\n\0 \t\"%:=-/*;avmoc0198~(");

    private static readonly byte[][] Lines =
    [
        .. ((string[])
        [
            "a=sendrecv", "a=SendOnly", "a=file-selector", "a=file-selector:size:1", "a=FILE-SELECTOR:hash:md5:00 hash:sha-1:00 hash:sha-256:11 x:y",
            "a=file-date:creation:\"Wed, 15 Oct 2008 10:40:46 +0000\" read:2009-01-01T00:00:00Z", "a=file-range:1-9", "a=file-range:x", "a=setup:active",
            "a=setup:maybe", "a=max-size:9", "a=path:msrps://h/1 msrp://h/Zq3cGJyh4vUeO1bN0sXw2A;tcp", "a=accept-types:text/plain", "a=x-new:1", "a= x", "a=",
            "a=:", "a=tool", "m=message 1 TCP/MSRP *", "m=audio 1 RTP/AVP 0", "i=x", "c=IN IP4 h", "c=?", "v=0", "t=0 0", "s=b", "z=1", "Q=", "b=x", "",
        ]).Select(static line => Encoding.ASCII.GetBytes(line + "\r\n")),
    ];

    public static IEnumerable<byte[]> Offers(int count)
    {
        var random = new Random(8866);
        byte[][] offers = [Encoding.UTF8.GetBytes(SessionDescriptionTests.OldOffer), Encoding.UTF8.GetBytes(SessionDescriptionTests.StrictOffer)];
        for (int i = 0; i < count; i++)
        {
            byte[] damaged = [.. offers[i % offers.Length]];
            for (int hit = random.Next(5); hit > 0; hit--)
            {
                damaged = Damage(damaged, random);
            }

            yield return damaged;
        }
    }

    private static byte[] Damage(byte[] text, Random random)
    {
        int at = random.Next(text.Length);
        int start = Array.LastIndexOf(text, (byte)'\n', at) + 1;
        int end = Array.IndexOf(text, (byte)'\n', at);
        switch (random.Next(5))
        {
            case 0:
                text[at] = Alphabet[random.Next(Alphabet.Length)];
                return text;
            case 1:
                text[at] ^= 0x20;
                return text;
            case 2 when end >= 0 && end - start < text.Length - 1:
                return [.. text.AsSpan(0, start), .. text.AsSpan(end + 1)];
            default:
                return [.. text.AsSpan(0, start), .. Lines[random.Next(Lines.Length)], .. text.AsSpan(start)];
        }
    }
}
