using System.Numerics;
using System.Runtime.InteropServices;

namespace ImageShare.Core.Msrp;

/// <summary>One of our own transaction ids as a number, to compare and look up without a string. Two ids with one number are as good as never drawn.</summary>
internal readonly record struct TransactionIdKey(ulong Value)
{
    public static TransactionIdKey From(ReadOnlySpan<byte> id)
    {
        // Half of the id, and the other half turned so that the five bits that differ in each byte do not all meet.
        ReadOnlySpan<ulong> halves = MemoryMarshal.Cast<byte, ulong>(id[..TransactionIds.Length]);
        return new(halves[0] ^ BitOperations.RotateLeft(halves[1], 29));
    }

    /// <summary>False when the id cannot be one of ours.</summary>
    public static bool TryFrom(ReadOnlySpan<byte> id, out TransactionIdKey key)
    {
        bool ours = id.Length == TransactionIds.Length;
        key = ours ? From(id) : default;
        return ours;
    }
}
