using System.Security.Cryptography;

namespace ImageShare.Core.Text;

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
