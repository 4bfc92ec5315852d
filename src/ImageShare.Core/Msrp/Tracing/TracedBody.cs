using System.Buffers;
using ImageShare.Core.Msrp.Framing;

namespace ImageShare.Core.Msrp.Tracing;

/// <summary>The body of the chunk that is open, as far as a trace shows it. Not thread-safe.</summary>
internal sealed class TracedBody
{
    /// <summary>The most bytes of a chunk that are kept: a peer may send an image of any size in one.</summary>
    public const int MaxBytes = 256 * 1024;

    private readonly ByteBuffer _bytes = new();

    public void Append(ReadOnlySpan<byte> bytes) => _bytes.Append(bytes[..Math.Min(bytes.Length, MaxBytes - _bytes.Length)]);

    public void Append(in ReadOnlySequence<byte> bytes)
    {
        foreach (ReadOnlyMemory<byte> segment in bytes)
        {
            Append(segment.Span);
        }
    }

    /// <summary>What was appended since the last call.</summary>
    public byte[] Take()
    {
        byte[] taken = _bytes.Span.ToArray();
        _bytes.Clear();
        return taken;
    }
}
