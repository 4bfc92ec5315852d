using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace ImageShare.Core.Text;

/// <summary>
/// Turns octets into strings. Texts that recur - parameter names, hosts, users, the tags and Call-ID of a dialog - are mostly handed out
/// as the string made for them before: messages of one call differ in little. What is kept is bounded in number and length; a text that
/// falls on the place of another replaces it, whoever sends it. Any number of threads may read and replace at the same time.
/// </summary>
internal static class WellKnownText
{
    private const int LongestShared = 64;

    private const int PlaceBits = 10;

    private static readonly string?[] Places = new string?[1 << PlaceBits];

    /// <summary>Reads UTF-8; octets that are not UTF-8 become U+FFFD.</summary>
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

        string made = Encoding.UTF8.GetString(text);
        place = made;
        return made;
    }

    // Both ends and the length: what differs only in between is rare, and costs no more than a string.
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
