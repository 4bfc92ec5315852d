using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace ImageShare.Core.Msrp;

/// <summary>
/// Makes transaction ids: 16 letters and digits with 80 random bits (RFC 4975 §7.1 asks for 64). Letters and digits only, and
/// no more than 20, because some peers take nothing else. The random bytes are fetched many at a time. Not thread-safe.
/// </summary>
internal sealed class TransactionIds(Action<Memory<byte>>? random = null)
{
    public const int Length = 16;

    private const int LargestBatch = Length * 128;

    // Grows with use: most make one id or two.
    private byte[] _random = [];
    private int _next;

    // 32 characters, five bits each; without I, O, 0 and 1, which people mix up.
    private static ReadOnlySpan<byte> Alphabet => "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"u8;

    public void Next(Span<byte> id)
    {
        if (_next == _random.Length)
        {
            if (_random.Length < LargestBatch)
            {
                _random = new byte[Math.Clamp(_random.Length * 8, Length * 4, LargestBatch)];
            }

            if (random is null)
            {
                RandomNumberGenerator.Fill(_random);
            }
            else
            {
                random(_random);
            }

            _next = 0;
        }

        // Five bits of each byte are a place in the alphabet.
        Vector128<byte> places = Vector128.Create<byte>(_random.AsSpan(_next, Length)) & Vector128.Create((byte)31);
        _next += Length;
        Vector128<byte> low = Vector128.Shuffle(Vector128.Create(Alphabet[..16]), places & Vector128.Create((byte)15));
        Vector128<byte> high = Vector128.Shuffle(Vector128.Create(Alphabet[16..]), places & Vector128.Create((byte)15));
        Vector128.ConditionalSelect(Vector128.LessThan(places, Vector128.Create((byte)16)), low, high).CopyTo(id);
    }
}
