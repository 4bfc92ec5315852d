using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>
/// Whole requests and responses on their way to the writer loop: what the reader loop answered during one read goes in one piece. Any
/// thread may add; the writer loop takes.
/// </summary>
internal sealed class ControlQueue
{
    private readonly ConcurrentQueue<(byte[] Octets, int Length)> _queue = new();
    private int _waiting;

    /// <summary>How many octets wait.</summary>
    public int WaitingBytes => Volatile.Read(ref _waiting);

    public bool IsEmpty => _queue.IsEmpty;

    public void Add(ReadOnlySpan<byte> octets)
    {
        byte[] copy = ArrayPool<byte>.Shared.Rent(octets.Length);
        octets.CopyTo(copy);
        Interlocked.Add(ref _waiting, octets.Length);
        _queue.Enqueue((copy, octets.Length));
    }

    /// <summary>Writes all that waits.</summary>
    public void WriteTo(PipeWriter output)
    {
        while (_queue.TryDequeue(out (byte[] Octets, int Length) next))
        {
            output.Write(next.Octets.AsSpan(0, next.Length));
            ArrayPool<byte>.Shared.Return(next.Octets);
            Interlocked.Add(ref _waiting, -next.Length);
        }
    }
}
