using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ImageShare.Core.Msrp;

/// <summary>
/// Makes transaction ids: 16 letters and digits with 80 random bits (RFC 4975 §7.1 asks for 64). Letters and digits only, and
/// no more than 20, because some peers take nothing else. The random octets are fetched many at a time. Not thread-safe.
/// </summary>
internal sealed class TransactionIds(Action<Memory<byte>>? random = null)
{
    public const int Length = 16;

    private const int RandomOctets = 10;

    private readonly byte[] _random = new byte[RandomOctets * 64];
    private int _next = RandomOctets * 64;

    // 32 characters, five bits each; without I, O, 0 and 1, which people mix up.
    private static ReadOnlySpan<byte> Alphabet => "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"u8;

    public void Next(Span<byte> id)
    {
        if (_next == _random.Length)
        {
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

        ReadOnlySpan<byte> octets = _random.AsSpan(_next, RandomOctets);
        _next += RandomOctets;
        ulong high = BinaryPrimitives.ReadUInt64LittleEndian(octets);
        uint low = BinaryPrimitives.ReadUInt16LittleEndian(octets[8..]) | (uint)(high >> 60 << 16);
        for (int i = 0; i < 12; i++)
        {
            id[i] = Alphabet[(int)(high & 31)];
            high >>= 5;
        }

        for (int i = 12; i < Length; i++)
        {
            id[i] = Alphabet[(int)(low & 31)];
            low >>= 5;
        }
    }
}

/// <summary>One of our own transaction ids as a number, to compare and look up without a string.</summary>
internal readonly record struct TransactionKey(UInt128 Value)
{
    public static TransactionKey From(ReadOnlySpan<byte> id) => new(MemoryMarshal.Read<UInt128>(id));

    /// <summary>False when the id cannot be one of ours.</summary>
    public static bool TryFrom(ReadOnlySpan<byte> id, out TransactionKey key)
    {
        bool ours = id.Length == TransactionIds.Length;
        key = ours ? From(id) : default;
        return ours;
    }
}
