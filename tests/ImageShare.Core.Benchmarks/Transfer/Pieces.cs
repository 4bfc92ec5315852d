using System.Buffers;

namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>
/// What all cases send from memory: the same piece of random bytes over and over, so that they take no more memory than one piece. As images are, they are compressed
/// data, and do not fit into the cache next to the processor.
/// </summary>
internal static class Pieces
{
    // A multiple of each chunk size: no chunk spans two pieces.
    private static readonly byte[] Piece = RandomBytes(5 << 20);
    private static readonly Dictionary<long, ReadOnlySequence<byte>> Made = [];

    /// <summary>Up to so many bytes from the same place on: fewer where the piece ends.</summary>
    public static ReadOnlyMemory<byte> At(long offset, int count)
    {
        int from = (int)(offset % Piece.Length);
        return Piece.AsMemory(from, Math.Min(count, Piece.Length - from));
    }

    public static ReadOnlySequence<byte> Of(long octets)
    {
        lock (Made)
        {
            if (!Made.TryGetValue(octets, out ReadOnlySequence<byte> made))
            {
                Made[octets] = made = Make(octets);
            }

            return made;
        }
    }

    private static byte[] RandomBytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    private static ReadOnlySequence<byte> Make(long octets)
    {
        var first = new Segment(Piece, 0);
        Segment last = first;
        for (long length = Piece.Length; length < octets; length += Piece.Length)
        {
            last = last.Append();
        }

        return new ReadOnlySequence<byte>(first, 0, last, Piece.Length).Slice(0, octets);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public Segment Append()
        {
            var next = new Segment(Memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
