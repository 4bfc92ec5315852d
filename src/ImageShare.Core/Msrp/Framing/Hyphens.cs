using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ImageShare.Core.Msrp.Framing;

/// <summary>
/// Looks for the seven hyphens every end-line has (RFC 4975 §7.1). Four bytes are compared at a time, which is about twice as fast as searching for the whole
/// end-line, and images hardly ever contain that many hyphens: without them there is no end-line.
/// </summary>
internal static class Hyphens
{
    private const uint Four = 0x2D2D2D2D;

    /// <summary>A run of seven hyphens starts at most this many bytes after the index found, if there is one.</summary>
    public const int Uncertainty = 4;

    // Four vectors a step.
    private const int Step = 128;

    /// <summary>The index before which there is no complete run of seven hyphens; the length of the input when there is none at all.</summary>
    public static int IndexOfPossibleRun(ReadOnlySpan<byte> bytes)
    {
        // Of seven bytes in a row, four begin at a multiple of four, and at the latest the fourth of them does.
        int hit = MemoryMarshal.Cast<byte, uint>(bytes).IndexOf(Four);
        return hit < 0 ? bytes.Length : Math.Max(0, (hit * sizeof(uint)) - 3);
    }

    /// <summary>Copies bytes and searches them like <see cref="IndexOfPossibleRun"/> in the same pass, so that they are loaded once.</summary>
    public static int Copy(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        int at = 0;
        bool seen = false;
        if (Vector256.IsHardwareAccelerated)
        {
            Vector256<uint> four = Vector256.Create(Four);
            Vector256<uint> hits = Vector256<uint>.Zero;
            ref byte from = ref MemoryMarshal.GetReference(bytes);
            ref byte to = ref MemoryMarshal.GetReference(destination[..bytes.Length]);
            for (; bytes.Length - at >= Step; at += Step)
            {
                // Within bounds: both spans have at least Step bytes from here on.
                Vector256<byte> a = Vector256.LoadUnsafe(ref from, (nuint)at);
                Vector256<byte> b = Vector256.LoadUnsafe(ref from, (nuint)at + 32);
                Vector256<byte> c = Vector256.LoadUnsafe(ref from, (nuint)at + 64);
                Vector256<byte> d = Vector256.LoadUnsafe(ref from, (nuint)at + 96);
                a.StoreUnsafe(ref to, (nuint)at);
                b.StoreUnsafe(ref to, (nuint)at + 32);
                c.StoreUnsafe(ref to, (nuint)at + 64);
                d.StoreUnsafe(ref to, (nuint)at + 96);
                hits |= Vector256.Equals(a.AsUInt32(), four) | Vector256.Equals(b.AsUInt32(), four)
                    | Vector256.Equals(c.AsUInt32(), four) | Vector256.Equals(d.AsUInt32(), four);
            }

            seen = hits != Vector256<uint>.Zero;
        }

        ReadOnlySpan<byte> rest = bytes[at..];
        rest.CopyTo(destination[at..]);
        return seen || IndexOfPossibleRun(rest) < rest.Length ? IndexOfPossibleRun(bytes) : bytes.Length;
    }
}
