using System.Security.Cryptography;

namespace ImageShare.Core.Tests.Support;

/// <summary>Octets that look like a PNG from outside and are random inside, the same at every run.</summary>
internal static class TestImage
{
    public static byte[] Png(int length, int seed = 79)
    {
        byte[] octets = new byte[length];
        new Random(seed).NextBytes(octets);
        ReadOnlySpan<byte> magic = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];
        magic[..Math.Min(8, length)].CopyTo(octets);
        return octets;
    }

    public static string Sha1(byte[] octets) => Convert.ToHexString(SHA1.HashData(octets));
}
