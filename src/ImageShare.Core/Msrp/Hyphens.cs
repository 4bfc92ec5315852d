using System.Runtime.InteropServices;

namespace ImageShare.Core.Msrp;

/// <summary>
/// Looks for the seven hyphens every end-line has (RFC 4975 §7.1). Four octets are compared at a time, which is about twice as fast as to look for the whole
/// end-line, and images hold hardly ever as many hyphens: where there are none, there is no end-line.
/// </summary>
internal static class Hyphens
{
    private const uint Four = 0x2D2D2D2D;

    /// <summary>Seven hyphens begin so many octets at most behind the place found, when they are what was found.</summary>
    public const int Uncertainty = 4;

    /// <summary>No seven hyphens in a row stand, whole, before this index; the length of the octets when they stand nowhere.</summary>
    public static int IndexOfPossibleRun(ReadOnlySpan<byte> octets)
    {
        // Of seven octets in a row, four begin at a multiple of four, and at the latest the fourth of them does.
        int hit = MemoryMarshal.Cast<byte, uint>(octets).IndexOf(Four);
        return hit < 0 ? octets.Length : Math.Max(0, (hit * sizeof(uint)) - 3);
    }
}
