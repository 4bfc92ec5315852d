using System.Buffers;

namespace ImageShare.Core.Tests.Testing;

/// <summary>The ways a network may cut the same octets.</summary>
internal static class Segments
{
    /// <summary>The octets as one sequence made of the given pieces.</summary>
    public static ReadOnlySequence<byte> Join(params IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        Segment? first = null, last = null;
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            last = last is null ? first = new Segment(piece) : last.Append(piece);
        }

        return first is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
    }

    /// <summary>Cuts the octets into pieces of <paramref name="size"/>, the last one shorter.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Cut(ReadOnlyMemory<byte> octets, int size)
    {
        for (int i = 0; i < octets.Length; i += size)
        {
            yield return octets.Slice(i, Math.Min(size, octets.Length - i));
        }
    }

    /// <summary>Cuts the octets in two, at every possible place; each result is one delivery of the whole.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>[]> EverySplit(ReadOnlyMemory<byte> octets)
    {
        for (int i = 0; i <= octets.Length; i++)
        {
            yield return [octets[..i], octets[i..]];
        }
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
