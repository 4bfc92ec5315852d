using System.Buffers.Binary;
using System.Numerics;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Headers;

/// <summary>
/// The values of header fields that say what a client is able to do (Allow, Supported, ...): they are the same in each of its messages, and immutable, so messages can share them.
/// Bounded in number and length; a text is kept when it comes for the second time, so that one that never comes again costs no memory. Thread-safe.
/// </summary>
internal static class RecurringValues
{
    private const int LongestText = 256;
    private const int PlaceBits = 8;

    private static readonly Entry?[] Entries = new Entry?[1 << PlaceBits];
    private static readonly uint[] Hashes = new uint[1 << PlaceBits];

    /// <summary>The value of that text, or null if it is not known.</summary>
    /// <param name="name">The number of the header's name.</param>
    /// <param name="text">The text; if <paramref name="recurs"/>, then a copy of it.</param>
    /// <param name="recurs">Whether the text has come before, so that its value is worth being given to <see cref="Keep"/>.</param>
    public static object? Find(int name, ref TextSlice text, out bool recurs)
    {
        recurs = false;
        ReadOnlySpan<byte> span = text.Span;
        if (span.Length is < sizeof(ulong) or > LongestText)
        {
            return null;
        }

        uint hash = Hash(name, span);
        int place = (int)(hash >> (32 - PlaceBits));
        if (Entries[place] is { } entry && entry.Name == name && span.SequenceEqual(entry.Text))
        {
            return entry.Value;
        }

        recurs = Hashes[place] == hash;
        Hashes[place] = hash;
        text = recurs ? TextSlice.Copy(span) : text;
        return null;
    }

    /// <summary>Keeps a value.</summary>
    /// <param name="name">The number of the header's name.</param>
    /// <param name="text">The copy that <see cref="Find"/> made, of which the value was read.</param>
    /// <param name="value">The value, which is immutable.</param>
    public static void Keep(int name, TextSlice text, object value) => Entries[Hash(name, text.Span) >> (32 - PlaceBits)] = new Entry(name, text.Bytes, value);

    // Both ends, the middle and the length. Texts that differ elsewhere are rare, and a collision only costs another reading.
    private static uint Hash(int name, ReadOnlySpan<byte> text)
    {
        ulong mixed = BinaryPrimitives.ReadUInt64LittleEndian(text)
            ^ BitOperations.RotateLeft(BinaryPrimitives.ReadUInt64LittleEndian(text[^8..]), 29)
            ^ BitOperations.RotateLeft(BinaryPrimitives.ReadUInt64LittleEndian(text[((text.Length - 8) / 2)..]), 13);
        return (uint)((mixed + (((ulong)text.Length << 8) | (uint)name)) * 0x9E3779B97F4A7C15 >> 32);
    }

    private sealed class Entry(int name, byte[] text, object value)
    {
        public readonly int Name = name;
        public readonly byte[] Text = text;
        public readonly object Value = value;
    }
}
