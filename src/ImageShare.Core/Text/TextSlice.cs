using System.Runtime.InteropServices;

namespace ImageShare.Core.Text;

/// <summary>Part of the bytes of a message. A value can keep it, and read its own parts of it when they are asked for: the bytes do not change.</summary>
/// <param name="Bytes">The message, or a copy of the part.</param>
/// <param name="Start">Where the part begins.</param>
/// <param name="Length">How long it is.</param>
internal readonly record struct TextSlice(byte[] Bytes, int Start, int Length)
{
    public ReadOnlySpan<byte> Span => Bytes.AsSpan(Start, Length);

    public ReadOnlyMemory<byte> Memory => new(Bytes, Start, Length);

    /// <summary>A copy of text that may change.</summary>
    public static TextSlice Copy(ReadOnlySpan<byte> text) => new(text.ToArray(), 0, text.Length);

    /// <summary>The bytes themselves where they are in an array, otherwise a copy.</summary>
    public static TextSlice Of(ReadOnlyMemory<byte> text) => MemoryMarshal.TryGetArray(text, out ArraySegment<byte> array) && array.Array is { } bytes
        ? new TextSlice(bytes, array.Offset, array.Count)
        : Copy(text.Span);

    public TextSlice Slice(int start, int length) => new(Bytes, Start + start, length);

    public TextSlice From(int start) => new(Bytes, Start + start, Length - start);
}
