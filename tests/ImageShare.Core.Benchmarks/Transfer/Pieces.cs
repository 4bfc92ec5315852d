using System.Buffers;

namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>As many octets in memory as a case wants, which take no more memory than 32 KiB: the same piece over and over.</summary>
internal static class Pieces
{
    private static readonly byte[] Piece = new byte[32 * 1024];
    private static readonly Dictionary<long, ReadOnlySequence<byte>> Made = [];

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
