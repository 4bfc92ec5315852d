using System.Security.Cryptography;

namespace ImageShare.Core.Text;

/// <summary>Unguessable identifiers of letters and digits, from the system's cryptographic random number generator.</summary>
internal static class RandomToken
{
    /// <summary>The length of a token with at least 128 random bits (22 × 5.95).</summary>
    public const int Length128 = 22;

    private static ReadOnlySpan<byte> Letters => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"u8;

    public static string Create(int length = Length128) => string.Create(length, 0, static (token, _) =>
    {
        Span<byte> random = stackalloc byte[Length128];
        for (int written = 0; written < token.Length;)
        {
            // Six bits of each byte. The two values that are no place are dropped, so that all letters are equally likely.
            RandomBytes.Fill(random);
            foreach (byte some in random)
            {
                int place = some & 63;
                if (place < Letters.Length && written < token.Length)
                {
                    token[written++] = (char)Letters[place];
                }
            }
        }
    });
}

/// <summary>
/// Bytes of the system's cryptographic random number generator, fetched many at a time for each thread: a call of it costs as much as hundreds of bytes. Each byte is
/// given once, and does not stay in memory. Thread-safe.
/// </summary>
internal static class RandomBytes
{
    /// <summary>How many are fetched at a time.</summary>
    public const int Batch = 1024;

    [ThreadStatic]
    private static byte[]? _batch;

    [ThreadStatic]
    private static int _left;

    public static void Fill(Span<byte> bytes)
    {
        if (bytes.Length > Batch)
        {
            RandomNumberGenerator.Fill(bytes);
            return;
        }

        byte[] batch = _batch ??= new byte[Batch];
        if (_left < bytes.Length)
        {
            RandomNumberGenerator.Fill(batch);
            _left = Batch;
        }

        Span<byte> next = batch.AsSpan(Batch - _left, bytes.Length);
        _left -= bytes.Length;
        next.CopyTo(bytes);
        next.Clear();
    }
}
