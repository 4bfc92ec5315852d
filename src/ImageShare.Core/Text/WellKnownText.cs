using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace ImageShare.Core.Text;

/// <summary>
/// Converts bytes to strings and caches recurring ones, such as parameter names, hosts, users, tags and Call-IDs: the messages of a call are
/// similar. The cache is bounded in number and length; a colliding text replaces the previous one. Thread-safe.
/// </summary>
internal static class WellKnownText
{
    private const int LongestShared = 64;

    private const int PlaceBits = 10;

    private static readonly string?[] Places = new string?[1 << PlaceBits];

    /// <summary>Decodes UTF-8; invalid bytes become U+FFFD.</summary>
    public static string GetString(ReadOnlySpan<byte> text)
    {
        if (text.Length is 0 or > LongestShared)
        {
            return text.IsEmpty ? string.Empty : Encoding.UTF8.GetString(text);
        }

        ref string? place = ref Places[Place(text)];
        string? known = place;
        if (known is not null && known.Length == text.Length && Ascii.Equals(text, known))
        {
            return known;
        }

        // For ASCII, this is twice as fast and the same.
        string made = Ascii.IsValid(text) ? Encoding.Latin1.GetString(text) : Encoding.UTF8.GetString(text);
        place = made;
        return made;
    }

    // Hashes both ends and the length. Texts that differ only in the middle are rare, and a collision only costs a new string.
    private static int Place(ReadOnlySpan<byte> text)
    {
        ulong mixed = text.Length switch
        {
            >= 8 => BinaryPrimitives.ReadUInt64LittleEndian(text) ^ BitOperations.RotateLeft(BinaryPrimitives.ReadUInt64LittleEndian(text[^8..]), 29),
            >= 4 => BinaryPrimitives.ReadUInt32LittleEndian(text) | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(text[^4..]) << 32),
            _ => text[0] | ((uint)text[text.Length / 2] << 8) | ((uint)text[^1] << 16),
        };
        return (int)((mixed + (ulong)text.Length) * 0x9E3779B97F4A7C15 >> (64 - PlaceBits));
    }
}
